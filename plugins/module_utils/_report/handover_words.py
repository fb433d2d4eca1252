# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why objects were left as they were, and what somebody has to decide about it, in words."""

from __future__ import annotations

import typing as t

# By state and reason of an outcome, or by the reason alone: what happened, and what to do.
_AGAIN = "Run the same task again: it goes on with the objects that are left."
REASONS: t.Mapping[str, tuple[str, str]] = {
    "max_changes": ("The limit max_changes was reached.", f"{_AGAIN} Raise max_changes for larger steps."),
    "max_changed_percent": (
        "The limit max_changed_percent was reached.",
        "Decide whether so large a part of the directory may be changed, raise the limit, and run the same task again.",
    ),
    "deadline": ("The change window was about to end.", "Run the same task again in the next window."),
    "stop": ("Somebody laid the file STOP into state_dir.", f"Remove the file when it is time to go on. {_AGAIN}"),
    "max_errors": (
        "Too many objects were refused or failed, so nothing more was written.",
        f"Look at those objects first, and mend what they have in common. {_AGAIN}",
    ),
    "aborted": (
        "The run broke before it was their turn.",
        "Mend what broke it. The same task again looks first at what was on its way, and then goes on.",
    ),
    "excluded_attribute": (
        "exclude_attributes names an attribute that the change needs.",
        "Change the value where the attribute is fed from, or take it off exclude_attributes.",
    ),
    "protected_account": (
        "They are, or were, members of protected groups (adminCount).",
        "Decide whether such accounts may be changed: by hand, or with protected_accounts=allow.",
    ),
    "policy_managed": (
        "An address policy of Exchange manages their addresses, and would write them again.",
        "Change the policy, or take the recipient off it (Set-Mailbox -EmailAddressPolicyEnabled $false), or allow it with "
        "policy_managed_recipients=allow.",
    ),
    "indistinguishable": (
        "They hold two values that a domain controller takes for the same, so deleting one may delete the other.",
        "Set the attribute by hand.",
    ),
    "dependency": (
        "They wait for a value that another object still holds, and that object was not changed.",
        "Settle that object first, then run the same task again.",
    ),
    "changed_since": (
        "Somebody else changed them since the plan was made. Nothing was overwritten.",
        "Look whether the new value is right. If not, make a new plan: it starts from the value of now.",
    ),
    "missing": (
        "They are not there any more, or the account may not see them.",
        "Nothing, where they were deleted on purpose. Else give the account the right to read them.",
    ),
    "no_rights": (
        "The account may not write these attributes.",
        "Give it the right to write them (connection_info names what is missing), then run the same task again.",
    ),
    "unknown": (
        "The connection broke while they were written, and nobody could look whether they were.",
        "Run the same task again: it looks before it does anything else.",
    ),
    "unsettled": (
        "They were changed together with objects that could not be, and could not be put back.",
        "Run the same task again, which finishes them; until then the journal holds what they were.",
    ),
    "verification": (
        "They were written, and read right after that they were not as written.",
        "Find out what changes them (an identity manager, Exchange, a script), and change the value there.",
    ),
}
_OTHER = ("The domain controller said no, or it went wrong.", "The message of each object says why.")


def reason_words(reason: str) -> tuple[str, str]:
    """Return what happened, and what to do, for the reason of an outcome."""
    return REASONS.get(reason, _OTHER)
