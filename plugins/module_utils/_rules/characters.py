# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Character sets of Microsoft's documents and the classes of characters that rules speak of.

Source: "Prepare for directory synchronization to Microsoft 365" (attribute rules), KB 2001616 (characters that become
an underscore), "Create user mailboxes in Exchange Server" (alias).
"""

from __future__ import annotations

import re
import unicodedata

# White space is a rule of its own, so the sets below leave U+0020 out.
PROXY_BAD = frozenset('<>();,[]"')
TARGET_BAD = PROXY_BAD | {"\\"}
UPN_BAD = frozenset('\\%&*+/=?{}|<>();:,[]"')
UPN_UNEXPECTED = frozenset("$`")
SSO_OK = re.compile(r"[A-Za-z0-9._@-]*\Z")
SAM_BAD = frozenset('[]\\"|,/:<>+=;?*')
# KB 2001616 lists ( ) and the blank too; for proxy addresses these are invalid and reported as such.
REWRITTEN = frozenset("`&|=?/%")
ALIAS_OK = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]*\Z")
SUFFIX_ASCII_OK = re.compile(r"[A-Za-z0-9._-]*\Z")

# Letters and marks that show nothing although Unicode does not file them under "format".
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))


def is_hidden(character: str) -> bool:
    """Return whether a character is white space, a control character, or shows nothing."""
    if character.isascii():
        return character <= " " or character == "\x7f"
    return (
        unicodedata.category(character) in _HIDDEN_CATEGORIES
        or character in _BLANK_LETTERS
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def hidden(text: str) -> str:
    """Return the hidden characters of a text, each once, in order of appearance."""
    return "".join(dict.fromkeys(c for c in text if is_hidden(c)))


def non_ascii(text: str) -> str:
    """Return the visible characters outside ASCII, each once, in order of appearance."""
    return "".join(dict.fromkeys(c for c in text if c > "\x7f" and not is_hidden(c)))


def among(text: str, characters: frozenset[str]) -> str:
    """Return the characters of a text that belong to a set, each once, in order of appearance."""
    return "".join(dict.fromkeys(c for c in text if c in characters))


def strip_hidden(text: str) -> str:
    """Return the text without white space and hidden characters at its ends."""
    start, end = 0, len(text)
    while start < end and is_hidden(text[start]):
        start += 1
    while end > start and is_hidden(text[end - 1]):
        end -= 1
    return text[start:end]


def show(characters: str) -> str:
    """Return characters for a message: visible ones in quotes, hidden ones by code and name."""
    words = []
    for character in characters:
        if is_hidden(character) or unicodedata.category(character) in ("Co", "Cn", "Cs"):
            name = unicodedata.name(character, "") or _CONTROL_NAMES.get(character, "")
            words.append(f"U+{ord(character):04X}" + (f" ({name.lower()})" if name else ""))
        else:
            words.append(f"'{character}'" if character != "'" else "an apostrophe")
    return ", ".join(words)


_CONTROL_NAMES = {
    "\x00": "null",
    "\t": "tab",
    "\n": "line feed",
    "\r": "carriage return",
    "\x0b": "vertical tab",
    "\x0c": "form feed",
    "\x1b": "escape",
    "\x7f": "delete",
}
