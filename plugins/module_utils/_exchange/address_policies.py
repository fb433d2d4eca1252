# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which address policy of Exchange makes the addresses of a recipient.

Exchange writes into msExchPoliciesIncluded the policies that were applied, and next to them the mark of address
policies as a whole; the same mark in msExchPoliciesExcluded means that none is applied any more
(EmailAddressPolicyEnabled is false). Both GUIDs come with or without braces, in one value with a comma or in two.
"""

from __future__ import annotations

import re
import typing as t

# Stands for address policies as such, not for one of them.
ADDRESS_POLICIES = "26491cfc-9e50-4857-861b-0cb8df22b5d7"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def managing_policies(included: t.Iterable[str], excluded: t.Iterable[str]) -> tuple[str, ...]:
    """Return the GUIDs (text in lower case) of the policies that manage a recipient's addresses; none: no policy does.

    Args:
        included: values of msExchPoliciesIncluded.
        excluded: values of msExchPoliciesExcluded.
    """
    names = _guids(included)
    if ADDRESS_POLICIES in _guids(excluded) or ADDRESS_POLICIES not in names:
        return ()
    # The mark alone tells that a policy was applied, but not which.
    return tuple(name for name in names if name != ADDRESS_POLICIES) or (ADDRESS_POLICIES,)


def _guids(values: t.Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for value in values for name in _GUID.findall(value.lower())))
