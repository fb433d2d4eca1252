# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory against the tenant: what matches, what differs and why, what would collide."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .._model.text import fold
from .._rules.cloud_identity import CloudIdentity, predict
from .._rules.options import RuleOptions
from .._rules.subject import Subject
from .._tenant.commands import release_anchor, set_immutable_id, set_upn
from .._tenant.objects import immutable_id_of
from .cloud import Tenant
from .cloud_collisions import Collisions
from .cloud_names import Account, name_mismatch
from .cloud_pairs import MatchedBy, SourceAnchor, pair
from .cloud_rows import MatchRow, MatchSummary, Mismatch
from .remembered import Remembered, remembered
from .snapshot import Snapshot

_MATCHED_BY_ANCHOR = ("immutable_id", "object_guid")
_SET_IN_TENANT = frozenset(("upn_waits_for_change", "upn_licensed", "upn_unclear", "upn_cloud_managed", "upn_at_match"))
# Where a person must decide first who is who, or who keeps a value, no command would be right.
_UNDECIDED = frozenset(
    (
        "two_for_one",
        "matches_differ",
        "object_type_mismatch",
        "address_collision",
        "soft_match_guest",
        "soft_match_role",
        "hard_match_role",
    )
)


@dataclass(frozen=True)
class MatchOptions:
    """What the user may choose.

    Attributes:
        rules: options of the rules; the verified domains are among them.
        initial_domain: the domain that the tenant began with.
        source_anchor: what the anchor is made of.
        upn_sync_enabled: whether names of licensed users follow; None: not known.
        dns_domains: DNS domains of the forest; a synchronized user of another domain is none of its own.
    """

    rules: RuleOptions
    initial_domain: str
    source_anchor: SourceAnchor = "ms_ds_consistency_guid"
    upn_sync_enabled: bool | None = None
    dns_domains: frozenset[str] = frozenset()


