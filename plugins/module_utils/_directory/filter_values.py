# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing the values of entries with those of a filter, as Active Directory compares them.

A source without a server has no schema that tells the syntax of an attribute. It is known here for the attributes
that filters are made of; any other is text. To text, case, accents and width do not matter.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata

from .._model.dn import normalise
from .._model.entry import Entry, guid_text, sid_text
from .._model.text import fold

# True, False, or None: undefined.
Result = t.Optional[bool]  # noqa: UP045  (pylint takes "|" for arithmetic here)

_INTEGER = re.compile(rb" *([+-]?[0-9]{1,20}) *")
_INTEGERS = frozenset(
    (
        "accountexpires", "admincount", "badpasswordtime", "badpwdcount", "codepage", "countrycode", "grouptype",
        "instancetype", "lastlogoff", "lastlogon", "lastlogontimestamp", "lockouttime", "logoncount",
        "ms-ds-machineaccountquota", "msds-behavior-version", "msds-supportedencryptiontypes",
        "msexchelcmailboxflags", "msexchmoderationflags", "msexchprovisioningflags", "msexchrecipientdisplaytype",
        "msexchrecipienttypedetails", "msexchremoterecipienttype", "msexchresourcecapacity", "objectversion",
        "primarygroupid", "pwdlastset", "samaccounttype", "systemflags", "trustattributes", "trustdirection",
        "trusttype", "useraccountcontrol", "usnchanged", "usncreated", "versionnumber",
    )
)  # fmt: skip
_GUIDS = frozenset(
    (
        "attributesecurityguid", "invocationid", "ms-ds-consistencyguid", "msexcharchiveguid",
        "msexchdisabledarchiveguid", "msexchmailboxguid", "objectguid", "parentguid", "schemaidguid",
    )
)  # fmt: skip
_SIDS = frozenset(("msexchmasteraccountsid", "msexchmasteraccounthistory", "objectsid", "sidhistory", "tokengroups"))

_DNS = frozenset(
    (
        "altrecipient", "assistant", "authorig", "directreports", "distinguishedname", "dlmemrejectperms",
        "dlmemsubmitperms", "homemdb", "managedby", "managedobjects", "manager", "member", "memberof",
        "msexchdelegatelistlink", "objectcategory", "publicdelegates", "secretary", "seealso", "unauthorig",
    )
)  # fmt: skip

# Classes that have the objectCategory of another class, which is what a comparison with their name means. The
# objects of all others are called as the class is, with hyphens between the words.
_CATEGORIES = {
    "contact": "person",
    "domain": "domaindns",
    "inetorgperson": "person",
    "organizationalperson": "person",
    "user": "person",
}


class Present:
    """(attribute=*)"""

    def __init__(self, name: str) -> None:
        self._name = name

    def evaluate(self, entry: Entry) -> Result:
        return entry.has(self._name) or self._name == "distinguishedname"

    def names(self) -> t.Iterator[tuple[str, bool]]:
        yield self._name, True


class Substrings:
    """(attribute=first*any*last)"""

    def __init__(self, name: str, parts: list[bytes]) -> None:
        self._name = name
        self._raw = parts
        self._parts = [_folded(part) for part in parts]

    def evaluate(self, entry: Entry) -> Result:
        # Active Directory holds DNs as references to objects: no part of one matches, nor does "not" of it.
        if self._name in _DNS:
            return None
        values = entry.attributes.get(self._name, ())
        if self._name in _GUIDS or self._name in _SIDS:
            return any(_contains_in_order(value, self._raw) for value in values)
        return any(_contains_in_order(_folded(value), self._parts) for value in values)

    def names(self) -> t.Iterator[tuple[str, bool]]:
        yield self._name, False


class Asserted:
    """(attribute=value) and what is like it: at least one value of the attribute fulfils a test."""

    def __init__(
        self, name: str, operation: str, assertion: bytes, test: t.Callable[[bytes], bool] | None = None
    ) -> None:
        """Prepare a comparison.

        Args:
            name: the attribute in lower case.
            operation: what is compared, for people.
            assertion: the value of the filter.
            test: what one value has to fulfil; None: that is undefined for every entry.
        """
        self._name = name
        self._test = test
        self._words = (operation, assertion)

    def __repr__(self) -> str:
        return f"Asserted({self._name!r}, {self._words!r})"

    def evaluate(self, entry: Entry) -> Result:
        test = self._test
        if test is None:
            return None
        values = entry.attributes.get(self._name)
        if values is None:
            # Every object has this attribute, and every entry its DN, whether or not the source lists it again.
            return self._name == "distinguishedname" and test(entry.dn.encode("utf-8", "surrogatepass"))
        return any(test(value) for value in values)

    def names(self) -> t.Iterator[tuple[str, bool]]:
        if self._name:
            yield self._name, False


