# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A scan in several processes: one reads and writes, others take apart, judge and make the rows.

What every object makes of itself travels as plain rows; what it tells of the forest is either counted, and added up
here, or the object is sent back and met here, in the order of the source. So the outcome is that of one process.
"""

from __future__ import annotations

import contextlib
import dataclasses
import pickle
import typing as t
from collections import Counter

from .._directory.pieces import NotAloneError, Piece, Pieces
from .._directory.topology_reader import TopologyReader, is_controller
from .._model.entry import Entry
from .._model.errors import SyncreadyError
from .._model.kinds import Kind
from .._rules.options import RuleOptions
from .._rules.sync_accounts import program_of
from .census import Census
from .forest import Forest
from .scope import Scopes
from .snapshot import Row, Snapshot, Table
from .step import Step
from .workers import Workers

# Fewer objects than these are judged before other processes would be at work.
BEFORE_OTHERS = 2000

_Plain = tuple[str, dict[str, list[bytes]], dict[str, int], tuple[str, ...], str]
_Note = tuple[str, _Plain]


class _Rows:
    """Keeps the rows of a piece."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.texts: dict[str, int] = {}

    def add(self, table: Table, row: Row) -> None:
        self.rows.setdefault(table, []).append(row)

    def add_all(self, table: Table, rows: t.Iterable[Row]) -> None:
        self.rows.setdefault(table, []).extend(rows)

    def text_id(self, text: str | None) -> int | None:
        return None if text is None else self.texts.setdefault(text, len(self.texts) + 1)


class _NotingCensus(Census):
    """Counts; accounts of the synchronization, whose order matters, are noted for the parent."""

    notes: list[_Note]

    def count_account(self, entry: Entry, sam: str) -> None:
        if program_of(sam) is not None:
            self.notes.append(("account", _plain(entry)))


class _NotingTopology(TopologyReader):
    """Notes accounts of domain controllers for the parent."""

    notes: list[_Note]

    def learn_account(self, entry: Entry, kind: Kind) -> None:
        if is_controller(entry, kind):
            self.notes.append(("controller", _plain(entry)))


class _NotingForest(Forest):
    """Collects what the objects of a piece tell, for the parent."""

    notes: list[_Note]

    def learn(self, entry: Entry) -> None:
        self.notes.append(("other", _plain(entry)))


def _plain(entry: Entry) -> _Plain:
    return entry.dn, entry.attributes, entry.counts, tuple(sorted(entry.incomplete)), entry.origin


def _noting_forest() -> _NotingForest:
    census, topology = _NotingCensus(), _NotingTopology()
    forest = _NotingForest(census=census, topology=topology)
    forest.notes = census.notes = topology.notes = []
    return forest


# The numbers of a census that are added up; its accounts travel as notes.
_COUNTED = tuple(item.name for item in dataclasses.fields(Census) if item.name != "accounts")


def scan_in_processes(
    pieces: Pieces,
    step: Step,
    forest: Forest,
    snapshot: Snapshot,
    rules: RuleOptions,
    scopes: Scopes,
    *,
    number: int,
    judging: bool,
    tell: t.Callable[[int], None],
) -> None:
    """Take all objects of a search.

    Args:
        pieces: the search.
        step: takes objects in this process.
        forest: takes what the objects tell of the forest.
        snapshot: takes the rows.
        rules: the options of the rules.
        scopes: which objects are synchronized.
        number: how many processes take apart and judge.
        judging: whether to apply the rules.
        tell: is told now and then how many objects were recorded.

    Raises:
        DirectoryError: not everything could be read.
        OutputError: the snapshot could not be written.
        WorkerError: a process is gone.
    """
    with contextlib.ExitStack() as stack:
        # Closed at once, so that no file and no search stays open behind an error.
        items = stack.enter_context(contextlib.closing(pieces.items()))
        for item in items:
            _take(item, pieces, step)
            tell(step.recorder.last)
            if step.recorder.last >= BEFORE_OTHERS:
                break
        else:
            pieces.finish()
            return
        workers = Workers(number, lambda data: _work(data, pieces, rules, scopes, judging))
        stack.callback(workers.close)
        for item, result in workers.in_order(items, lambda item: item.data if isinstance(item, Piece) else None):
            if result is None or result[0] == "not alone":
                _take(item, pieces, step)
            elif result[0] == "done":
                _merge(result, step, forest, snapshot)
                pieces.absorb(result[-1])
            else:
                raise _error(result[1])
            tell(step.recorder.last)
    pieces.finish()


def _take(item: Entry | Piece, pieces: Pieces, step: Step) -> None:
    """Do in this process what there is to do."""
    if isinstance(item, Entry):
        step.take(item)
        return
    for entry in pieces.entries(item, connected=True):
        step.take(entry)
    pieces.absorb(pieces.report())


def _work(data: t.Any, pieces: Pieces, rules: RuleOptions, scopes: Scopes, judging: bool) -> tuple[t.Any, ...]:
    """Take a piece apart and judge it, in a process that knows nothing of the other pieces."""
    try:
        forest, rows = _noting_forest(), _Rows()
        step = Step(rows, rules, scopes, forest, judging=judging)
        for entry in pieces.entries(Piece(data), connected=False):
            step.take(entry)
        census = [_counted(getattr(forest.census, name)) for name in _COUNTED]
        told = (list(forest.domain_sids), list(forest.dns_domains), list(step.reader.unseen), census)
        return "done", step.recorder.last, rows.rows, list(rows.texts), forest.notes, told, pieces.report()
    except NotAloneError:
        return ("not alone",)
    except Exception as error:
        return "failed", _packed(error)


def _counted(value: t.Any) -> t.Any:
    if isinstance(value, Counter):
        return dict(value)
    return list(value) if isinstance(value, set) else value


def _packed(error: Exception) -> bytes:
    if isinstance(error, SyncreadyError):
        return pickle.dumps((type(error), error.args, error.__dict__))
    # A fault of ours: its kind and words are all that is sure to travel.
    return pickle.dumps((RuntimeError, (f"{type(error).__name__}: {error}",), {}))


def _error(packed: bytes) -> Exception:
    kind, words, state = pickle.loads(packed)  # what the child of this process packed
    error: Exception = kind.__new__(kind, *words)
    error.args = words
    error.__dict__.update(state)
    return error


def _merge(result: tuple[t.Any, ...], step: Step, forest: Forest, snapshot: Snapshot) -> None:
    """Take over what a piece was made into."""
    _done, objects, rows, texts, notes, told, _report = result
    sids, domains, unseen, census = told
    snapshot.take_over(step.recorder.last, rows, texts)
    step.recorder.last += objects
    step.reader.unseen.intersection_update(unseen)
    forest.domain_sids.update(sids)
    forest.dns_domains.update(domains)
    for name, value in zip(_COUNTED, census, strict=True):
        if isinstance(value, (dict, list)):
            getattr(forest.census, name).update(value)
        else:
            setattr(forest.census, name, getattr(forest.census, name) + value)
    for kind, (dn, attributes, counts, incomplete, origin) in notes:
        entry = Entry(dn, attributes, counts, frozenset(incomplete), origin)
        if kind == "other":
            forest.learn(entry)
        elif kind == "controller":
            forest.topology.learn_account(entry, "computer")
        elif (sam := entry.text("samaccountname")) is not None:
            forest.census.count_account(entry, sam)
