# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every page is made with: the templates, what they may ask for, and what the browser may run."""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t

from .._model.errors import SyncreadyError
from . import html_filters as filters
from .html_applied import APPLIED
from .html_chapters import DRIFT, FINDINGS, OVERVIEW
from .html_chapters_forest import FORESTS, TEAMS
from .html_page import MACROS, PAGE
from .html_style import FINDINGS_STYLE
from .html_style import STYLE as _STYLE

STYLE = _STYLE + FINDINGS_STYLE
_TEMPLATES = {
    "macros": MACROS,
    "page": PAGE,
    "overview": OVERVIEW,
    "drift": DRIFT,
    "applied": APPLIED,
    "forests": FORESTS,
    "teams": TEAMS,
    "findings": FINDINGS,
}
# A name is not longer. Values are cut later.
_MOST = 500
_HALVES = re.compile("[\ud800-\udfff]")


def check_html() -> None:
    """Make sure that reports in HTML can be written.

    Raises:
        SyncreadyError: the template library is missing.
    """
    try:
        import jinja2  # noqa: F401
    except ImportError:
        raise SyncreadyError(
            "report_dir needs the Python package Jinja2 in the interpreter that runs the module: pip install Jinja2.",
            code="MISSING_LIBRARY",
        ) from None


def policy(style: str, script: str = "") -> str:
    """Return the Content-Security-Policy of a page that runs this style and script, and nothing else."""

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"

    # The browser hashes what stands between the tags.
    scripts = digest(script) if script else "'none'"
    return f"default-src 'none'; script-src {scripts}; style-src {digest(style)}; base-uri 'none'; form-action 'none'"


def whole_characters(page: str) -> str:
    """Return a page as UTF-8 can hold it: half a character (a lone surrogate) cannot be; jsonl keeps it as it is."""
    return _HALVES.sub("\ufffd", page)


def environment_of_pages() -> t.Any:
    """Return what renders the templates: everything is escaped, and what hides in a text shows."""
    import jinja2
    from markupsafe import Markup, escape

    def visible(value: object, most: int = _MOST) -> t.Any:
        text = str(value)
        if len(text) > most:
            text = text[:most] + "\u2026"
        if text.isprintable() and text == text.strip():
            return escape(text)
        out = Markup()
        for char in text:
            hidden = filters.is_hidden(char)
            out += Markup('<span class="mark">U+{:04X}</span>').format(ord(char)) if hidden else escape(char)
        return out

    environment = jinja2.Environment(
        loader=jinja2.DictLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )

    def visible_dn(value: object) -> t.Any:
        # A long name breaks between its parts.
        return visible(value).replace(",", Markup(",<wbr>"))

    environment.filters["visible"] = visible
    environment.filters["visible_dn"] = visible_dn
    for name in (
        "above across_rows answers boxes exchange_rows forest_rows in_order in_words moment most_users number object_rows"
        " source_rows verdict sort_numbers visible_text"
    ).split():
        environment.filters[name] = getattr(filters, name)
    return environment
