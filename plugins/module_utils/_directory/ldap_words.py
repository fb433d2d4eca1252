# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The codes at the beginning of a domain controller's messages, in words. They are Windows errors; texts differ, codes do not."""

from __future__ import annotations

_MEANINGS = {
    "0000200B": "the value has a form that the attribute does not allow",
    "0000200C": "the schema has no such attribute (Exchange's attributes need Exchange's schema)",
    "0000200D": "the attribute takes one value, or has that one already",
    "00002014": "the object would no longer be what its class demands",
    "00002024": "a limit of the domain controller was exceeded",
    "0000202F": "a rule of the directory forbids the value",
    "00002030": "the object was moved or deleted",
    "00002035": "the domain controller does not do that to this object or attribute",
    "00002070": "the object would become too large",
    "00002071": "another object has that name",
    "00002077": "the attribute cannot be changed this way",
    "0000207D": "objects of this class do not have the attribute",
    "00002081": "the attribute takes one value only",
    "00002082": "the value is longer than the schema allows",
    "00002083": "the value is there already, perhaps in another case",
    "00002093": "the object is being removed",
    "00002098": "the account has no right to write it",
    "000020B1": "only the system may change the attribute",
    "000020B5": "the name in the value is no object",
    "000021C7": "another object of the forest has that service principal name",
    "000021C8": "another object of the forest has that user principal name",
}  # fmt: skip


def meaning(code: str) -> str:
    """Return what a code (eight hexadecimal digits in capitals) means, or "" where nobody knows it."""
    return _MEANINGS.get(code, "")
