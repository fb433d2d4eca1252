# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export of the tenant tells of a user and the directory cannot: licences, the mailbox in the cloud, and whether
the account is synchronized."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._audit.cloud import Tenant
from .._audit.cloud_pairs import MatchedBy, SourceAnchor, pair
from .._audit.snapshot import Row, Snapshot
from .._exchange.organisation import Organisation
from .._tenant.services import CloudRecipient, Services
from .matrix import Location

# What decided that a mailbox is not where the directory alone puts it.
SettledBy = t.Literal["recipient_type", "licence"]

COLUMNS = (
    "p.how",
    "c.synced",
    "s.teams",
    "s.exchange_online",
    "s.exchange_online_plan_1",
    "s.sharepoint_online",
    "s.onedrive",
    "s.recipient",
)
JOINS = (
    "LEFT JOIN temp.pairs p USING (oid) LEFT JOIN temp.cloud c ON c.cid = p.cid "
    "LEFT JOIN temp.cloud_services s ON s.cid = p.cid "
)
# Rows of the decision table at which the directory shows no mailbox: only these does the tenant settle.
_OPEN_ROWS = (8, 9)
# An export that carries none of these has left them out, and then nothing speaks against a mailbox on premises.
_MAILBOX_ATTRIBUTES = frozenset(
    (
        "homemdb",
        "msexchhomeservername",
        "msexchmailboxguid",
        "msexchrecipienttypedetails",
        "msexchremoterecipienttype",
    )
)
# Where accounts of a tenant are at home, by the end of the domain that it began with.
_CLOUDS = (
    (".onmicrosoft.com", "commercial"),
    (".onmicrosoft.us", "us_government"),
    (".partner.onmschina.cn", "china"),
    (".onmicrosoft.de", "germany"),
)


@dataclass(frozen=True)
class CloudAccount:
    """What the tenant says of one user.

    Attributes:
        matched_by: how the two were matched.
        synced: whether the account comes from a directory; None where the export does not tell.
        services: which services it has a licence for.
        recipient: what Exchange Online calls it; None where the export does not tell.
    """

    matched_by: MatchedBy
    synced: bool | None
    services: Services
    recipient: CloudRecipient | None

    @property
    def is_synchronized(self) -> bool | None:
        """Whether the user is synchronized; None where it cannot be told."""
        if self.synced is None and self.matched_by in ("immutable_id", "object_guid"):
            # The account carries the anchor of the object.
            return True
        return self.synced


@dataclass(frozen=True)
class TenantSide:
    """The tenant beside a directory.

    Attributes:
        tenant: what is known of the files.
        cloud: which of Microsoft's clouds the tenant is in, "" where no sign-in name tells.
        undecided: users whose account in the tenant may be somebody else's; they count as not matched.
    """

    tenant: Tenant
    cloud: str
    undecided: int


def match(snapshot: Snapshot, tenant: Tenant, source_anchor: SourceAnchor) -> TenantSide:
    """Match the users of a scan with the accounts of the tenant, which were loaded before.

    Args:
        snapshot: of a scan, objects that are left out late are settled.
        tenant: what is known of the files.
        source_anchor: what the anchor is made of.
    """
    pair(snapshot, "userprincipalname", source_anchor)
    before = snapshot.count("SELECT count(*) FROM temp.pairs")
    # What a person must decide first tells nothing about a user: two objects for one account, address and name of
    # different accounts, guests, holders of roles, and accounts that belong to another object.
    snapshot.run(
        "DELETE FROM temp.pairs WHERE cid IN (SELECT p.cid FROM temp.pairs p JOIN objects o USING (oid) "
        "WHERE o.standing = 'judged' GROUP BY p.cid HAVING count(*) > 1)"
    )
    snapshot.run(
        "DELETE FROM temp.pairs WHERE how IN ('smtp', 'upn') AND oid IN (SELECT p.oid FROM temp.pairs p "
        "JOIN temp.cloud c ON c.cid = p.cid JOIN objects o ON o.oid = p.oid LEFT JOIN temp.soft f ON f.oid = p.oid "
        "WHERE f.smtp <> f.upn OR c.guest OR (c.synced IS NOT 1 AND c.roles <> '') "
        "OR (c.anchor IS NOT NULL AND o.guid IS NOT NULL))"
    )
    undecided = before - snapshot.count("SELECT count(*) FROM temp.pairs")
    return TenantSide(tenant, _cloud(snapshot), undecided)


def _cloud(snapshot: Snapshot) -> str:
    for end, cloud in _CLOUDS:
        if snapshot.count("SELECT EXISTS (SELECT 1 FROM temp.cloud WHERE lower(upn) LIKE ?)", ("%@%" + end,)):
            return cloud
    return ""


def account_of(columns: Row) -> CloudAccount | None:
    """Return what the tenant says, from the values of ``COLUMNS``; None where no account was matched."""
    how, synced, *services, recipient = columns
    if how is None:
        return None
    known = Services(*(None if value is None else bool(value) for value in services))
    return CloudAccount(how, None if synced is None else bool(synced), known, recipient)


def settle(
    location: Location, row: int, account: CloudAccount, exchange: Organisation, without_schema: bool
) -> tuple[Location, SettledBy | None]:
    """Return where a mailbox is with the tenant's knowledge, and what decided; None where nothing changed.

    Args:
        location: what the directory says.
        row: the row of the decision table that says so.
        account: what the tenant says.
        exchange: the Exchange organisation of the directory.
        without_schema: whether the directory itself says that its schema does not know Exchange.
    """
    if row not in _OPEN_ROWS:
        return location, None
    if account.recipient == "mailbox":
        return "exchange_online", "recipient_type"
    if not (without_schema or exchange.shown & _MAILBOX_ATTRIBUTES):
        return location, None
    if account.recipient is None:
        # Exchange Online makes a mailbox for a licensed user who has none on premises. Without a licence there may be
        # one all the same, such as a shared one.
        return ("exchange_online", "licence") if account.services.exchange_online else (location, None)
    settled: Location = "external" if account.recipient == "mail_user" else "none"
    return settled, "recipient_type" if settled != location else None


def contradiction(location: Location, account: CloudAccount) -> str | None:
    """Return what does not fit between the directory and the tenant, in words."""
    if location == "exchange_on_premises" and account.recipient == "mailbox":
        return "the export of the tenant shows a mailbox in Exchange Online as well"
    if location == "exchange_online" and account.recipient in ("mail_user", "no_mailbox"):
        return "the export of the tenant shows no mailbox in Exchange Online"
    return None
