# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chapters about forests and about Teams, for jinja2 with autoescape."""

from __future__ import annotations

FORESTS = r"""{%- import 'macros' as m -%}
<section id="forests" aria-labelledby="forests-h"><h2 id="forests-h">{{ 'Directories' if parts | length > 1 else 'Directory' }}</h2>
{%- for part in parts if part.across is none -%}
<div class="card"><h3><bdi>{{ part.name | visible }}</bdi></h3>
<div class="columns">
<div><h4>What was read</h4>{{ m.pairs(part | source_rows) }}</div>
<div><h4>Objects</h4>{{ m.pairs(part | object_rows) }}</div>
{%- if part.forest -%}
<div><h4>Forest</h4>{{ m.pairs(part | forest_rows) }}</div>
<div><h4>Exchange</h4>{{ m.pairs(part | exchange_rows) }}</div>
{%- endif -%}
</div>
{%- if part.forest and part.forest.upn_suffixes -%}
<h4>UPN suffixes</h4>
<div class="scroll-x" tabindex="0" role="region" aria-label="UPN suffixes of {{ part.name | visible_text }}"><table class="plain">
<thead><tr><th scope="col">Suffix</th><th scope="col" class="n">Accounts</th><th scope="col">In the cloud</th>
<th scope="col">Registered</th></tr></thead><tbody>
{%- for row in part.forest.upn_suffixes[:20] -%}
<tr><th scope="row">{% if row.suffix %}<bdi>{{ row.suffix | visible }}</bdi>{% else %}<em>empty</em>{% endif %}</th><td class="n">{{ row.users | number }}</td>
<td>{{ m.icon({'verified': 'good', 'ok': 'good', 'unverified': 'warning'}.get(row.verdict, 'error')) }} {{ row.verdict | verdict }}</td>
<td>{% if row.domain %}domain{% elif row.registered %}yes{% elif row.registered is none %}not known{% else %}no{% endif %}</td></tr>
{%- endfor -%}
</tbody></table></div>
{%- if part.forest.upn_suffixes | length > 20 -%}<p class="hint">{{ part.forest.upn_suffixes | length - 20 }} more suffixes
are in the result of forest_info.</p>{%- endif -%}
{%- endif -%}
</div>
{%- endfor -%}
{%- for part in parts if part.across is not none -%}
<div class="card"><h3>Side by side</h3>
<p>What no audit of one forest can see: addresses, sign-in names and anchors that people of different forests hold, suffixes
of two forests, and linked mailboxes without their account. In the list, the directory of these findings is
&ldquo;{{ part.name }}&rdquo;.</p>
<div class="narrow">{{ m.pairs(part | across_rows) }}</div>
{%- if part.across.notes -%}<ul class="notes">{%- for note in part.across.notes -%}<li>{{ note | visible }}</li>{%- endfor -%}</ul>{%- endif -%}
</div>
{%- endfor -%}
</section>"""

TEAMS = r"""{%- import 'macros' as m -%}
{%- if teams_parts -%}
<section id="teams" aria-labelledby="teams-h"><h2 id="teams-h">Teams and the mailboxes</h2>
{%- for part in teams_parts -%}
{%- set known = part.teams -%}
<div class="card">{% if parts | length > 1 %}<h3><bdi>{{ part.name | visible }}</bdi></h3>{% endif %}
{%- if known.exchange.message -%}<p class="notice">{{ m.icon('info') }} {{ known.exchange.message }}</p>{%- endif -%}
<h3>Where the mailboxes are</h3>
<ul class="legend" aria-label="Legend"><li><svg class="icon plain" viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" rx="3"/></svg>
 synchronized</li><li><svg class="icon rest" viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" rx="3"/></svg> not synchronized</li></ul>
<ol class="bars locations">
{%- for location in known.counts.by_location | in_order(location_titles) -%}
{%- set numbers = known.counts.by_location[location] -%}
<li class="bar"><span class="bar-name">{{ location_titles[location] }}</span>
<span class="bar-number">{{ numbers.users | number }}</span>
{{ m.stack((numbers.synchronized, numbers.users - numbers.synchronized), known.counts.by_location | most_users, ('plain', 'rest')) }}
<span class="away">users, {{ numbers.synchronized | number }} of them synchronized</span></li>
{%- endfor -%}
</ol>
<p class="hint">{{ known.counts.users | number }} users, {{ known.counts.synchronized | number }} of them synchronized.
{%- if known.counts.cloud_archives %} {{ known.counts.cloud_archives | number }} have their archive in the cloud.{% endif -%}
{%- if known.counts.with_notes %} {{ known.counts.with_notes | number }} have attributes that do not fit together.{% endif %}</p>
{%- if known.matrix -%}
<h3>What Teams does with them</h3>
<div class="scroll-x" tabindex="0" role="region" aria-label="Features by location"><table class="plain matrix">
<thead><tr><th scope="col">Feature</th>
{%- for location in known.matrix | in_order(location_titles) -%}<th scope="col">{{ location_titles[location] }}</th>{%- endfor -%}</tr></thead><tbody>
{%- for feature in (known.matrix.values() | list)[0] | in_order(feature_titles) -%}
<tr><th scope="row">{{ feature_titles[feature] }}</th>
{%- for location in known.matrix | in_order(location_titles) -%}
{%- set cell = known.matrix[location][feature] -%}
<td class="cell {{ cell.support }}"><span class="support">
{%- if cell.support == 'supported' -%}<span aria-hidden="true">&#9679;</span> Yes
{%- elif cell.support == 'conditional' -%}<span aria-hidden="true">&#9680;</span> Conditional
{%- else -%}<span aria-hidden="true">&#9675;</span> No{%- endif -%}
{%- for note in cell.footnotes -%}<sup>{{ note }}</sup>{%- endfor -%}</span>
<span class="users">{{ cell.users | answers }}</span></td>
{%- endfor -%}</tr>
{%- endfor -%}
</tbody></table></div>
{%- if known.footnotes -%}<ol class="footnotes">
{%- for number in known.footnotes | sort_numbers -%}{%- set note = known.footnotes[number] -%}
<li value="{{ number }}">{{ note.text }}
{%- if note.get('remark') %} {{ note.remark }}{% endif %}</li>{%- endfor -%}
</ol>{%- endif -%}
{%- endif -%}
{%- if known.conditions -%}
<h3>Conditions</h3><ul class="conditions">
{%- for condition in known.conditions.values() -%}
<li>{{ m.icon({'met': 'good', 'not_met': 'error'}.get(condition.state, 'info')) }}<div><strong>{{ condition.state.replace('_', ' ') }}</strong>
{{ condition.text }}{% if condition.part %} Only for {{ condition.part }}.{% endif %} <span class="hint">{{ condition.reason }}</span></div></li>
{%- endfor -%}</ul>
{%- endif -%}
{%- if known.advisories -%}
<details><summary>What else to know ({{ known.advisories | length }})</summary><ul class="notes">
{%- for advisory in known.advisories -%}<li>{{ advisory.text }} <span class="hint">{{ advisory.reason }}
{%- if advisory.get('remark') %} {{ advisory.remark }}{% endif %} [{{ advisory.source }}]</span></li>{%- endfor -%}
</ul></details>
{%- endif -%}
<p class="hint">Matrix: {{ known.edition.source }} ({{ known.edition.name }}).</p>
</div>
{%- endfor -%}
</section>
{%- endif -%}"""
