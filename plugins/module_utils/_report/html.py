# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report for people: one HTML file that needs no network.

Nothing in it is loaded from elsewhere, and a Content-Security-Policy allows its own script and style alone, by their
digests. Values of the directory are hostile: they are escaped in the page, and the script shows them as text only.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import itertools
import json
import re
import shlex
import typing as t

from .._model.errors import SyncreadyError
from .._model.finding import OUTCOMES, SEVERITIES
from .._model.version import VERSION
from .._teams.matrix import FEATURE_TITLES, LOCATION_TITLES
from . import html_filters as filters
from .html_chapters import APPLIED, DRIFT, FINDINGS, OVERVIEW
from .html_chapters_forest import FORESTS, TEAMS
from .html_data import page_data, script_json
from .html_page import MACROS, PAGE
from .html_parts import MAX_OUTCOMES, Applied, Part, Plain
from .html_script_data import DATA_SCRIPT
from .html_script_list import LIST_SCRIPT
from .html_snapshot import merged, worst
from .html_style import FINDINGS_STYLE, STYLE
from .html_words import (
    DRIFT_WORDS,
    GONE_WORDS,
    OUTCOME_WORDS,
    SEVERITY_WORDS,
    STATE_WORDS,
)

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
_STYLE = STYLE + FINDINGS_STYLE
_SCRIPT = "(() => {" + DATA_SCRIPT + LIST_SCRIPT + "})();\n"


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


def render(
    parts: t.Sequence[Part], *, applied: Applied | None = None, title: str | None = None, hides: bool = False
) -> str:
    """Return the report as the text of an HTML file.

    Args:
        parts: the directories, at least one.
        applied: what a plan did, for the sheet that is handed over.
        title: what stands above it; the names of the directories without one.
        hides: whether names were hidden, which the report says then.

    Raises:
        SyncreadyError: the template library is missing.
    """
    check_html()
    total = _total(parts)
    data = page_data(parts)
    chapters = _chapters(parts, applied, total, len(data["columns"]["part"]))
    environment = _environment()
    inner = {
        name: environment.get_template(name).render(chapters)
        for name in ("overview", "drift", "applied", "forests", "teams", "findings")
    }
    from markupsafe import Markup

    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    names = ", ".join(part.name for part in parts if part.across is None)
    page: str = environment.get_template("page").render(
        policy=_policy(),
        title=title or f"Readiness for Microsoft 365: {names}",
        subtitle=f"{filters.number(total['judged'])} objects judged, read on {filters.moment(parts[0].created)}",
        style=Markup(_STYLE),
        script=Markup(_SCRIPT),
        data=Markup(script_json(data)),
        menu=_menu(chapters),
        collection=f"syncready.m365 {VERSION}",
        generated=filters.moment(now),
        hides=hides,
        **{name: Markup(text) for name, text in inner.items()},
    )
    # Half a character (a lone surrogate) is no UTF-8; jsonl keeps it as it is.
    return _HALVES.sub("\ufffd", page)


def _policy() -> str:
    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"

    # The browser hashes what stands between the tags.
    return f"default-src 'none'; script-src {digest(_SCRIPT)}; style-src {digest(_STYLE)}; base-uri 'none'; form-action 'none'"


def _environment() -> t.Any:
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


def _total(parts: t.Sequence[Part]) -> Plain:
    summaries = [part.summary for part in parts]

    def added(name: str, keys: t.Sequence[str]) -> dict[str, int]:
        return {key: sum(summary[name].get(key, 0) for summary in summaries) for key in keys}

    outcome = added("outcome", OUTCOMES)
    return {
        "severity": added("severity", SEVERITIES),
        "outcome": {name: count for name, count in outcome.items() if count},
        "findings": sum(summary["findings"] for summary in summaries),
        "judged": sum(summary["judged"] for summary in summaries),
        "left_out": sum(sum(summary["left_out"].values()) for summary in summaries),
        "waived": sum(summary["waivers"]["waived"] for summary in summaries),
        "objects_with_findings": sum(summary["objects_with_findings"] for summary in summaries),
    }


