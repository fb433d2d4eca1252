# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One directory object as it was read: bytes, with typed accessors."""

from __future__ import annotations

import uuid

from .errors import EntryError


class Entry:
    """An object of the directory, or as much of it as was asked for.

    Attributes:
        dn: the distinguished name as the source wrote it.
        attributes: attribute name in lower case, without options, to its values in the order of the source.
            An attribute without a value is absent.
        counts: attributes of which only the number of values was asked for, to that number.
            They are not in ``attributes``.
        incomplete: attributes of which the source cut off some values (a range that did not end with ``*``).
        origin: where the entry stands in the source, in words ("line 17"); empty where that means nothing.
    """

    __slots__ = ("attributes", "counts", "dn", "incomplete", "origin")

    def __init__(
        self,
        dn: str,
        attributes: dict[str, list[bytes]],
        counts: dict[str, int] | None = None,
        incomplete: frozenset[str] = frozenset(),
        origin: str = "",
    ) -> None:
        self.dn = dn
        self.attributes = attributes
        self.counts = counts if counts is not None else {}
        self.incomplete = incomplete
        self.origin = origin

    def __repr__(self) -> str:
        return f"Entry({self.dn!r}, {sorted(self.attributes)})"

    def texts(self, name: str) -> list[str]:
        """Return the values of an attribute as text, those that are not blank.

        Raises:
            EntryError: a value is not UTF-8.
        """
        values = self.attributes.get(name)
        if not values:
            return []
        try:
            return [text for value in values if (text := value.decode("utf-8")) and not text.isspace()]
        except UnicodeDecodeError:
            raise self._not_text(name) from None

    def text(self, name: str) -> str | None:
        """Return the first value of an attribute as text, or None where it has none or a blank one.

        Raises:
            EntryError: the value is not UTF-8.
        """
        values = self.attributes.get(name)
        if not values:
            return None
        try:
            text = values[0].decode("utf-8")
        except UnicodeDecodeError:
            raise self._not_text(name) from None
        return text if text and not text.isspace() else None

    def has(self, name: str) -> bool:
        """Return whether the attribute has a value at all, blank or not."""
        return bool(self.attributes.get(name)) or self.counts.get(name, 0) > 0

    def number_of_values(self, name: str) -> int:
        """Return how many values the attribute has, as far as the source showed them."""
        return self.counts.get(name) or len(self.attributes.get(name, ()))

    def integer(self, name: str) -> int | None:
        """Return the value of an integer attribute (32 or 64 bit), or None where it has none or is no number."""
        values = self.attributes.get(name)
        if not values:
            return None
        try:
            number = int(values[0])
        except ValueError:
            return None
        return number if -(2**63) <= number < 2**63 else None

    def boolean(self, name: str) -> bool | None:
        """Return the value of a boolean attribute, or None where it has none. Only TRUE, in any case, is true."""
        values = self.attributes.get(name)
        return values[0].strip().upper() == b"TRUE" if values else None

    @property
    def guid(self) -> str | None:
        """The objectGUID as text (``6f3a...-...``), or None where the source does not hold it."""
        values = self.attributes.get("objectguid")
        return guid_text(values[0]) if values else None

    def _not_text(self, name: str) -> EntryError:
        where = f" ({self.origin})" if self.origin else ""
        return EntryError(
            f"The value of {name} of {self.dn!r}{where} is not UTF-8 text, which no directory holds: "
            "the source is damaged or was changed on its way; export it again."
        )


def guid_text(value: bytes) -> str | None:
    """Return a GUID as text from its 16 bytes as Active Directory stores them, or from text; None if it is neither."""
    if len(value) == 16:
        # The first three of the five parts stand backwards. Slices are several times as fast as uuid.UUID.
        digits = (value[3::-1] + value[5:3:-1] + value[7:5:-1] + value[8:]).hex()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
    try:
        return str(uuid.UUID(value.decode("ascii").strip()))
    except ValueError:
        return None


def sid_text(value: bytes) -> str | None:
    """Return a security identifier as text (``S-1-5-21-...``) from its binary form or from text; None if it is neither."""
    if value[:2].upper() == b"S-":
        return value.decode("ascii", "replace").upper()
    if len(value) < 8 or value[0] != 1 or len(value) != 8 + 4 * value[1]:
        return None
    parts = [str(int.from_bytes(value[2:8], "big"))]
    parts += [str(int.from_bytes(value[i : i + 4], "little")) for i in range(8, len(value), 4)]
    return "S-1-" + "-".join(parts)


def sid_bytes(value: bytes) -> bytes | None:
    """Return a security identifier in its binary form, from that or from text; None if it is neither."""
    if value[:2].upper() != b"S-":
        return value if sid_text(value) else None
    try:
        _s, _revision, authority, *parts = value.decode("ascii").strip().split("-")
        numbers = b"".join(int(part).to_bytes(4, "little") for part in parts)
        return bytes((1, len(parts))) + int(authority).to_bytes(6, "big") + numbers
    except (ValueError, OverflowError):
        return None
