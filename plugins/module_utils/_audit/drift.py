# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the findings of a run differ from those of an earlier one."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from .._model.finding import ObjectReference
from .._rules.catalogue import CATALOGUE
from .._rules.options import RuleOptions
from .findings import read_findings
from .options import AuditOptions
from .runs import Plain, Run, object_print
from .snapshot import Row, Snapshot

_BATCH = 2000

# objectGUID (or "dn:" and the DN), attribute in lower case, and a value that a repair took away -> when, in ISO 8601.
Repaired = t.Mapping[tuple[str, str, str], str]
GONE = ("repaired", "object_gone", "rule_off")


@dataclass
class Drift:
    """What changed since an earlier run.

    Attributes:
        baseline: when the earlier run ended; None where there was none.
        new: findings that it did not have, or had while they were waived.
        known: findings that it had.
        reverted: findings that had been repaired and are back.
        waived: findings that are accepted.
        gone: findings that it had and that are not there any more.
        gone_by: those by what became of them: ``repaired``, ``object_gone`` (or no longer synchronized), ``rule_off``.
        options_changed: options of the two runs that differ, so that findings may come and go because of them.
    """

    baseline: str | None = None
    new: int = 0
    known: int = 0
    reverted: int = 0
    waived: int = 0
    gone: int = 0
    gone_by: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GONE, 0))
    options_changed: list[str] = field(default_factory=list)

    def as_dict(self) -> Plain:
        """Return plain values."""
        plain = dataclasses.asdict(self)
        return {**plain, "baseline": None if self.baseline is None else {"created": self.baseline}}


def compare(
    snapshot: Snapshot, before: Run | None, options: AuditOptions, chosen: Plain, repaired: Repaired | None = None
) -> Drift:
    """Say of each finding what it is beside those of an earlier run; the snapshot keeps the answers.

    Args:
        snapshot: after the audit.
        before: the earlier run; None where there is none. Nothing is new then.
        options: of the audit.
        chosen: the options in words, as ``Runs.keep`` got them.
        repaired: what the journals say of repairs.
    """
    snapshot.run("BEGIN")
    snapshot.run(
        "CREATE TABLE gone (print BLOB NOT NULL, severity INTEGER NOT NULL, why TEXT NOT NULL, text TEXT NOT NULL)"
    )
    drift = Drift()
    if before is None:
        drift.waived = snapshot.count("SELECT count(*) FROM findings WHERE waiver IS NOT NULL")
        snapshot.run("UPDATE findings SET drift = 'waived' WHERE waiver IS NOT NULL")
    else:
        drift.baseline = before.created
        then = before.options
        drift.options_changed = sorted(
            name for name in chosen.keys() | then.keys() if chosen.get(name) != then.get(name)
        )
        _print(snapshot)
        _Comparison(snapshot, before, options, repaired or {}).run(drift)
        snapshot.run("UPDATE findings SET drift = (SELECT state FROM temp.states s WHERE s.finding = findings.rowid)")
    snapshot.write_meta("drift", drift.as_dict())
    snapshot.run("COMMIT")
    return drift


def _print(snapshot: Snapshot) -> None:
    """Write the prints of the findings into a table of their own."""
    snapshot.run("CREATE TEMP TABLE prints (print BLOB NOT NULL, finding INTEGER NOT NULL)")
    snapshot.run("CREATE TEMP TABLE states (finding INTEGER PRIMARY KEY, state TEXT NOT NULL)")
    rows: list[Row] = []
    for rowid, found in read_findings(snapshot, holders=False):
        rows.append((bytes.fromhex(found.fingerprint), rowid))
        if len(rows) >= _BATCH:
            snapshot.run_many("INSERT INTO temp.prints VALUES (?, ?)", rows)
            rows.clear()
    snapshot.run_many("INSERT INTO temp.prints VALUES (?, ?)", rows)


