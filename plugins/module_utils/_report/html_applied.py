# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chapter about a change, for jinja2 with autoescape: what was planned, done and left, and how to take it back."""

from __future__ import annotations

APPLIED = r"""{%- import 'macros' as m -%}
{%- if applied -%}
<section id="applied" aria-labelledby="applied-h"><h2 id="applied-h">The change</h2>
<div class="verdict {{ applied_verdict.state }}">
{{ m.icon({'ready': 'good', 'not-ready': 'error', 'warnings': 'warning'}[applied_verdict.state]) }}
<div><p class="headline">{{ applied_verdict.headline }}</p><p>{{ applied_verdict.sentence | visible(2000) }}</p></div></div>
<div class="card"><h3>What was planned, done, and left</h3>
{%- if applied.stopped -%}<p class="notice">{{ m.icon('warning') }} The run ended early: {{ stopped_words | visible }}</p>{%- endif -%}
<ul class="tiles small">
<li class="tile"><div><span class="tile-name">Planned</span><span class="tile-number">{{ applied.counts.planned | number }}</span>
<span class="tile-note">Objects that the plan changes.</span></div></li>
{%- for name, words in state_words.items() if applied.counts[name] or name in ('changed', 'left') -%}
<li class="tile"><div><span class="tile-name">{{ words[0] }}</span>
<span class="tile-number">{{ applied.counts[name] | number }}</span><span class="tile-note">{{ words[1] }}</span></div></li>
{%- endfor -%}
</ul>
<div class="narrow">{{ m.pairs(applied_rows) }}</div>
{%- if applied.notes -%}<ul class="notes">{%- for note in applied.notes -%}<li>{{ note | visible }}</li>{%- endfor -%}</ul>{%- endif -%}
</div>
{%- if left_rows or applied.unrepaired -%}
<div class="card"><h3>What is left, and what to decide</h3>
{%- if left_rows -%}
<div class="scroll-x" tabindex="0" role="region" aria-label="What is left"><table class="plain">
<thead><tr><th scope="col">State</th><th scope="col" class="n">Objects</th><th scope="col">Why</th><th scope="col">What to decide</th></tr></thead>
<tbody>
{%- for row in left_rows -%}
<tr><td class="nowrap">{{ m.icon(state_icons.get(row.state, 'error')) }} {{ state_words[row.state][0] }}</td>
<td class="n">{{ row.number | number }}</td><td>{{ row.what }} <span class="hint">{{ row.reason | visible }}</span></td>
<td>{{ row.decide }}</td></tr>
{%- endfor -%}
</tbody></table></div>
{%- endif -%}
{%- if applied.unrepaired -%}
<p>Objects with findings that the plan does not change:</p>
<ul class="notes">{%- for reason, number in applied.unrepaired.items() -%}<li>{{ number | number }}: {{ reason | visible }}</li>{%- endfor -%}</ul>
{%- endif -%}
</div>
{%- endif -%}
{%- if not applied.rehearsal -%}
<div class="card"><h3>How to take it back</h3>
{%- if undo_task -%}
<p>The journal holds every value as it was. This task takes all of it back; what somebody changed since then is left alone
and listed:</p>
<pre class="code" tabindex="0" role="region" aria-label="Task that takes the change back">{{ undo_task }}</pre>
{%- endif -%}
{%- if applied.undo_ldif -%}
<p>By hand, on a domain controller or with LDAP tools, with the file <bdi class="path">{{ applied.undo_ldif | visible }}</bdi>:</p>
<pre class="code" tabindex="0" role="region" aria-label="Commands that take the change back">
{%- for line in undo_commands %}{{ line | visible(4000) }}
{% endfor -%}</pre>
{%- endif -%}
{%- if not undo_task and not applied.undo_ldif -%}<p>Nothing was written, so there is nothing to take back.</p>{%- endif -%}
<p>What Microsoft 365 did with the values in the meantime is not undone by this.</p>
</div>
{%- endif -%}
{%- if outcomes -%}
<div class="card"><h3>Object by object</h3>
{%- if outcomes | length < applied.counts.planned -%}<p>The first {{ outcomes | length | number }} of
{{ applied.counts.planned | number }}, those first that somebody must look at; outcomes.csv holds all of them.</p>{%- endif -%}
<div class="scroll-x tall" tabindex="0" role="region" aria-label="What became of each object"><table class="plain">
<thead><tr><th scope="col">State</th><th scope="col">Object</th><th scope="col">Change</th><th scope="col">Why</th></tr></thead>
<tbody>
{%- for one in outcomes -%}
<tr><td class="nowrap">{{ m.icon(state_icons.get(one.state, 'error')) }}
{{ state_words[one.state][0] }}</td>
<td><bdi>{{ one.object.name | visible }}</bdi><br><span class="where"><bdi>{{ one.object.dn | above | visible_dn }}</bdi></span></td>
<td class="value">
{%- for change in one.changes -%}<p class="attribute">{{ change.attribute }}</p>
{%- for text in change.remove -%}<del><span class="away">removed: </span><bdi>{{ text | visible(20000) }}</bdi></del>{%- endfor -%}
{%- for text in change.add -%}<ins><span class="away">added: </span><bdi>{{ text | visible(20000) }}</bdi></ins>{%- endfor -%}
{%- endfor -%}</td>
<td>{{ one.message | visible }}</td></tr>
{%- endfor -%}
</tbody></table></div></div>
{%- endif -%}
{%- if applied.files -%}
<div class="card"><h3>Files with the complete lists</h3>{{ m.pairs(applied.files.items()) }}</div>
{%- endif -%}
</section>
{%- endif -%}"""
