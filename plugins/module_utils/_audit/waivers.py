# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings that somebody accepted, with a reason and for a time."""

from __future__ import annotations

import datetime
import typing as t
from dataclasses import dataclass

from .._model.dn import normalise
from .._model.errors import OptionError, SyncreadyError
from .._model.finding import Finding
from .._rules.catalogue import CATALOGUE

MAX_DAYS = 366
_KEYS = frozenset(("fingerprint", "rule", "object", "reason", "expires"))


@dataclass(frozen=True)
class Waiver:
    """One accepted finding, or all findings of a rule on one object.

    Attributes:
        reason: why it is accepted.
        expires: the last day on which it is.
        fingerprint: of the finding; else ``rule`` and ``object`` say which.
        rule: id of the rule.
        object: objectGUID, or the DN.
    """

    reason: str
    expires: datetime.date
    fingerprint: str | None = None
    rule: str | None = None
    object: str | None = None


class WaiverIndex:
    """Finds the waiver of a finding, and counts what became of each.

    Attributes:
        expired: how many waivers are past their day, so that their findings count again.
        used: places of the waivers that accepted at least one finding.
    """

    def __init__(self, waivers: t.Sequence[Waiver], today: datetime.date) -> None:
        self._by_fingerprint: dict[str, int] = {}
        self._by_object: dict[tuple[str, str], int] = {}
        self._waivers = waivers
        self.expired = 0
        self.used: set[int] = set()
        for place, waiver in enumerate(waivers):
            if waiver.expires < today:
                self.expired += 1
            elif waiver.fingerprint is not None:
                self._by_fingerprint[waiver.fingerprint.lower()] = place
            elif waiver.rule is not None and waiver.object is not None:
                self._by_object[waiver.rule, _object_key(waiver.object)] = place

    def __bool__(self) -> bool:
        return bool(self._by_fingerprint or self._by_object)

    def reason(self, finding: Finding) -> str | None:
        """Return the reason by which a finding is accepted, or None."""
        place = self._by_fingerprint.get(finding.fingerprint)
        if place is None and finding.object is not None:
            place = self._by_object.get((finding.rule, finding.object.guid or ""))
            if place is None:
                place = self._by_object.get((finding.rule, _object_key(finding.object.dn)))
        if place is None:
            return None
        self.used.add(place)
        return self._waivers[place].reason

    @property
    def unused(self) -> int:
        """How many waivers still hold but accepted nothing."""
        return len(self._by_fingerprint) + len(self._by_object) - len(self.used)


def _object_key(name: str) -> str:
    return normalise(name.strip()) if "=" in name else name.strip().strip("{}").lower()


def parse_waivers(text: str, where: str, today: datetime.date) -> tuple[Waiver, ...]:
    """Return the waivers of a YAML (or JSON) text: a list, or a mapping with the list under ``waivers``.

    Args:
        text: the content of the file.
        where: name of the file, for messages.
        today: the day of the audit.

    Raises:
        OptionError: the text is no list of waivers, or one lacks a reason, a day, or goes beyond a year.
        SyncreadyError: the package that reads YAML is missing.
    """
    try:
        import yaml
    except ImportError:
        raise SyncreadyError(
            "waivers_path needs the Python package PyYAML in the interpreter that runs the module: pip install PyYAML.",
            code="MISSING_LIBRARY",
        ) from None
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise OptionError(f"{where}{place}: not readable as YAML; write a list of waivers.") from None
    if isinstance(data, dict) and set(data) == {"waivers"}:
        data = data["waivers"]
    if data is None:
        return ()
    if not isinstance(data, list):
        raise OptionError(f"{where}: a list of waivers is expected.")
    return tuple(_parse_one(item, f"{where}, waiver {number}", today) for number, item in enumerate(data, 1))


def _parse_one(item: object, where: str, today: datetime.date) -> Waiver:
    if not isinstance(item, dict):
        raise OptionError(
            f"{where}: a mapping with reason, expires and either fingerprint or rule and object is expected."
        )
    unknown = sorted(str(key) for key in set(item) - _KEYS)
    if unknown:
        raise OptionError(f"{where}: unknown word {', '.join(unknown)}.")
    fingerprint, rule, target = (_text(item.get(key)) for key in ("fingerprint", "rule", "object"))
    if (fingerprint is None) == (rule is None or target is None) or (fingerprint and (rule or target)):
        raise OptionError(f"{where}: name either a fingerprint, or a rule and an object (objectGUID or DN).")
    if rule is not None and rule not in CATALOGUE:
        raise OptionError(f"{where}: there is no rule {rule}.")
    reason = _text(item.get("reason"))
    if reason is None:
        raise OptionError(f"{where}: give a reason.")
    return Waiver(reason, _expiry(item.get("expires"), where, today), fingerprint, rule, target)


def _text(value: object) -> str | None:
    text = str(value).strip() if value is not None else ""
    return text or None


def _expiry(value: object, where: str, today: datetime.date) -> datetime.date:
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, str):
        try:
            value = datetime.date.fromisoformat(value.strip())
        except ValueError:
            value = None
    if not isinstance(value, datetime.date):
        raise OptionError(f"{where}: expires must be a day, as in 2027-03-31.")
    if value > today + datetime.timedelta(days=MAX_DAYS):
        raise OptionError(f"{where}: expires {value} is more than a year ahead; choose an earlier day.")
    return value
