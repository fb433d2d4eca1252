# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""LDAP filters (RFC 4515), read into a condition that is evaluated on entries, for sources that have no server."""

from __future__ import annotations

import re
import typing as t

from .._model.entry import Entry
from .._model.errors import OptionError
from .filter_values import Asserted, Present, Result, Substrings, asserted

# Deep enough for any filter that somebody wrote, and far from the limit of recursion.
_MAX_DEPTH = 100

_BLANK = " \t\r\n"
_ATTRIBUTE = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]*)(?:;[A-Za-z0-9-]*)*")
_ITEM = re.compile(r"([^=~<>:()*]*?)[ \t]*((?::[^=():]+)*)(:=|~=|>=|<=|=)")
_BAD_ESCAPE = re.compile(r"\\(?![0-9A-Fa-f]{2})")
_IN_CHAIN = "1.2.840.113556.1.4.1941"
_BITS = {"1.2.840.113556.1.4.803": "all_bits", "1.2.840.113556.1.4.804": "any_bit"}


class Condition(t.Protocol):
    """A part of a filter."""

    def evaluate(self, entry: Entry) -> Result:
        """Return True, False, or None (undefined)."""

    def names(self) -> t.Iterator[tuple[str, bool]]:
        """Yield each attribute in lower case, and whether only its presence matters."""


class Filter:
    """A filter that was understood.

    Attributes:
        text: as it was given.
        attributes: the attributes, in lower case, that it looks at.
        values: those of them whose values it needs.
        presence: those of which it only asks whether there is a value.
    """

    def __init__(self, text: str, condition: Condition) -> None:
        self.text = text
        self._condition = condition
        names = list(condition.names())
        self.attributes = frozenset(name for name, _presence in names)
        self.values = frozenset(name for name, presence in names if not presence)
        self.presence = self.attributes - self.values

    def matches(self, entry: Entry) -> bool:
        """Return whether an entry matches. Undefined is no match, as with any server."""
        return self._condition.evaluate(entry) is True


class _All:
    def __init__(self, parts: list[Condition]) -> None:
        self._parts = parts

    def evaluate(self, entry: Entry) -> Result:
        result: Result = True
        for part in self._parts:
            value = part.evaluate(entry)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    def names(self) -> t.Iterator[tuple[str, bool]]:
        for part in self._parts:
            yield from part.names()


class _Any(_All):
    def evaluate(self, entry: Entry) -> Result:
        result: Result = False
        for part in self._parts:
            value = part.evaluate(entry)
            if value:
                return True
            if value is None:
                result = None
        return result


class _Not:
    """The opposite.

    To Active Directory, an object without the attribute fails (givenName=x), and so matches (!(givenName=x)). Only
    what cannot be compared at all (a word for an integer, a rule that is not known) is undefined, and stays so
    under a "not". A server says undefined for attributes that its schema does not know, too; an export has no schema.
    """

    def __init__(self, part: Condition) -> None:
        self._part = part

    def evaluate(self, entry: Entry) -> Result:
        value = self._part.evaluate(entry)
        return None if value is None else not value

    def names(self) -> t.Iterator[tuple[str, bool]]:
        return self._part.names()


def escape_value(value: str) -> str:
    """Return a value in the form in which a filter may hold it, whatever signs are in it."""
    return "".join(f"\\{ord(char):02x}" if char in "\\*()\0" else char for char in value)


def parse_filter(text: str) -> Filter:
    """Read a filter.

    Blanks are allowed around parentheses and operators, not within a value, where they count.

    Raises:
        OptionError: it cannot be read; the message names the place. Or it asks for what an entry alone cannot
            tell (membership over nested groups).
    """
    return Filter(text, _Parser(text).parse())


