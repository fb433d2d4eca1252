# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing texts as Active Directory and Microsoft 365 do: without case, by ordinal folding, never by locale."""

from __future__ import annotations


def fold(text: str) -> str:
    """Return a form of the text that is equal for texts that differ in case alone.

    Simple case mapping, character by character, as ordinal comparison without case does: "ß" is not "ss", and no
    character that is not ASCII becomes an ASCII one ("K" as the Kelvin sign stays itself).
    """
    if text.isascii():
        return text.lower()
    return "".join(c.lower() if c < "\x80" else _FOLDED.get(c) or _remember(c) for c in text)


_FOLDED: dict[str, str] = {}


def _remember(character: str) -> str:
    upper = character.upper()
    lower = (upper if len(upper) == 1 else character).lower()
    folded = lower if len(lower) == 1 and lower > "\x7f" else character
    _FOLDED[character] = folded
    return folded