def _chapters(parts: t.Sequence[Part], applied: Applied | None, total: Plain, shown: int) -> Plain:
    rules = merged(part.rules for part in parts)
    ous = merged(part.ous for part in parts)
    offenders = worst(part.offenders for part in parts)
    has_drift = any(part.drift for part in parts)
    all_of_them = total["findings"] + total["waived"]
    return {
        "parts": parts,
        "total": total,
        "verdict": _verdict(total, parts),
        "crossed": [text for part in parts for text in part.crossed],
        "rules": rules,
        "ous": ous,
        "offenders": offenders[:12],
        "drifts": [part for part in parts if part.drift],
        "teams_parts": [part for part in parts if part.teams],
        "applied": applied,
        "applied_rows": _applied_rows(applied) if applied else [],
        "outcomes": list(itertools.islice(applied.outcomes, MAX_OUTCOMES)) if applied else [],
        "undo_task": _undo_task(applied) if applied else "",
        "undo_command": f"ldifde -i -f {json.dumps(applied.undo_ldif)}\nldapmodify -f {shlex.quote(applied.undo_ldif)}"
        if applied and applied.undo_ldif
        else "",
        "cut": {"shown": shown, "total": all_of_them} if shown < all_of_them else None,
        "filters": _filters(parts, has_drift),
        "columns": _columns(parts, has_drift),
        "severity_words": SEVERITY_WORDS,
        "outcome_words": OUTCOME_WORDS,
        "drift_words": DRIFT_WORDS,
        "gone_words": GONE_WORDS,
        "state_words": STATE_WORDS,
        "location_titles": LOCATION_TITLES,
        "feature_titles": FEATURE_TITLES,
    }


def _verdict(total: Plain, parts: t.Sequence[Part]) -> Plain:
    errors, warnings = total["severity"]["error"], total["severity"]["warning"]
    judged = filters.number(total["judged"])
    directories = sum(part.across is None for part in parts)
    where = f" in {directories} directories" if directories > 1 else ""
    if errors:
        return {
            "state": "not-ready",
            "headline": "Not ready",
            "sentence": f"{filters.number(errors)} error{'' if errors == 1 else 's'} in {judged} judged objects{where}: as they "
            "are, these objects, sign-in names or addresses do not reach Microsoft 365.",
        }
    if warnings:
        return {
            "state": "warnings",
            "headline": "Ready, with warnings",
            "sentence": f"No error in {judged} judged objects{where}. {filters.number(warnings)} "
            f"warning{'' if warnings == 1 else 's'}: things arrive altered, or mislead people.",
        }
    return {
        "state": "ready",
        "headline": "Ready",
        "sentence": f"No error and no warning in {judged} judged objects{where}.",
    }


def _filters(parts: t.Sequence[Part], has_drift: bool) -> list[tuple[str, str]]:
    found = [("rule", "Rule"), ("outcome", "Outcome"), ("attribute", "Attribute"), ("kind", "Kind"), ("ou", "OU")]
    found.append(("repair", "Repair"))
    if has_drift:
        found.append(("drift", "Since the run before"))
    if len(parts) > 1:
        found.append(("part", "Directory"))
    return found


def _columns(parts: t.Sequence[Part], has_drift: bool) -> list[tuple[str, str]]:
    found = [("severity", "Severity"), ("name", "Object"), ("rule", "Rule, outcome"), ("value", "Value")]
    if has_drift:
        found.append(("drift", "Since"))
    if len(parts) > 1:
        found.append(("part", "Directory"))
    return found


def _menu(chapters: Plain) -> list[tuple[str, str]]:
    menu = [("overview", "Overview")]
    if chapters["drifts"]:
        menu.append(("drift", "What changed"))
    if chapters["applied"]:
        menu.append(("applied", "The change"))
    menu.append(("forests", "Directories" if len(chapters["parts"]) > 1 else "Directory"))
    if chapters["teams_parts"]:
        menu.append(("teams", "Teams"))
    return [*menu, ("findings", "Findings")]


def _applied_rows(applied: Applied) -> list[tuple[str, t.Any]]:
    names = {"when": "When", "server": "Server", "ticket": "Ticket", "approver": "Approved by"}
    run = {**applied.run, "when": filters.moment(applied.run["when"])} if "when" in applied.run else applied.run
    rows: list[tuple[str, t.Any]] = [(names.get(name, name), value) for name, value in run.items()]
    rows += [
        ("Plan", applied.plan.get("path") or applied.plan.get("id")),
        ("Digest of the plan", applied.plan.get("digest")),
        ("Journal", applied.journal),
        ("Undo LDIF", applied.undo_ldif),
    ]
    return rows


def _undo_task(applied: Applied) -> str:
    # A YAML text in double quotes takes what JSON takes.
    lines = ["- name: Take the change back", "  syncready.m365.rollback:"]
    if applied.run.get("server"):
        lines.append(f"    server: {json.dumps(applied.run['server'])}")
    lines.append(f"    journal_path: {json.dumps(applied.journal)}")
    return "\n".join(lines)
