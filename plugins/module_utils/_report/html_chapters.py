# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chapters of the page, for jinja2 with autoescape."""

from __future__ import annotations

OVERVIEW = r"""{%- import 'macros' as m -%}
<section id="overview" aria-labelledby="overview-h">
<h2 id="overview-h" class="away">Overview</h2>
<div class="verdict {{ verdict.state }}">
{{ m.icon({'ready': 'good', 'not-ready': 'error', 'warnings': 'warning'}[verdict.state]) }}
<div><p class="headline">{{ verdict.headline }}</p><p>{{ verdict.sentence }}</p>
{%- if crossed -%}<ul class="crossed">{%- for text in crossed -%}<li>{{ text | visible }}</li>{%- endfor -%}</ul>{%- endif -%}
</div></div>
<ul class="tiles">
{%- for name, words in severity_words.items() -%}
<li class="tile {{ name }}"><button type="button" data-field="severity" data-value="{{ name }}">
<span class="tile-name">{{ m.icon(name) }}{{ words[0] }}{{ '' if total.severity[name] == 1 or name == 'info' else 's' }}</span>
<span class="tile-number">{{ total.severity[name] | number }}</span><span class="tile-note">{{ words[1] }}</span></button></li>
{%- endfor -%}
<li class="tile"><div><span class="tile-name">Objects to work on</span>
<span class="tile-number">{{ total.objects_with_findings | number }}</span>
<span class="tile-note">of {{ total.judged | number }} judged have an error or a warning.
{%- if total.left_out %} {{ total.left_out | number }} are left out by the synchronization.{% endif -%}
{%- if total.waived %} {{ total.waived | number }} findings are waived.{% endif %}</span>
{{ m.stack((total.objects_with_findings, total.judged - total.objects_with_findings), total.judged, ('plain', 'rest')) }}
</div></li>
</ul>
{%- if parts | length > 1 -%}
<div class="card"><h3>Directories</h3>
<div class="scroll-x" tabindex="0" role="region" aria-label="Directories"><table class="plain">
<thead><tr><th scope="col">Directory</th><th scope="col" class="n">Judged</th><th scope="col" class="n">Errors</th>
<th scope="col" class="n">Warnings</th><th scope="col" class="n">Infos</th><th scope="col">Stands</th>
<th scope="col">Read</th></tr></thead><tbody>
{%- for part in parts -%}
<tr><th scope="row"><bdi>{{ part.name | visible }}</bdi></th>
<td class="n">{% if part.across is none %}{{ part.summary.judged | number }}{% else %}<span aria-hidden="true">&ndash;</span>{% endif %}</td>
{%- for name in ('error', 'warning', 'info') -%}<td class="n">{{ part.summary.severity[name] | number }}</td>{%- endfor -%}
<td>{% if part.summary.severity.error %}{{ m.icon('error') }} not ready{% elif part.summary.severity.warning -%}
{{ m.icon('warning') }} ready, with warnings{% else %}{{ m.icon('good') }} ready{% endif %}</td>
<td>{% if part.across is none %}{{ part.created | moment }}{% else %}compared{% endif %}</td></tr>
{%- endfor -%}
</tbody></table></div></div>
{%- endif -%}
{%- if total.findings -%}
<div class="grid">
<div class="card"><h3>What the cloud will do</h3>
<ol class="bars outcomes">
{%- for name, number in total.outcome.items() -%}
<li><button type="button" class="bar" data-field="outcome" data-value="{{ name }}">
<span class="bar-name">{{ outcome_words[name][0] }}</span><span class="bar-number">{{ number | number }}</span>
{{ m.stack((number,), total.outcome.values() | max, ('plain',)) }}
<span class="bar-note">{{ outcome_words[name][1] }}</span></button></li>
{%- endfor -%}
</ol></div>
<div class="card"><h3>By rule</h3>{{ m.legend() }}
{{ m.bars(rules[:15], rules[0].total if rules else 1, 'rule') }}
{%- if rules | length > 15 -%}
<details><summary>{{ rules | length - 15 }} more rules</summary>{{ m.bars(rules[15:], rules[0].total, 'rule') }}</details>
{%- endif -%}
</div>
<div class="card"><h3>By OU</h3>{{ m.legend() }}
{{ m.bars(ous[:12], ous[0].total if ous else 1, 'ou') }}
{%- if ous | length > 12 -%}
<details><summary>{{ ous | length - 12 }} more</summary>{{ m.bars(ous[12:], ous[0].total, 'ou') }}</details>
{%- endif -%}
</div>
<div class="card"><h3>Worst offenders</h3>
<ol class="offenders">
{%- for count in offenders -%}
<li><button type="button" data-field="dn" data-value="{{ count.note }}"><span class="who"><bdi>{{ count.name | visible }}</bdi></span>
<span class="where"><bdi>{{ count.note | above | visible_dn }}</bdi></span>
<span class="pills">{{ m.severities(count.numbers) }}</span></button></li>
{%- endfor -%}
</ol></div>
</div>
{%- endif -%}
</section>"""

