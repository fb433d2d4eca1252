# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of the page, for jinja2 with autoescape: everything but what belongs to one chapter.

Only Python files travel with a module, so the text lies in one.
"""

from __future__ import annotations

MACROS = r"""
{%- macro icon(name) -%}
<svg class="icon {{ name }}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
{%- if name == 'error' -%}
<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"/><path class="ink" d="M5.5 5.5l5 5m0-5l-5 5"/>
{%- elif name == 'warning' -%}
<path d="M8 1.2L15.4 14.6H.6z"/><path class="ink" d="M8 5.6v4.2m0 1.8v1"/>
{%- elif name == 'info' -%}
<circle cx="8" cy="8" r="7"/><path class="ink" d="M8 7.2v4.4M8 4.2v1.2"/>
{%- elif name == 'good' -%}
<circle cx="8" cy="8" r="7"/><path class="ink" d="M4.6 8.3l2.4 2.4 4.4-5"/>
{%- endif -%}
</svg>
{%- endmacro -%}

{%- macro stack(numbers, whole, names=('error', 'warning', 'info')) -%}
<svg class="stack" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
{%- for box in numbers | boxes(whole) -%}
<rect class="{{ names[box.place] }}" x="{{ box.x }}" y="0" width="{{ box.width }}" height="10"/>
{%- endfor -%}
</svg>
{%- endmacro -%}

{%- macro severities(numbers) -%}
{%- for name in ('error', 'warning', 'info') -%}{%- if numbers[loop.index0] -%}
<span class="pill {{ name }}">{{ icon(name) }}{{ numbers[loop.index0] | number }}
<span class="away">{{ name }}</span></span>
{%- endif -%}{%- endfor -%}
{%- endmacro -%}

{%- macro bars(counts, whole, field) -%}
<ol class="bars">
{%- for count in counts -%}
<li><button type="button" class="bar" data-field="{{ field }}" data-value="{{ count.name }}">
<span class="bar-name"><bdi>{{ count.name | visible_dn }}</bdi></span>
<span class="bar-number">{{ count.total | number }}</span>
{{ stack(count.numbers, whole) }}
<span class="away">{{ count.numbers | in_words }}. Show them.</span></button></li>
{%- endfor -%}
</ol>
{%- endmacro -%}

{%- macro pairs(rows) -%}
<dl class="pairs">
{%- for name, value in rows if value is not none and value != '' -%}
<div><dt>{{ name }}</dt><dd><bdi>{{ value | visible }}</bdi></dd></div>
{%- endfor -%}
</dl>
{%- endmacro -%}

{%- macro legend() -%}
<ul class="legend" aria-label="Legend">
{%- for name in ('error', 'warning', 'info') -%}<li>{{ icon(name) }} {{ name }}</li>{%- endfor -%}
</ul>
{%- endmacro -%}
"""

PAGE = r"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>{{ title | visible_text }}</title>
<style>{{ style }}</style>
</head>
<body>
<a class="skip" href="#{{ skip[0] }}">Skip to {{ skip[1] }}</a>
<header class="top">
<div class="wide">
<p class="product">syncready.m365</p>
<h1><bdi>{{ title | visible }}</bdi></h1>
<p class="when">{{ subtitle }}</p>
{% if script %}<button type="button" id="theme" class="quiet" hidden>Colours: auto</button>
{% endif -%}
</div>
</header>
{% if menu %}<nav class="menu" aria-label="Parts of the report"><div class="wide"><ul>
{%- for anchor, name in menu -%}<li><a href="#{{ anchor }}">{{ name }}</a></li>{%- endfor -%}
</ul></div></nav>
{% endif -%}
<main class="wide">
{{ overview }}
{{ drift }}
{{ applied }}
{{ forests }}
{{ teams }}
{{ findings }}
</main>
<footer class="wide"><p>Made by {{ collection }} on {{ generated }}. This file needs no network and holds everything it
shows. {% if hides %}Names are pseudonyms, values show their shape only.{% else %}It holds names and addresses of people:
keep it where those may be kept.{% endif %}</p></footer>
{% if script %}<script type="application/json" id="data">{{ data }}</script>
<script>{{ script }}</script>
{% endif -%}
</body>
</html>
"""
