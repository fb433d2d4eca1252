# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run leaves alone: protected accounts, recipients that Exchange manages, attributes that somebody else feeds."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._directory.interface import Modification
from .._exchange.address_policies import managing_policies
from .._model.entry import Entry
from .._model.errors import EntryError
from .._model.finding import Change
from .._model.text import fold, shown
from .compare import MANY_VALUES
from .fetch import RIGHTS
from .plan import ObjectChange

_MAIL = frozenset(("mail", "proxyaddresses", "mailnickname"))


@dataclass(frozen=True)
class Settings:
    """What may be changed.

    Attributes:
        protected_accounts: whether accounts with adminCount may be.
        policy_managed_recipients: whether the addresses of recipients may be that an address policy of Exchange manages.
        exclude_attributes: names in lower case of attributes that may not; objects that need one are left as a whole.
        many_values: names in lower case of attributes that may hold several values.
    """

    protected_accounts: bool = False
    policy_managed_recipients: bool = False
    exclude_attributes: frozenset[str] = frozenset()
    many_values: frozenset[str] = MANY_VALUES


def spared(change: ObjectChange, entry: Entry, settings: Settings) -> tuple[str, str] | None:
    """Return why an object is left alone (a stable word, and words for people), or None where it may be changed."""
    for one in change.changes:
        if twin := _twin(one, entry):
            return "indistinguishable", (
                f"{one.attribute} also holds {shown(twin)}, which a domain controller takes for the same value: deleting "
                "one may delete the other. Set the attribute by hand."
            )
    return spared_attributes({one.attribute.lower() for one in change.changes}, entry, settings)


def _twin(change: Change, entry: Entry) -> str | None:
    """Return a value that stays and differs from one that goes in case alone; no domain controller lets it come to be."""
    values = entry.texts(change.attribute.lower())
    # What is no longer there was changed by somebody, perhaps in case alone: a conflict, which the comparison finds.
    going = set(change.remove) & set(values)
    folded = {fold(value) for value in going}
    return next((value for value in values if value not in going and fold(value) in folded), None)


def spared_attributes(names: set[str], entry: Entry, settings: Settings) -> tuple[str, str] | None:
    """Return why an object is left alone of which these attributes (in lower case) would change; otherwise as above."""
    excluded = sorted(names & settings.exclude_attributes)
    if excluded:
        return "excluded_attribute", f"exclude_attributes names {excluded[0]}."
    if not settings.protected_accounts and (entry.integer("admincount") or 0) > 0:
        return "protected_account", "It is or was a member of a protected group (adminCount)."
    if not settings.policy_managed_recipients and names & _MAIL:
        try:
            policies = managing_policies(entry.texts("msexchpoliciesincluded"), entry.texts("msexchpoliciesexcluded"))
        except EntryError:
            policies = ("unreadable",)
        if policies:
            return "policy_managed", f"An address policy of Exchange manages its addresses ({policies[0]})."
    return None


def may_write(entry: Entry, changes: t.Iterable[Modification]) -> bool:
    """Return whether the account may write all attributes, as the domain controller said of the object."""
    allowed = {name.lower() for name in entry.texts(RIGHTS.lower())}
    return all(one.attribute.lower() in allowed for one in changes)
