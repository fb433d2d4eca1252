# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings as the page carries them: columns of numbers and texts, each text once.

A page with 50,000 findings stays at some megabytes that way, and a browser reads it in a fraction of a second.
"""

from __future__ import annotations

import itertools
import json
import typing as t

from .._model.dn import split_rdn
from .._model.finding import OUTCOMES, SEVERITIES
from .._rules.catalogue import CATALOGUE
from .html_parts import MAX_FINDINGS, Part, Plain
from .html_words import DRIFT_WORDS, OUTCOME_WORDS, REPAIR_WORDS, SEVERITY_WORDS

# Longer values exist only where an export was made by hand; the tables hold them whole.
MAX_VALUE = 20_000
MAX_HOLDERS = 20
_REPAIRS = tuple(REPAIR_WORDS)
_DRIFT = tuple(DRIFT_WORDS)
_RANKS = {name: rank for rank, name in enumerate(SEVERITIES)}
_PLACES = {name: place for place, name in enumerate(OUTCOMES)}


class Texts:
    """Texts by number, each once. Number 0 is the text that is not there."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.texts: list[str | None] = [None]

    def number(self, text: str | None) -> int:
        """Return the number of a text."""
        if text is None:
            return 0
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return number


def page_data(parts: t.Sequence[Part]) -> Plain:
    """Return the findings of all directories, the severest first, with the words that explain them.

    No more than MAX_FINDINGS are taken, in equal shares of the directories that have more than their share.
    """
    columns: dict[str, list[t.Any]] = {
        name: [] for name in "part severity outcome rule attribute kind rdn name ou value message why repair".split()
    }
    columns |= {name: [] for name in ("drift", "guid", "fingerprint", "waiver")}
    texts = Texts()
    rules: dict[str, int] = {}
    holders: dict[int, Plain] = {}
    changes: dict[int, t.Any] = {}
    shares = _shares([part.summary["findings"] + part.summary["waivers"]["waived"] for part in parts])
    for number, part in enumerate(parts):
        for finding in itertools.islice(part.findings, shares[number]):
            row = len(columns["part"])
            _add(columns, texts, rules, number, finding)
            if finding["holders_total"]:
                names = [_other(texts, holder) for holder in finding["holders"][:MAX_HOLDERS]]
                holders[row] = {"n": names, "total": finding["holders_total"]}
            if finding["repair"]["changes"]:
                changes[row] = [
                    [change["attribute"], change["remove"], change["add"]] for change in finding["repair"]["changes"]
                ]
    return {
        "columns": columns,
        "texts": texts.texts,
        "holders": holders,
        "changes": changes,
        "parts": [part.name for part in parts],
        "rules": [[rule, CATALOGUE[rule].fires, CATALOGUE[rule].source] for rule in rules],
        "severities": [[name, *SEVERITY_WORDS[name]] for name in SEVERITIES],
        "outcomes": [[name, *OUTCOME_WORDS[name]] for name in OUTCOMES],
        "repairs": [[name, *words] for name, words in REPAIR_WORDS.items()],
        "drift": [[name, *words] for name, words in DRIFT_WORDS.items()],
    }


def _shares(wanted: t.Sequence[int]) -> list[int]:
    """Return how many findings of each directory are taken: what one does not need, the others have."""
    shares = [0] * len(wanted)
    room = MAX_FINDINGS
    for left, place in enumerate(sorted(range(len(wanted)), key=lambda place: wanted[place])):
        shares[place] = min(wanted[place], room // (len(wanted) - left))
        room -= shares[place]
    return shares


def _add(columns: dict[str, list[t.Any]], texts: Texts, rules: dict[str, int], part: int, finding: Plain) -> None:
    reference = finding["object"]
    rdn, ou = split_rdn(reference["dn"] or "")
    name = reference["name"] or rdn
    value = finding["value"]
    if value is not None and len(value) > MAX_VALUE:
        value = f"{value[:MAX_VALUE]} ... ({len(value) - MAX_VALUE} more characters)"
    drift = finding.get("drift")
    columns["part"].append(part)
    columns["severity"].append(_RANKS[finding["severity"]])
    columns["outcome"].append(_PLACES[finding["outcome"]])
    columns["rule"].append(rules.setdefault(finding["rule"], len(rules)))
    columns["attribute"].append(texts.number(finding["attribute"]))
    columns["kind"].append(texts.number(reference["kind"]))
    columns["rdn"].append(rdn)
    # Most names say the same as the RDN does.
    columns["name"].append(0 if rdn.partition("=")[2] == name else name)
    columns["ou"].append(texts.number(ou))
    columns["value"].append(0 if value is None else value)
    columns["message"].append(texts.number(finding["message"]))
    columns["why"].append(texts.number(finding["repair"]["why"]))
    columns["repair"].append(_REPAIRS.index(finding["repair"]["kind"]))
    columns["drift"].append(_DRIFT.index(drift) if drift in _DRIFT else -1)
    columns["guid"].append(reference["guid"] or 0)
    columns["fingerprint"].append(finding["fingerprint"])
    columns["waiver"].append(texts.number(finding["waiver"]))


def _other(texts: Texts, holder: Plain) -> list[t.Any]:
    return [holder["dn"], texts.number(", ".join(holder["attributes"])), int(holder["judged"])]


def script_json(value: object) -> str:
    """Return a value as JSON that can stand inside a script element: no character of it means anything to HTML."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
