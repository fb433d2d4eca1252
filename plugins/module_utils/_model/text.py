# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing texts as Active Directory and Microsoft 365 do: without case, by ordinal folding, never by locale."""

from __future__ import annotations


class _OrdinalFold(dict[int, str]):
    """Character to its folded form: upper case first and then lower, one character for one."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = char
        # Some letters have a form of several characters (sharp s), which an ordinal comparison keeps apart.
        if len(upper := char.upper()) == 1 and len(lower := upper.lower()) == 1:
            folded = lower
        # Dotless i, long s and the kelvin sign are no ASCII letters, whatever their other case is.
        if code > 127 and folded.isascii():
            folded = char
        self[code] = folded
        return folded


_FOLD = _OrdinalFold()


def fold(text: str) -> str:
    """Return a form of the text that is equal for texts that differ in case alone.

    Simple case mapping, character by character, as ordinal comparison without case does: the same in every locale.
    """
    return text.lower() if text.isascii() else text.translate(_FOLD)


def shown(text: str) -> str:
    """Return a text as it may be printed: control characters and hidden ones show as ``\\x1b`` or ``\\u202e``."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
