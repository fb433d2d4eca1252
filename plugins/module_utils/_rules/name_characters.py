# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hidden characters in names: which are always wrong, and which some scripts need."""

from __future__ import annotations

import re
import unicodedata

_ALWAYS = frozenset("\u2028\u2029\ufeff")
_ZERO_WIDTH_SPACE = "\u200b"
_JOINERS_AND_MARKS = frozenset(
    "\u200c\u200d\u2060\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)

# Thai, Lao, Burmese and Khmer are written without blanks; a zero-width space shows where a line may break.
_UNSPACED = ("THAI ", "LAO ", "MYANMAR ", "KHMER ")
# Scripts whose letters join or reorder, or that run from right to left.
_JOINING = (
    "ARABIC ",
    "HEBREW ",
    "SYRIAC ",
    "THAANA ",
    "NKO ",
    "MONGOLIAN ",
    "DEVANAGARI ",
    "BENGALI ",
    "GURMUKHI ",
    "GUJARATI ",
    "ORIYA ",
    "TAMIL ",
    "TELUGU ",
    "KANNADA ",
    "MALAYALAM ",
    "SINHALA ",
    "TIBETAN ",
    "ADLAM ",
    "MANDAIC ",
    "SAMARITAN ",
    "MANICHAEAN ",
    "PHAGS-PA ",
)

# What may be bad: everything but spaces, punctuation and letters that need no second look. A search for it spares
# looking at each character of nearly every name.
_UNUSUAL = re.compile(
    "[^"
    "\x20-\x7e\xa0-\u0377"  # Latin and its marks
    "\u0384-\u052f"  # Greek, Cyrillic
    "\u1e00-\u1fff"  # more Latin and Greek
    "\u2010-\u2027\u2030-\u205e"  # punctuation
    "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"  # Kana, Han, Hangul
    "]"
)


def bad_name_characters(value: str) -> tuple[str, str]:
    """Return the bad characters of a name: those that can safely be taken away, and those a person must decide on.

    Safe are control characters, the byte order mark and the zero-width space. Zero-width space, joiners and direction
    marks count only in a value without letters of the scripts that need them (or, for joiners and marks, emoji).
    """
    if not _UNUSUAL.search(value):
        return "", ""
    removable: dict[str, None] = {}
    doubtful: dict[str, None] = {}
    for character in value:
        if character == "\ufeff" or unicodedata.category(character) == "Cc":
            removable[character] = None
        elif character == _ZERO_WIDTH_SPACE:
            if not _has_script(value, _UNSPACED):
                removable[character] = None
        elif (
            character in _ALWAYS
            or _is_private_or_none(character)
            or (character in _JOINERS_AND_MARKS and not (_has_script(value, _JOINING + _UNSPACED) or _has_emoji(value)))
        ):
            doubtful[character] = None
    return "".join(removable), "".join(doubtful)


def _is_private_or_none(character: str) -> bool:
    code = ord(character)
    return unicodedata.category(character) == "Co" or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _has_script(value: str, scripts: tuple[str, ...]) -> bool:
    return any(
        unicodedata.name(character, "").startswith(scripts)
        for character in value
        if character > "\x7f" and unicodedata.category(character)[0] in "LM"
    )


def _has_emoji(value: str) -> bool:
    return any(unicodedata.category(character) in ("So", "Sk") and character > "\u2000" for character in value)
