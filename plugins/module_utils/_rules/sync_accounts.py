# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What accounts tell about the synchronization: which program runs where, and for which tenant.

The programs make their accounts themselves and write into the description what they are for. An account that somebody
made by hand for the synchronization cannot be told from any other.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

Program = t.Literal["connect", "cloud_sync", "seamless_sso"]

# The beginning of sAMAccountName, and whose account it is.
_PROGRAMS: tuple[tuple[str, Program], ...] = (
    ("msol_", "connect"),
    ("aad_", "connect"),
    ("adsync", "connect"),
    ("provagentgmsa", "cloud_sync"),
    ("pgmsa_", "cloud_sync"),
    ("azureadssoacc", "seamless_sso"),
)
# Each word of a filter for all of them: a prefix of sAMAccountName.
ACCOUNT_PREFIXES: tuple[str, ...] = tuple(prefix for prefix, _program in _PROGRAMS)

# "... running on computer SYNC01 configured to synchronize to tenant contoso.onmicrosoft.com. This account ...".
# Older versions put the names in quotes.
_SERVER = re.compile(r"\bcomputer\s+'?([A-Za-z0-9][A-Za-z0-9._-]{0,62})", re.IGNORECASE)
_TENANT = re.compile(r"\btenant\s+'?([A-Za-z0-9][A-Za-z0-9.-]{0,252})", re.IGNORECASE)
_MAX_DESCRIPTION = 4096


@dataclass(frozen=True)
class SyncAccount:
    """An account of the synchronization.

    Attributes:
        dn: the account.
        name: its sAMAccountName.
        program: connect, cloud_sync, or seamless_sso (the computer account of seamless single sign-on).
        server: the computer that its description names, None where it names none.
        tenant: the tenant that its description names, None where it names none.
        enabled: whether the account is enabled; None where the source does not show it.
        last_logon: when it last signed in, as far as that was replicated: 100 ns units since 1601, None where unknown.
    """

    dn: str
    name: str
    program: Program
    server: str | None = None
    tenant: str | None = None
    enabled: bool | None = None
    last_logon: int | None = None

    @property
    def proves_synchronization(self) -> bool:
        """Whether this is the account with which Connect reads this forest for a tenant."""
        return self.name.lower().startswith("msol_") and self.server is not None and self.tenant is not None


def program_of(sam: str) -> Program | None:
    """Return the program that makes accounts of such a sAMAccountName, None for any other account."""
    name = sam.lower()
    return next((program for prefix, program in _PROGRAMS if name.startswith(prefix)), None)


def server_and_tenant(description: str | None) -> tuple[str | None, str | None]:
    """Return the computer and the tenant that a description names, each None where it names none."""
    text = (description or "")[:_MAX_DESCRIPTION]
    server, tenant = _SERVER.search(text), _TENANT.search(text)
    return (
        server[1].rstrip(".") if server else None,
        tenant[1].rstrip(".").lower() if tenant else None,
    )