class _Comparison:
    """Goes through both runs side by side, by print, with little memory however many findings there are."""

    def __init__(self, snapshot: Snapshot, before: Run, options: AuditOptions, repaired: Repaired) -> None:
        self._snapshot = snapshot
        self._before = before
        self._repaired = repaired
        self._off = rules_off(options)
        self._states: list[Row] = []
        self._gone: list[Row] = []
        self._seen: bytes | None = None

    def run(self, drift: Drift) -> None:
        """Compare; count into a Drift."""
        question = (
            "SELECT p.print, p.finding, f.waiver IS NOT NULL, o.guid, o.dn, f.attribute, f.value FROM temp.prints p "
            "JOIN findings f ON f.rowid = p.finding JOIN objects o USING (oid) ORDER BY p.print"
        )
        counts: Counter[str] = Counter()
        before = self._before.findings()
        past = self._before.past()
        then, once = next(before, None), next(past, None)
        for row in self._snapshot.ask(question):
            now = row[0]
            while then is not None and then[0] < now:
                self._lost(then)
                then = next(before, None)
            while once is not None and once[0] < now:
                once = next(past, None)
            known = then if then is not None and then[0] == now else None
            state = self._state(row, known, once is not None and once[0] == now)
            counts[state] += 1
            self._states.append((row[1], state))
            if len(self._states) >= _BATCH:
                self._flush()
            # Two findings may have one print: the earlier run is left at it until another one comes.
            if known is not None:
                self._seen = now
        while then is not None:
            self._lost(then)
            then = next(before, None)
        self._flush()
        drift.new, drift.known, drift.reverted, drift.waived = (
            counts[name] for name in ("new", "known", "reverted", "waived")
        )
        self._explain(drift)

    def _flush(self) -> None:
        self._snapshot.run_many("INSERT INTO temp.states VALUES (?, ?)", self._states)
        self._states.clear()

    def _state(self, row: Row, known: Row | None, was_gone: bool) -> str:
        _print, _finding, waived, guid, dn, attribute, value = row
        if waived:
            return "waived"
        if attribute is not None and value is not None:
            key = ObjectReference(dn, guid, "", "").key
            when = self._repaired.get((key, attribute.lower(), value))
            # What was repaired before the earlier run, and was there then, was reverted before it.
            if when is not None and (known is None or when > self._before.created):
                return "reverted"
        if known is not None:
            return "new" if known[5] else "known"
        return "reverted" if was_gone else "new"

    def _lost(self, then: Row) -> None:
        if then[0] != self._seen:
            self._gone.append(then)

    def _explain(self, drift: Drift) -> None:
        """Write down what is gone, and what became of it."""
        wanted = {then[3] for then in self._gone if then[2] not in self._off}
        standings: dict[str, str] = {}
        if wanted:
            for dn, guid, standing in self._snapshot.ask("SELECT dn, guid, standing FROM objects"):
                key = object_print(ObjectReference(dn, guid, "", ""))
                if key in wanted:
                    standings[key] = standing
        rows = []
        for print_, severity, rule, key, then, _waived, text in self._gone:
            now = standings.get(key)
            why = "repaired" if now in ("judged", "forest") or (now is not None and now == then) else "object_gone"
            rows.append((print_, severity, "rule_off" if rule in self._off else why, text))
        self._snapshot.run_many("INSERT INTO gone VALUES (?, ?, ?, ?)", rows)
        drift.gone = len(rows)
        for row in rows:
            drift.gone_by[row[2]] += 1


def rules_off(options: AuditOptions) -> frozenset[str]:
    """Return the rules that do not run with these options."""
    rules: RuleOptions = options.rules
    off = set(options.disabled_rules)
    if not rules.non_ascii:
        off |= {name for name, rule in CATALOGUE.items() if rule.default_off}
    if not rules.single_sign_on:
        off.add("upn-sso-character")
    if not rules.third_party_migration:
        off.add("target-missing")
    return frozenset(off)


def gone_list(snapshot: Snapshot, limit: int | None = None) -> t.Iterator[Plain]:
    """Yield the findings that are gone, the severest first, each with ``why``."""
    if not snapshot.has_table("gone"):
        return
    question = "SELECT text, why FROM gone ORDER BY severity, text"
    for text, why in snapshot.ask(question if limit is None else f"{question} LIMIT {int(limit)}"):
        yield {**json.loads(text), "why": why}
