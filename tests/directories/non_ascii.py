# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels of the rule ``non-ascii``, which is off unless asked for: too many to write down one by one.

The rule fires on every value with a character outside ASCII that no other rule reports. In addresses and nicknames
another rule reports all of them, so that names, the address list, logon names and addresses of other types are left.
"""

from __future__ import annotations

from .labels import DISPLAY, GIVEN, OUT_OF_SCOPE, PROXY, SAM, SN, STRICT, TARGET
from .model import Forest, Item

ADDRESS_LIST = (
    "title",
    "department",
    "physicalDeliveryOfficeName",
    "telephoneNumber",
    "mobile",
    "facsimileTelephoneNumber",
    "streetAddress",
    "l",
    "st",
    "postalCode",
    "c",
    "co",
)
# Characters that another label of the same value reports: the rule, and the characters.
_REPORTED = {
    "name-control-character": "\u2028\u2029\ue000\ufdd0\ufeff\u200b\u200c\u200d\u200e",
    "name-whitespace": "\u00a0",
}


def add_labels(forest: Forest) -> None:
    """Give every judged object its labels of the rule."""
    for item in forest.items:
        if item.treatment == "judged" and not item.dn.endswith(OUT_OF_SCOPE):
            for attribute, value in _values(item):
                if not _unreported(item, attribute, value).isascii():
                    item.expect("non-ascii", value, attribute=attribute, sets=(STRICT,))


def _values(item: Item) -> list[tuple[str, str]]:
    result = []
    for attribute in (SAM, DISPLAY, GIVEN, SN, *ADDRESS_LIST, PROXY, TARGET):
        for value in item.attributes.get(attribute, []):
            mail = attribute in (PROXY, TARGET) and (":" not in str(value) or str(value).lower().startswith("smtp:"))
            if isinstance(value, str) and value.strip() and not mail:
                result.append((attribute, value))
    return result


def _unreported(item: Item, attribute: str, value: str) -> str:
    for label in item.expected:
        if label.attribute == attribute and label.value == value:
            value = "".join(letter for letter in value if letter not in _REPORTED.get(label.rule, ""))
    return value
