# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# mypy: disable-error-code="import-not-found, import-untyped"
"""Make the databases of a new domain controller."""

from __future__ import annotations

import logging
import typing as t

import samba.provision
from samba import dsdb, substitute_var
from samba.auth import system_session
from samba.dcerpc import security


def run(job: dict[str, t.Any]) -> dict[str, t.Any]:
    """Provision a forest.

    Job: ``directory`` (empty), ``realm``, ``netbios``, ``host``, ``sid``, ``guid``, ``password``, ``root_dn`` (the
    forest's root domain), ``configuration_dn``, ``schema_dn``.
    Result: ``domain_sid``.
    """
    log = logging.getLogger("provision")
    log.addHandler(logging.StreamHandler())
    log.setLevel(logging.ERROR)
    samba.provision.setup_add_ldif = _add_template
    result = samba.provision.provision(
        log,
        system_session(),
        targetdir=job["directory"],
        realm=job["realm"],
        domain=job["netbios"],
        rootdn=job["root_dn"],
        configdn=job["configuration_dn"],
        schemadn=job["schema_dn"],
        hostname=job["host"],
        # No address of its own: it would only go to DNS, which the lab does without.
        hostip="127.0.0.1",
        domainsid=security.dom_sid(job["sid"]),
        domainguid=job["guid"],
        adminpass=job["password"],
        # Far above what samples use: objects made later must not get a SID that a sample gave away.
        next_rid=100000,
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


def _add_template(database: t.Any, path: str, values: t.Any = None, controls: t.Sequence[str] = ("relax:0",)) -> None:
    """Add one of Samba's templates; some of them take the configuration of a child domain to be below that domain."""
    with open(path, encoding="utf-8") as file:
        text = file.read().replace("CN=Configuration,${DOMAINDN}", "${CONFIGDN}")
    database.add_ldif(substitute_var(text, values or {}), list(controls))
