# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# mypy: disable-error-code="import-not-found, import-untyped"
"""Change who may do what in the directory."""

from __future__ import annotations

import re
import typing as t

import ldb
from samba.dcerpc import misc, security
from samba.ndr import ndr_pack, ndr_unpack

from .store import sam


def run(job: dict[str, t.Any]) -> dict[str, t.Any]:
    """Put access control entries first in the list of an object; those below inherit what says so.

    Job: ``directory``, ``dn``, ``entries`` (in SDDL, with the names of attributes, classes and accounts in braces
    where SDDL wants a GUID or SID: ``(OA;CI;WP;{mail};{user};{svc-sync})``). Result: ``sddl``, the list as it is now.
    """
    database = sam(job["directory"])
    domain = security.dom_sid(database.get_domain_sid())
    found = database.search(job["dn"], scope=ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"])
    descriptor = ndr_unpack(security.descriptor, found[0]["nTSecurityDescriptor"][0])
    sddl: str = descriptor.as_sddl(domain)
    entries = "".join(re.sub(r"\{([^}]+)\}", lambda m: _resolve(database, m.group(1)), e) for e in job["entries"])
    head, separator, tail = sddl.partition("(")
    if "D:" not in head:
        raise ValueError(f"{job['dn']} has no access control list")
    changed = security.descriptor.from_sddl(f"{head}{entries}{separator}{tail}", domain)
    message = ldb.Message(found[0].dn)
    message["d"] = ldb.MessageElement(ndr_pack(changed), ldb.FLAG_MOD_REPLACE, "nTSecurityDescriptor")
    database.modify(message)
    return {"sddl": changed.as_sddl(domain)}


def _resolve(database: t.Any, name: str) -> str:
    """Return the schemaIDGUID of an attribute or class, or the SID of an account, by its name."""
    escaped = ldb.binary_encode(name)
    hits = database.search(
        database.get_schema_basedn(), expression=f"(lDAPDisplayName={escaped})", attrs=["schemaIDGUID"]
    )
    if hits:
        return str(ndr_unpack(misc.GUID, hits[0]["schemaIDGUID"][0]))
    hits = database.search(database.domain_dn(), expression=f"(sAMAccountName={escaped})", attrs=["objectSid"])
    if not hits:
        raise ValueError(f"neither the schema nor the domain has a {name!r}")
    return str(ndr_unpack(security.dom_sid, hits[0]["objectSid"][0]))
