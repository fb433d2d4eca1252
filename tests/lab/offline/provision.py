# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# mypy: disable-error-code="import-not-found, import-untyped"
"""Make the databases of a new domain controller."""

from __future__ import annotations

import logging
import typing as t

from samba import dsdb
from samba.auth import system_session
from samba.dcerpc import security
from samba.provision import provision


def run(job: dict[str, t.Any]) -> dict[str, t.Any]:
    """Provision a forest.

    Job: ``directory`` (empty), ``realm``, ``netbios``, ``host``, ``sid``, ``guid``, ``password``.
    Result: ``domain_sid``.
    """
    log = logging.getLogger("provision")
    log.addHandler(logging.StreamHandler())
    log.setLevel(logging.ERROR)
    result = provision(
        log,
        system_session(),
        targetdir=job["directory"],
        realm=job["realm"],
        domain=job["netbios"],
        hostname=job["host"],
        # No address of its own: it would only go to DNS, which the lab does without.
        hostip="127.0.0.1",
        domainsid=security.dom_sid(job["sid"]),
        domainguid=job["guid"],
        adminpass=job["password"],
        dns_backend="NONE",
        serverrole="active directory domain controller",
        dom_for_fun_level=dsdb.DS_DOMAIN_FUNCTION_2008_R2,
        base_schema="2012_R2",
        backend_store="mdb",
        batch_mode=True,
        # File permissions of the sysvol share need extended attributes, which containers often lack; the lab
        # serves no files.
        skip_sysvolacl=True,
    )
    return {"domain_sid": str(result.domainsid)}