def attribute_names(text: str) -> frozenset[str]:
    """Return the attributes, in lower case, that a filter looks at: what a scan has to ask for.

    Raises:
        OptionError: as parse_filter().
    """
    return parse_filter(text).attributes


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def parse(self) -> Condition:
        self._skip_blanks()
        if self._place == len(self._text):
            raise self._wrong("it is empty")
        if self._peek() != "(":
            raise self._wrong("it does not begin with '('")
        condition = self._filter(0)
        self._skip_blanks()
        if self._place < len(self._text):
            raise self._wrong("more text follows where the filter has ended")
        return condition

    def _filter(self, depth: int) -> Condition:
        if depth > _MAX_DEPTH:
            raise self._wrong(f"it is nested more than {_MAX_DEPTH} deep")
        self._place += 1
        self._skip_blanks()
        operator = self._peek()
        condition: Condition
        if operator in ("&", "|", "!"):
            self._place += 1
            parts = self._parts(depth)
            if operator == "!":
                if len(parts) != 1:
                    raise self._wrong("'!' takes exactly one filter")
                condition = _Not(parts[0])
            else:
                # Nothing to fulfil is true, nothing to choose from is false (RFC 4526).
                condition = _All(parts) if operator == "&" else _Any(parts)
        else:
            condition = self._item()
        if self._peek() != ")":
            raise self._wrong("a ')' is missing")
        self._place += 1
        return condition

    def _parts(self, depth: int) -> list[Condition]:
        parts = []
        self._skip_blanks()
        while self._peek() == "(":
            parts.append(self._filter(depth + 1))
            self._skip_blanks()
        return parts

    def _item(self) -> Condition:
        found = _ITEM.match(self._text, self._place)
        if found is None:
            raise self._wrong("a comparison (attribute=value) is expected")
        name, extension, operator = found.groups()
        if (operator == ":=") != bool(extension) and not (operator == ":=" and name):
            raise self._wrong("a matching rule needs ':='")
        attribute = _ATTRIBUTE.fullmatch(name)
        if name and not attribute:
            raise self._wrong(f"{name!r} is no attribute name")
        start = found.end()
        end = start
        while end < len(self._text) and self._text[end] not in "()":
            end += 1
        value = self._text[start:end]
        if bad := _BAD_ESCAPE.search(value):
            self._place = start + bad.start()
            raise self._wrong("a backslash needs two hexadecimal digits behind it (\\5c is the backslash itself)")
        condition = self._compared(attribute.group(1).lower() if attribute else "", extension, operator, value)
        self._place = end
        return condition

    def _compared(self, name: str, extension: str, operator: str, value: str) -> Condition:
        if operator == ":=":
            return self._extended(name, [part.strip().lower() for part in extension.split(":")[1:]], value)
        if not name:
            raise self._wrong("the attribute is missing")
        if operator in ("=", "~="):
            if value == "*":
                return Present(name)
            if "*" in value:
                return Substrings(name, [_unescaped(part) for part in value.split("*")])
            # Approximately equal is equal to Active Directory.
            return asserted(name, "equal", _unescaped(value))
        if "*" in value:
            raise self._wrong(f"'*' has no meaning after '{operator}' (\\2a is the asterisk itself)")
        return asserted(name, "at_least" if operator == ">=" else "at_most", _unescaped(value))

    def _extended(self, name: str, parts: list[str], value: str) -> Condition:
        rules = [part for part in parts if part != "dn"]
        rule = rules[0] if rules else ""
        if rule == _IN_CHAIN:
            raise OptionError(
                f"The filter {self._text!r} asks for membership over nested groups ({_IN_CHAIN}), which an export "
                "cannot answer: use the option for groups (groups) instead."
            )
        if len(rules) > 1:
            raise self._wrong("there is more than one matching rule")
        data = _unescaped(value)
        if not name:
            # As Active Directory: a rule without an attribute is undefined.
            return Asserted("", "unknown", data)
        return asserted(name, _BITS.get(rule, "unknown") if rule else "equal", data)

    def _peek(self) -> str:
        return self._text[self._place : self._place + 1]

    def _skip_blanks(self) -> None:
        while self._peek() and self._peek() in _BLANK:
            self._place += 1

    def _wrong(self, what: str) -> OptionError:
        near = self._text[self._place : self._place + 20]
        where = f"at character {self._place + 1} ({near!r})" if near else "at its end"
        return OptionError(f"The LDAP filter {self._text!r} cannot be read: {what}, {where}. Correct the filter.")


def _unescaped(value: str) -> bytes:
    if "\\" not in value:
        return value.encode("utf-8", "surrogatepass")
    first, *rest = value.split("\\")
    tail = [bytes.fromhex(part[:2]) + part[2:].encode("utf-8", "surrogatepass") for part in rest]
    return first.encode("utf-8", "surrogatepass") + b"".join(tail)
