# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The domains of the tenant: which are verified, which is the first one, and which sign in elsewhere."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .errors import TenantFileError
from .records import Record, Records, boolean, text

_NAME = ("id", "domainname", "name", "domain")
_STATUS = ("status", "verificationstatus", "domainstatus", "state")
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}\Z")
_NOT_YET = ("unverified", "not verified", "incomplete", "pending", "in progress", "not started")


@dataclass(frozen=True)
class CloudDomain:
    """One domain of the tenant.

    Attributes:
        name: in lower case.
        verified: whether it is verified.
        initial: whether it is the one that the tenant began with (contoso.onmicrosoft.com).
        federated: whether sign-in goes to another place; None where the export does not tell.
    """

    name: str
    verified: bool
    initial: bool
    federated: bool | None


def read_domains(path: str, columns: t.Mapping[str, str] | None = None) -> tuple[CloudDomain, ...]:
    """Return the domains that an export holds: JSON of Graph, CSV of Get-MgDomain or of the admin centre, or a list.

    Raises:
        TenantFileError: the file is damaged, was cut off, is something else, or holds no verified domain.
    """
    records = Records(path, columns)
    found: dict[str, CloudDomain] = {}
    for where, record in records:
        if not any(name in records.names for name in _NAME):
            names = [record_name.lower() for record_name in records.names.values()]
            if len(names) != 1 or not _DOMAIN.match(names[0]):
                raise records.foreign("domains", "the name of the domain")
            # A list without a head: the first domain was taken for one.
            found.setdefault(names[0], _domain(names[0], {}))
            record = {"id": next(iter(record.values()))}
        name = (text(record, _NAME) or "").lower().rstrip(".").lstrip("@")
        if not name and not any(record.values()):
            continue
        if not _DOMAIN.match(name) and name.isascii():
            raise TenantFileError(
                f"{path}, {where}: '{name[:80]}' is no domain name. The file holds something else than domains."
            )
        found.setdefault(name, _domain(name, record))
    if not any(domain.verified for domain in found.values()):
        raise TenantFileError(f"{path} names no verified domain. Export the domains of the tenant again.")
    return tuple(found.values())


def _domain(name: str, record: Record) -> CloudDomain:
    verified = boolean(record, ("isverified", "verified"))
    if verified is None:
        status = (text(record, _STATUS) or "").lower()
        verified = not any(word in status for word in _NOT_YET)
    initial = boolean(record, ("isinitial", "initial"))
    if initial is None:
        initial = name.endswith(".onmicrosoft.com") and name.count(".") == 2
    sign_in = (text(record, ("authenticationtype", "authentication")) or "").lower()
    return CloudDomain(name, verified, initial, sign_in == "federated" if sign_in else None)