DRIFT = r"""{%- import 'macros' as m -%}
{%- if drifts -%}
<section id="drift" aria-labelledby="drift-h"><h2 id="drift-h">What changed</h2>
{%- for part in drifts -%}
<div class="card">{% if parts | length > 1 %}<h3><bdi>{{ part.name | visible }}</bdi></h3>{% endif %}
<p>{% if part.drift.baseline %}Compared with the run of {{ part.drift.baseline.created | moment }}.
{%- else %}There was no run to compare with: this is the first one.{% endif %}</p>
<ul class="tiles small">
{%- for name in ('new', 'reverted', 'known', 'waived') -%}
<li class="tile"><button type="button" data-field="drift" data-value="{{ name }}">
<span class="tile-name">{{ drift_words[name][0] }}</span><span class="tile-number">{{ part.drift[name] | number }}</span>
<span class="tile-note">{{ drift_words[name][1] }}</span></button></li>
{%- endfor -%}
<li class="tile"><div><span class="tile-name">Gone</span><span class="tile-number">{{ part.drift.gone | number }}</span>
<span class="tile-note">It was there in the run before.
{%- for name, number in part.drift.gone_by.items() if number %} {{ gone_words[name][0] }}: {{ number | number }}.{% endfor -%}
</span></div></li></ul>
{%- if part.drift.gone_list -%}
<details{% if part.drift.gone_list | length <= 10 %} open{% endif %}><summary>Findings that are gone
{%- if part.drift.gone_list | length < part.drift.gone %} (the first {{ part.drift.gone_list | length | number }} of
{{ part.drift.gone | number }}){% endif %}</summary>
<div class="scroll-x tall" tabindex="0" role="region" aria-label="Findings that are gone"><table class="plain">
<thead><tr><th scope="col">Severity</th><th scope="col">Rule</th><th scope="col">Object</th><th scope="col">Value</th>
<th scope="col">Why</th></tr></thead><tbody>
{%- for gone in part.drift.gone_list -%}
<tr><td>{{ m.icon(gone.severity) }} {{ gone.severity }}</td><td>{{ gone.rule }}</td>
<td><bdi>{{ gone.object.name | visible }}</bdi></td><td class="value"><bdi>{{ (gone.value or '') | visible(2000) }}</bdi></td>
<td>{{ gone_words[gone.why][0] }}</td></tr>
{%- endfor -%}
</tbody></table></div></details>
{%- endif -%}
</div>
{%- endfor -%}
</section>
{%- endif -%}"""

FINDINGS = r"""{%- import 'macros' as m -%}
<section id="findings" aria-labelledby="findings-h"><h2 id="findings-h">Findings</h2>
<noscript><p class="notice">The list of findings needs JavaScript, which this browser does not run here. The same findings
are in findings.csv beside this file.</p></noscript>
{%- if cut -%}<p class="notice">{{ m.icon('info') }} This page holds the severest {{ cut.shown | number }} of
{{ cut.total | number }} findings. findings.csv and findings.jsonl hold all of them.</p>{%- endif -%}
<div id="browser" hidden>
<form id="filters" class="filters" role="search" aria-label="Findings">
<div class="field grow"><label for="q">Search</label>
<input id="q" type="search" autocomplete="off" spellcheck="false" placeholder="name, address, DN, GUID, rule ..."
 aria-describedby="q-help"><span id="q-help" class="away">All words must be there. Press / to come here.</span></div>
<fieldset class="field"><legend>Severity</legend><div class="chips" id="severity">
{%- for name in ('error', 'warning', 'info') -%}
<label class="chip {{ name }}"><input type="checkbox" value="{{ name }}" checked>{{ m.icon(name) }}{{ name }}</label>
{%- endfor -%}
<label class="chip"><input type="checkbox" id="waived">waived too</label>
</div></fieldset>
{%- for id, name in filters -%}
<div class="field"><label for="f-{{ id }}">{{ name }}</label><select id="f-{{ id }}" data-field="{{ id }}"><option value="">all</option></select></div>
{%- endfor -%}
<div class="field"><button type="reset" class="quiet">Clear</button></div>
</form>
<p id="count" role="status" aria-live="polite"></p>
<div class="pane">
<div class="list" id="list">
<table id="table" aria-describedby="keys"><thead><tr>
{%- for id, name in columns -%}
<th scope="col" class="c-{{ id }}"><button type="button" data-sort="{{ id }}">{{ name }}<span class="arrow" aria-hidden="true"></span></button></th>
{%- endfor -%}
</tr></thead><tbody id="rows"></tbody></table>
</div>
<aside id="detail" aria-label="The finding" tabindex="-1"><p class="hint">Choose a finding to see what the cloud will do,
and what to do about it.</p></aside>
</div>
<p id="keys" class="hint keys"><kbd>/</kbd> searches, <kbd>&uarr;</kbd> <kbd>&darr;</kbd> <kbd>PgUp</kbd> <kbd>PgDn</kbd>
<kbd>Home</kbd> <kbd>End</kbd> go through the list, <kbd>Enter</kbd> shows a finding, <kbd>Esc</kbd> closes it.</p>
</div>
<div id="printed" aria-hidden="true"></div>
</section>"""