def asserted(name: str, operation: str, value: bytes) -> Asserted:
    """Return the comparison of an attribute with a value.

    Args:
        name: the attribute in lower case.
        operation: equal, at_least, at_most, all_bits, any_bit; any other is undefined.
        value: of the filter, without escapes.
    """
    return Asserted(name, operation, value, _test(name, operation, value))


def _test(name: str, operation: str, value: bytes) -> t.Callable[[bytes], bool] | None:
    number = _number(value)
    if operation in ("all_bits", "any_bit"):
        return None if number is None else _bits_test(number, operation == "all_bits")
    if operation == "equal":
        return _equal_test(name, value, number)
    if operation not in ("at_least", "at_most"):
        return None
    at_least = operation == "at_least"
    if name in _INTEGERS and number is None:
        return None
    text = _folded(value)

    def test(held: bytes) -> bool:
        if number is not None and (other := _number(held)) is not None:
            return other >= number if at_least else other <= number
        folded = _folded(held)
        return folded >= text if at_least else folded <= text

    return test


def _bits_test(mask: int, every: bool) -> t.Callable[[bytes], bool]:
    # Negative numbers (groupType) are two's complement; Python's integers behave as if they were that, endlessly.
    def test(held: bytes) -> bool:
        number = _number(held)
        return number is not None and ((number & mask) == mask if every else (number & mask) != 0)

    return test


def _equal_test(name: str, value: bytes, number: int | None) -> t.Callable[[bytes], bool] | None:
    if name in _INTEGERS:
        return None if number is None else lambda held: _number(held) == number
    if name in _GUIDS or name in _SIDS:
        as_text = guid_text if name in _GUIDS else sid_text
        identifier = as_text(value)
        return lambda held: held == value or (identifier is not None and as_text(held) == identifier)
    if name == "objectcategory" and b"=" not in value:
        wanted = _folded(value).replace("-", "")
        start = "cn=" + _CATEGORIES.get(wanted, wanted) + ","
        return lambda held: _category(held).startswith(start)
    folded = _folded(value)
    if b"=" not in value:
        return lambda held: held == value or _folded(held) == folded
    # What looks like a DN on both sides is one: no other attribute holds such values that differ only in spelling.
    dn = _dn_key(value)
    return lambda held: held == value or _folded(held) == folded or (b"=" in held and _dn_key(held) == dn)


def _category(held: bytes) -> str:
    dn = _dn_key(held)
    rdn, comma, rest = dn.partition(",")
    return rdn.replace("-", "") + comma + rest


def _dn_key(value: bytes) -> str:
    return normalise(value.decode("utf-8", "surrogateescape"))


def _number(value: bytes) -> int | None:
    found = _INTEGER.fullmatch(value)
    return int(found.group(1)) if found else None


def _folded(value: bytes) -> str:
    """Return text in the form in which Active Directory compares it: without case, accents, width and kana type."""
    if value.isascii():
        return value.decode("ascii").lower()
    # Bytes that are no text compare as such.
    text = unicodedata.normalize("NFKD", value.decode("utf-8", "surrogateescape"))
    return fold("".join(_plain(char) for char in text if not unicodedata.combining(char)))


def _plain(char: str) -> str:
    # Hiragana to katakana.
    return chr(ord(char) + 0x60) if "\u3041" <= char <= "\u3096" else char


_AnyText = t.TypeVar("_AnyText", str, bytes)


def _contains_in_order(value: _AnyText, parts: list[_AnyText]) -> bool:
    first, last = parts[0], parts[-1]
    if len(value) < len(first) + len(last) or not value.startswith(first) or not value.endswith(last):
        return False
    place = len(first)
    end = len(value) - len(last)
    for part in parts[1:-1]:
        found = value.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True
