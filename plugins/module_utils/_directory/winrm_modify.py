# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes through a bridge, several on their way at once; what a lost bridge left in doubt is looked up.

A change whose answer was lost may have been made or not. Before anybody looks, the program that may still make it is
ended for certain; then the object tells. What was not made is sent once more, which is safe because a change names the
exact values that go. Where no certainty can be had, the outcome is reported as unknown, never as done.
"""

from __future__ import annotations

import typing as t

from .._model.errors import ConflictError, DirectoryError
from . import winrm_protocol
from .interface import Selection
from .ldap_entries import EntryParser
from .ldap_errors import SUCCESS, LdapError, ldap_error
from .ldap_modify import modify_error
from .ldap_pipeline import Item, Observer
from .ldap_ranges import complete, requested
from .ldap_root import RootDse
from .ldap_search import Request
from .winrm_errors import LostError
from .winrm_pool import Bridges
from .winrm_protocol import MAX_BATCH, Reply
from .winrm_search import BridgeSearcher
from .winrm_session import Bridge

# Changes on their way at once: enough to hide the network, few enough to be stopped between.
IN_FLIGHT = 16
_ROUNDS = 3

State = t.Literal["wanted", "before", "other", "missing"]


class Writer:
    """Changes objects on one domain controller.

    Args:
        bridges: where bridges come from.
        searcher: reads objects again.
        root: what the server says of itself.
    """

    def __init__(self, bridges: Bridges, searcher: BridgeSearcher, root: RootDse) -> None:
        self._bridges = bridges
        self._searcher = searcher
        self._root = root

    def require_writable(self) -> None:
        """Make sure that the domain controller takes changes.

        Raises:
            LdapError: it is a read-only one.
        """
        if self._root.read_only:
            message = (
                f"{self._bridges.where} is a read-only domain controller: name a writable one as server (or in "
                "domain_controllers for its domain)."
            )
            raise ldap_error(message, "READ_ONLY_DC")

    def modify_each(self, items: t.Sequence[Item], observer: Observer | None = None) -> list[DirectoryError | None]:
        """Change several objects, each in one step; each object at most once.

        Args:
            items: DN and changes of each object.
            observer: is told what became of each, by its place; says whether more may be sent.

        Returns:
            For each None, or why it was not changed. With code OUTCOME_UNKNOWN it may have been. Shorter than ``items``
            where the observer ended it: the rest was not sent.

        Raises:
            DirectoryError: nothing was sent.
        """
        results: dict[int, DirectoryError | None] = {}
        words: dict[int, list[str]] = {}
        for number, (dn, changes) in enumerate(items):
            try:
                words[number] = winrm_protocol.modify_words(dn, changes)
            except LdapError as error:
                results[number] = error
        told = 0
        for batch in _batches(words):
            doubtful, certain = self._send(items, {number: words[number] for number in batch}, results)
            if doubtful and not certain:
                # The host is out of reach, so nothing more can be sent either.
                for number in words.keys() - results.keys():
                    results[number] = self._unknown(items[number][0])
            elif doubtful:
                self._settle(items, words, doubtful, results)
            going = True
            while told in results:
                going = (observer is None or observer(told, results[told])) and going
                told += 1
            if not going:
                return [results[number] for number in range(told)]
            if doubtful and not certain:
                break
        while told < len(items):
            if observer is not None:
                observer(told, results[told])
            told += 1
        return [results[number] for number in range(len(items))]

    def _send(
        self, items: t.Sequence[Item], words: dict[int, list[str]], results: dict[int, DirectoryError | None]
    ) -> tuple[list[int], bool]:
        """Send a batch and note what became of each.

        Returns:
            Those of which nobody knows, and whether it is certain that nothing more happens to them.
        """
        numbers = list(words)
        try:
            bridge = self._bridges.take()
        except LdapError:
            if not results:
                raise
            return numbers, False
        unsure: list[int] = []
        try:
            for step in bridge.ask([("modify", words[number]) for number in numbers]):
                number = numbers[step.number]
                reply = t.cast(Reply, step.reply)
                if reply["t"] not in ("done", "err"):
                    continue
                if reply["t"] == "err" and (reply.get("kind") != "ldap" or int(reply.get("rc", -1)) < 0):
                    # No answer of the domain controller: the connection to it broke.
                    unsure.append(number)
                else:
                    results[number] = self._result(bridge, items[number][0], reply)
        except (LostError, LdapError):
            doubtful = [number for number in numbers if number not in results]
            return doubtful, self._bridges.stop(bridge)
        except BaseException:
            self._bridges.drop(bridge)
            raise
        if unsure:
            return unsure, self._bridges.stop(bridge)
        self._bridges.give(bridge)
        return [], True

    def _result(self, bridge: Bridge, dn: str, reply: Reply) -> DirectoryError | None:
        code = int(reply.get("rc", -1))
        if code == SUCCESS:
            return None
        text = bridge.clean(winrm_protocol.text_of(reply, "server"))
        return modify_error(self._bridges.where, dn, code, text)

    def _settle(
        self,
        items: t.Sequence[Item],
        words: dict[int, list[str]],
        doubtful: list[int],
        results: dict[int, DirectoryError | None],
    ) -> None:
        """Find out what became of changes, and make those that were not made."""
        for _round in range(_ROUNDS):
            again = []
            for number in doubtful:
                state = self._look(items[number])
                if state == "before":
                    again.append(number)
                else:
                    results[number] = self._verdict(items[number][0], state)
            if not again:
                return
            doubtful, certain = self._send(items, {number: words[number] for number in again}, results)
            for number in again:
                if isinstance(results.get(number), ConflictError) and self._look(items[number]) == "wanted":
                    # The first one was made after all, a moment after it was looked for.
                    results[number] = None
            if not doubtful:
                return
            if not certain:
                break
        for number in doubtful:
            results[number] = self._unknown(items[number][0])

    def _verdict(self, dn: str, state: State | None) -> DirectoryError | None:
        if state == "wanted":
            return None
        if state is None:
            return self._unknown(dn)
        if state == "missing":
            return modify_error(self._bridges.where, dn, 32, "")
        return ConflictError(
            f"{dn!r} is neither as it was before nor as it was to become when the connection broke: somebody else "
            "changed it meanwhile. It was left alone; run it again."
        )

    def _look(self, item: Item) -> State | None:
        """Return how an object stands to a change of it, None where it cannot be read."""
        dn, changes = item
        selection = Selection(tuple(change.attribute for change in changes))
        parser = EntryParser()
        request = Request(dn, "base", attributes=requested(selection, self._root.active_directory))
        try:
            entries = []
            for entry in self._searcher.entries(request, parser):
                if parser.ranges:
                    complete(self._searcher, entry, parser.ranges, frozenset())
                entries.append(entry)
        except LdapError as error:
            return "missing" if error.code == "BASE_NOT_FOUND" else None
        if not entries:
            return "missing"
        wanted = before = True
        for change in changes:
            held = set(entries[0].attributes.get(change.attribute.lower(), ()))
            gone, come = set(change.delete) - set(change.add), set(change.add) - set(change.delete)
            wanted = wanted and set(change.add) <= held and not gone & held
            before = before and set(change.delete) <= held and not come & held
        return "wanted" if wanted else "before" if before else "other"

    def _unknown(self, dn: str) -> LdapError:
        message = (
            f"The connection to {self._bridges.options.host} broke while {dn!r} was changed, so it is not known whether "
            "it was. Run it again: it looks first."
        )
        return ldap_error(message, "OUTCOME_UNKNOWN")


def _batches(words: dict[int, list[str]]) -> t.Iterator[list[int]]:
    """Yield the numbers of changes that may be on their way at once."""
    batch: list[int] = []
    size = 0
    for number, parts in words.items():
        length = sum(len(part) + 1 for part in parts) + 30
        if batch and (len(batch) >= IN_FLIGHT or size + length > MAX_BATCH):
            yield batch
            batch, size = [], 0
        batch.append(number)
        size += length
    if batch:
        yield batch
