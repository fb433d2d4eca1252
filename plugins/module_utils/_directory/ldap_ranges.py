# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes with many values: asked for in parts, read to their end, or only counted."""

from __future__ import annotations

from .._model.entry import Entry
from .interface import Selection
from .ldap_entries import EntryParser, Range
from .ldap_errors import NO_SUCH_OBJECT, LdapError, ldap_error
from .ldap_search import Request, Searcher

# Active Directory gives 1500 values at once, whatever is asked.
_PART = 1500
# Values of a kilobyte and more: a few are enough to see that an object has many.
_LARGE = frozenset(
    ("usercertificate", "usersmimecertificate", "usercert", "cacertificate", "thumbnailphoto", "jpegphoto")
)
_PART_LARGE = 16
# An object that has more of them has many.
_NEXT_PART_LARGE = 100


def requested(selection: Selection, ranges: bool) -> tuple[str, ...]:
    """Return the names to ask a server for.

    Args:
        selection: what is wanted.
        ranges: whether the server knows ranges (any domain controller does).
    """
    counted = {name.lower() for name in selection.counted}
    names = [name for name in selection.attributes or ("*",) if name.lower() not in counted]
    for name in selection.counted:
        names.append(f"{name};range=0-{_part(name) - 1}" if ranges else name)
    # Without a name a server would send everything.
    return tuple(names) or ("1.1",)


def _part(name: str) -> int:
    return _PART_LARGE if name.lower() in _LARGE else _PART


def complete(searcher: Searcher, entry: Entry, ranges: dict[str, Range], counted: frozenset[str]) -> None:
    """Read what the server left out of an entry: the values after those that it showed.

    An object that was deleted meanwhile keeps what it has, marked as incomplete.

    Raises:
        LdapError: it could not be read.
    """
    for name, part in ranges.items():
        try:
            _complete(searcher, entry, name, part, name in counted)
        except LdapError as error:
            if error.result != NO_SUCH_OBJECT:
                raise
            entry.incomplete |= {name}


def _complete(searcher: Searcher, entry: Entry, name: str, part: Range, counted: bool) -> None:
    next_value = 0
    while part.last is not None:
        if part.first != next_value or part.last < part.first:
            message = f"The server numbers the values of {name} of {entry.dn!r} wrongly, so some may be missing."
            raise ldap_error(message, "PROTOCOL_ERROR")
        next_value = part.last + 1
        size = _NEXT_PART_LARGE if name in _LARGE else _PART
        last: int | str = next_value + size - 1 if counted else "*"
        parser = EntryParser(frozenset((name,)) if counted else frozenset())
        request = Request(entry.dn, "base", attributes=(f"{name};range={next_value}-{last}",))
        more = list(searcher.entries(request, parser))
        if not more or name not in parser.ranges:
            # The last values went away while they were read.
            return
        part = parser.ranges[name]
        if counted:
            entry.counts[name] = entry.counts.get(name, 0) + more[0].counts.get(name, 0)
        else:
            entry.attributes.setdefault(name, []).extend(more[0].attributes.get(name, []))
