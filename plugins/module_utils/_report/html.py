# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report for people: one HTML file that needs no network.

Nothing in it is loaded from elsewhere, and a Content-Security-Policy allows its own script and style alone, by their
digests. Values of the directory are hostile: they are escaped in the page, and the script shows them as text only.
"""

from __future__ import annotations

import datetime
import typing as t

from .._model.finding import OUTCOMES, SEVERITIES
from .._model.version import VERSION
from .._teams.matrix import FEATURE_TITLES, LOCATION_TITLES
from . import html_filters as filters
from .html_data import page_data, script_json
from .html_environment import STYLE, check_html, environment_of_pages, policy, whole_characters
from .html_handover import applied_chapter
from .html_parts import Applied, Part, Plain
from .html_script_data import DATA_SCRIPT
from .html_script_list import LIST_SCRIPT
from .html_snapshot import merged, worst
from .html_words import DRIFT_WORDS, GONE_WORDS, OUTCOME_WORDS, SEVERITY_WORDS

SCRIPT = "(() => {" + DATA_SCRIPT + LIST_SCRIPT + "})();\n"


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
    shown, text = len(data["columns"]["part"]), script_json(data)
    # A hundred thousand findings take less room as text.
    del data
    chapters = _chapters(parts, applied, total, shown)
    environment = environment_of_pages()
    inner = {
        name: environment.get_template(name).render(chapters)
        for name in ("overview", "drift", "applied", "forests", "teams", "findings")
    }
    from markupsafe import Markup

    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    names = ", ".join(part.name for part in parts if part.across is None)
    page: str = environment.get_template("page").render(
        policy=policy(STYLE, SCRIPT),
        title=title or f"Readiness for Microsoft 365: {names}",
        subtitle=f"{filters.number(total['judged'])} objects judged, read on {filters.moment(parts[0].created)}",
        style=Markup(STYLE),
        script=Markup(SCRIPT),
        data=Markup(text),
        menu=_menu(chapters),
        skip=("findings", "the findings"),
        collection=f"syncready.m365 {VERSION}",
        generated=filters.moment(now),
        hides=hides,
        **{name: Markup(text) for name, text in inner.items()},
    )
    return whole_characters(page)


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
        **applied_chapter(applied),
        "cut": {"shown": shown, "total": all_of_them} if shown < all_of_them else None,
        "filters": _filters(parts, has_drift),
        "columns": _columns(parts, has_drift),
        "severity_words": SEVERITY_WORDS,
        "outcome_words": OUTCOME_WORDS,
        "drift_words": DRIFT_WORDS,
        "gone_words": GONE_WORDS,
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
