# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hand-over after a change as a page: one HTML file without a script, which needs no network."""

from __future__ import annotations

import datetime
import itertools

from .._model.version import VERSION
from . import html_filters as filters
from .handover import left_rows, rows_of, title_of, undo_commands, undo_task, verdict_of
from .handover_words import reason_words
from .html_environment import STYLE, check_html, environment_of_pages, policy, whole_characters
from .html_parts import MAX_OUTCOMES, Applied, Plain
from .html_words import STATE_WORDS

_ICONS = {"changed": "good", "unchanged": "good", "left": "info", "conflict": "warning"}


def applied_chapter(applied: Applied | None) -> Plain:
    """Return what the chapter about a change asks for. ``outcomes`` is read once."""
    if applied is None:
        return {"applied": None}
    return {
        "applied": applied,
        "applied_verdict": verdict_of(applied),
        "applied_rows": [
            (name, filters.moment(value) if name == "When" and value else value) for name, value in rows_of(applied)
        ],
        "left_rows": left_rows(applied),
        "outcomes": list(itertools.islice(applied.outcomes, MAX_OUTCOMES)),
        "undo_task": undo_task(applied),
        "undo_commands": undo_commands(applied),
        "stopped_words": f"{applied.stopped}. {reason_words(applied.stopped)[0]}",
        "state_words": STATE_WORDS,
        "state_icons": _ICONS,
    }


def render_handover(applied: Applied) -> str:
    """Return the hand-over as the text of an HTML file. ``outcomes`` is read once.

    Raises:
        SyncreadyError: the template library is missing.
    """
    check_html()
    from markupsafe import Markup

    environment = environment_of_pages()
    title = title_of(applied)
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    when = applied.run.get("when")
    page: str = environment.get_template("page").render(
        policy=policy(STYLE),
        title=title,
        subtitle=f"The hand-over{f' of {filters.moment(when)}' if when else ''}",
        style=Markup(STYLE),
        script="",
        data="",
        menu=[],
        skip=("applied", "the change"),
        collection=f"syncready.m365 {VERSION}",
        generated=filters.moment(now),
        hides=False,
        applied=Markup(environment.get_template("applied").render(applied_chapter(applied))),
        **dict.fromkeys(("overview", "drift", "forests", "teams", "findings"), ""),
    )
    return whole_characters(page)