class CloudMatch:
    """Compares; the tenant was loaded into the snapshot before.

    Args:
        snapshot: of a scan, objects that are left out late are settled.
        tenant: what is known of the tenant.
        options: the user's choices.
    """

    def __init__(self, snapshot: Snapshot, tenant: Tenant, options: MatchOptions) -> None:
        self._snapshot = snapshot
        self._tenant = tenant
        self._options = options
        self._sign_in = options.rules.sign_in_attribute.lower()
        self.summary = MatchSummary()
        pair(snapshot, self._sign_in, options.source_anchor)
        self._collisions = Collisions(snapshot)

    def rows(self) -> t.Iterator[MatchRow]:
        """Yield all rows: users by DN, then contacts and groups that collide, then accounts without an object. To be
        read once."""
        for item in remembered(self._snapshot, self._sign_in, ("judged", "left_out"), recipients=True):
            person = item.reference.kind in ("user", "inetOrgPerson")
            row = self._person(item) if person else self._recipient(item)
            if row is not None:
                self.summary.objects += person and item.standing == "judged"
                self.summary.count(row)
                yield row
        for row in self._orphans():
            self.summary.count(row)
            yield row

    def _person(self, item: Remembered) -> MatchRow | None:
        how, account = self._pair(item.oid)
        if item.standing == "left_out":
            if account is None or not (account.synced or (account.synced is None and how in _MATCHED_BY_ANCHOR)):
                return None
            leaving = Mismatch(
                "leaves_scope", f"{account.upn} is in the tenant, and the object is no longer synchronized."
            )
            return MatchRow(item.oid, item.reference, how, account, item.subject().sign_in_name, mismatches=(leaving,))
        subject = item.subject()
        identity = predict(subject, self._options.rules, self._options.initial_domain)
        anchor = item.anchor if self._options.source_anchor == "ms_ds_consistency_guid" else None
        guid = anchor or item.reference.guid
        immutable_id = immutable_id_of(guid) if guid else None
        found: list[Mismatch] = []
        if account is not None:
            found += self._pairing(item, how, account, immutable_id)
            found += self._values(subject, account, identity)
        found += [Mismatch(kind, message) for kind, message in self._collisions.of(item, subject, account)]
        if any(mismatch.kind in _UNDECIDED for mismatch in found):
            found = [dataclasses.replace(mismatch, commands=()) for mismatch in found]
        if account is None and not found:
            name = subject.sign_in_name or item.reference.name
            found.append(Mismatch("not_in_tenant", f"No account of the tenant matches {name}."))
        return MatchRow(
            item.oid, item.reference, how, account, subject.sign_in_name, identity.upn, immutable_id, tuple(found)
        )

    def _pair(self, oid: int) -> tuple[MatchedBy, Account | None]:
        question = "SELECT p.how, c.* FROM temp.pairs p JOIN temp.cloud c ON c.cid = p.cid WHERE p.oid = ?"
        for how, *account in self._snapshot.ask(question, (oid,)):
            return how, Account.of(account)
        return "none", None

    def _pairing(
        self, item: Remembered, how: MatchedBy, account: Account, immutable_id: str | None
    ) -> t.Iterator[Mismatch]:
        """Yield what is to be said about the match itself."""
        others = self._snapshot.count(
            "SELECT count(*) FROM temp.pairs p JOIN objects o USING (oid) WHERE p.cid = ? AND p.oid <> ? "
            "AND o.standing = 'judged'",
            (account.cid, item.oid),
        )
        if others:
            yield Mismatch("two_for_one", f"{account.upn} is also the match of {others} more of the directory.")
        if how == "object_guid":
            yield Mismatch("anchor_is_object_guid", f"The immutable id of {account.upn} is the objectGUID.")
        elif how in ("smtp", "upn") and account.immutable_id is not None and account.immutable_id != immutable_id:
            yield Mismatch(
                "anchor_differs",
                f"{account.upn} has the immutable id {account.immutable_id}, the object has {immutable_id}.",
                release_anchor(account.id) if account.synced else (),
            )
        if account.synced is False and how == "immutable_id":
            kind = "hard_match_role" if account.roles else "hard_match"
            yield Mismatch(kind, f"{account.upn} waits with this anchor{_roles(account)}.")
        elif account.synced is False and account.immutable_id is None:
            yield self._soft(account, how, immutable_id)

    def _soft(self, account: Account, how: MatchedBy, immutable_id: str | None) -> Mismatch:
        by = "primary address" if how == "smtp" else "sign-in name"
        message = f"{account.upn} has the same {by}{_roles(account)}."
        if account.guest:
            return Mismatch("soft_match_guest", message)
        if account.roles:
            return Mismatch("soft_match_role", message)
        return Mismatch("soft_match", message, set_immutable_id(account.id, immutable_id) if immutable_id else ())

    def _values(self, subject: Subject, account: Account, identity: CloudIdentity) -> t.Iterator[Mismatch]:
        """Yield where the values of a matched pair differ."""
        matched = account.synced is not False
        kind = name_mismatch(subject, account, identity, self._options.upn_sync_enabled, matched=matched)
        if kind is not None:
            commands = self._set_upn(account, identity.upn) if kind in _SET_IN_TENANT else ()
            message = f"{subject.sign_in_name or 'no name'} in the directory, {account.upn} in the tenant."
            yield Mismatch(kind, message, commands)
        if account.managed:
            yield Mismatch("cloud_managed", f"{account.upn} is managed in the cloud.")
        elif account.exchange_managed:
            yield Mismatch("exchange_cloud_managed", f"Exchange Online decides about the addresses of {account.upn}.")
        elif matched and account.addresses_known and _primary_differs(identity.primary, account.primary):
            yield Mismatch("primary_differs", f"{identity.primary} in the directory, {account.primary} in the tenant.")

    def _set_upn(self, account: Account, upn: str | None) -> tuple[str, ...]:
        if upn is None or account.upn is None:
            return ()
        old, new = account.upn.rpartition("@")[2], upn.rpartition("@")[2]
        via = None
        if fold(old) != fold(new) and self._tenant.is_federated(old) and self._tenant.is_federated(new):
            # A name cannot move from one federated domain to another at once.
            via = f"{upn.rpartition('@')[0]}@{self._options.initial_domain}"
        return set_upn(account.id, upn, via)

    def _recipient(self, item: Remembered) -> MatchRow | None:
        """Return a contact or group whose address is a user's in the tenant."""
        if item.standing != "judged":
            return None
        found = tuple(Mismatch(kind, message) for kind, message in self._collisions.of_recipient(item, item.subject()))
        return MatchRow(item.oid, item.reference, "none", None, mismatches=found) if found else None

    def _orphans(self) -> t.Iterator[MatchRow]:
        """Yield synchronized accounts that no object of the directory is."""
        question = (
            "SELECT * FROM temp.cloud WHERE kind = 'user' AND NOT deleted AND cid NOT IN (SELECT cid FROM temp.pairs) "
            "AND cid NOT IN (SELECT upn FROM temp.soft WHERE upn IS NOT NULL) ORDER BY upn, id"
        )
        for row in self._snapshot.ask(question):
            account = Account.of(row)
            synced = account.synced if account.synced is not None else account.immutable_id is not None
            if not synced:
                self.summary.cloud_only += 1
            elif account.on_prem_domain and account.on_prem_domain not in self._options.dns_domains:
                self.summary.other_domains += 1
            else:
                message = f"{account.upn} comes from a directory, and no object of this one is it."
                yield MatchRow(None, None, "none", account, mismatches=(Mismatch("not_in_directory", message),))


def _roles(account: Account) -> str:
    return f" and holds {account.roles}" if account.roles else ""


def _primary_differs(wanted: str | None, cloud: str | None) -> bool:
    if wanted is None or cloud is None or fold(wanted) == fold(cloud):
        return False
    # Digits behind an alias that others have as well are the tenant's own doing.
    return not (wanted.lower().endswith(".onmicrosoft.com") and cloud.lower().endswith(".onmicrosoft.com"))
