# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Searches through a bridge: what a lost bridge left out is read again, and nothing is handed out twice."""

from __future__ import annotations

import itertools
import time
import typing as t

from .._model.entry import Entry
from .._model.errors import OptionError, SyncreadyError
from . import winrm_protocol
from .interface import ReadStatistics
from .ldap_ber import BerError
from .ldap_entries import EntryParser
from .ldap_errors import OPERATIONS_ERROR, SUCCESS, ldap_error, search_error
from .ldap_search import Pace, Request, Searcher
from .winrm_bind import second_hop
from .winrm_errors import LostError
from .winrm_pool import Bridges
from .winrm_protocol import Reply
from .winrm_session import Bridge, Step

# Of .NET's own errors: the filter cannot be read; the way to the domain controller is gone.
_FILTER_ERROR = 87
_TIMEOUT = 85
_ATTEMPTS = 5
# Entries that are waited for where nobody wants them, to spare the start of another bridge.
_SOON = 50
_GUID = "objectGUID"


class BridgeSearcher(Searcher):
    """Searches by bridges, as ``Searcher`` does on a connection.

    Args:
        bridges: where bridges come from.
        statistics: what was read is added to it.
        pace: the speed limit.
    """

    def __init__(self, bridges: Bridges, statistics: ReadStatistics, pace: Pace) -> None:
        self._bridges = bridges
        self._statistics = statistics
        self._pace = pace
        self.fast = True

    def entries(self, request: Request, parser: EntryParser) -> t.Iterator[Entry]:
        """Yield the entries of a search.

        Raises:
            LdapError: not everything could be read.
            OptionError: the filter cannot be read.
        """
        self._statistics.searches += 1
        # What was handed out, by what an object keeps for life.
        seen: set[bytes] = set()
        hidden = _without_guid(request)
        asked = _with_guid(request) if hidden else request
        left = _ATTEMPTS
        while True:
            bridge = self._bridges.take()
            before = len(seen)
            finished = False
            reader = self._read(bridge, asked)
            try:
                for dn, attributes in reader:
                    key = next(iter(attributes.get(_GUID) or ()), None) or dn.encode("utf-8")
                    if key in seen:
                        continue
                    seen.add(key)
                    if hidden:
                        attributes.pop(_GUID, None)
                    yield parser.entry(dn, attributes)
                finished = True
                return
            except LostError as error:
                left = left - 1 if len(seen) == before else _ATTEMPTS
                if not left:
                    raise error.final from None
                time.sleep(0.2 * (_ATTEMPTS - left))
            except BerError:
                raise winrm_protocol.damaged() from None
            except GeneratorExit:
                finished = request.scope != "subtree" and _drained(reader)
                raise
            finally:
                # A search that nobody reads to its end goes on over there, so its bridge goes.
                if finished:
                    self._bridges.give(bridge)
                else:
                    self._bridges.drop(bridge)

    def _read(self, bridge: Bridge, request: Request) -> t.Iterator[tuple[str, dict[str, list[bytes]]]]:
        statistics = self._statistics
        page_size = self._pace.size(request.page_size or bridge.options.ldap.page_size)
        read = 0
        size = bridge.client.received_bytes
        asked = time.monotonic()
        for step in bridge.ask([("search", winrm_protocol.search_words(request, page_size))]):
            statistics.seconds += time.monotonic() - asked
            statistics.bytes += bridge.client.received_bytes - size
            size = bridge.client.received_bytes
            for entry in step.entries:
                yield winrm_protocol.entry_of(entry)
            read += len(step.entries)
            if step.reply is not None:
                self._note(bridge, request, step, read)
            if step.entries:
                self._pace.wait(len(step.entries))
            asked = time.monotonic()

    def _note(self, bridge: Bridge, request: Request, step: Step, read: int) -> None:
        reply = t.cast(Reply, step.reply)
        statistics = self._statistics
        if reply["t"] == "r":
            statistics.skipped["referral"] = statistics.skipped.get("referral", 0) + 1
        elif reply["t"] in ("p", "done"):
            statistics.pages += 1
        if step.failed:
            raise self._error(bridge, request, reply, read)
        if reply["t"] == "done" and reply.get("rc") != SUCCESS:
            raise search_error(bridge.server, request.base, int(reply.get("rc", -1)), "", read=read)

    def _error(self, bridge: Bridge, request: Request, reply: Reply, read: int) -> Exception:
        code = int(reply.get("rc", -1))
        text = bridge.clean(winrm_protocol.text_of(reply, "server"))
        where = self._bridges.where
        if reply.get("kind") == "ldap" and code >= 0:
            if code == OPERATIONS_ERROR and not bridge.options.signs_in_to(bridge.server):
                return second_hop(bridge.options, bridge.server)
            return search_error(where, request.base, code, text, read=read)
        if reply.get("kind") == "client" and code == _FILTER_ERROR:
            return OptionError(f"The filter {request.filter} cannot be read. Check its parentheses and escapes.")
        partial = f" after {read} entries, so nothing of it is used" if read else ""
        if reply.get("kind") == "client" and code == _TIMEOUT:
            seconds = bridge.options.ldap.read_timeout
            message = (
                f"{where} did not answer {bridge.options.host} within {seconds} seconds (read_timeout){partial}. Raise "
                "read_timeout, or lower page_size."
            )
            return ldap_error(message, "TIMEOUT")
        words = bridge.clean(winrm_protocol.text_of(reply, "message"))
        message = f"The connection from {bridge.options.host} to {where} broke{partial} ({code}: {words[:200]}). Run it again."
        return ldap_error(" ".join(message.split()), "CONNECTION_LOST")


def _drained(reader: t.Iterator[t.Any]) -> bool:
    """Return whether a search that nobody wants any more came to its end soon."""
    try:
        return sum(1 for _entry in itertools.islice(reader, _SOON)) < _SOON
    except (LostError, SyncreadyError):
        return False


def _without_guid(request: Request) -> bool:
    """Return whether an answer would hold no GUID, by which an object is known again wherever it was moved."""
    if request.scope == "base":
        return False
    return not any(name == "*" or name.lower() == _GUID.lower() for name in request.attributes)


def _with_guid(request: Request) -> Request:
    names = tuple(name for name in request.attributes if name != "1.1")
    return Request(
        request.base, request.scope, request.filter, (*names, _GUID), request.controls, request.page_size,
        request.time_limit, request.in_pages,
    )  # fmt: skip
