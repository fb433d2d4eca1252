# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's checks of a domain controller, in their order."""

from __future__ import annotations

import typing as t

from . import doctor_network, doctor_rights, doctor_session
from .doctor import Check, Patient, Step, run
from .ldap_options import LdapOptions

STEPS = (
    Step("libraries", (), doctor_network.libraries),
    Step("kerberos", ("libraries",), doctor_network.kerberos),
    Step("srv_records", (), doctor_network.srv_records),
    Step("name_resolution", ("srv_records",), doctor_network.name_resolution),
    Step("reachability", ("name_resolution",), doctor_network.reachability),
    Step("tls", ("libraries", "reachability"), doctor_network.tls),
    Step("root_dse", ("tls",), doctor_session.root_dse),
    Step("clock", ("root_dse",), doctor_session.clock),
    Step("bind", ("kerberos", "root_dse"), doctor_session.bind),
    Step("identity", ("bind",), doctor_session.identity),
    Step("protection", ("bind",), doctor_session.protection),
    Step("reading", ("identity",), doctor_rights.reading),
    Step("domains", ("reading",), doctor_rights.domains),
    Step("deleted_objects", ("reading",), doctor_rights.deleted_objects),
    Step("writing", ("reading",), doctor_rights.writing),
    Step("limits", ("reading",), doctor_rights.limits),
    Step("dirsync", ("reading",), doctor_rights.dirsync),
)


def diagnose(options: LdapOptions) -> list[Check]:
    """Return what is right and wrong with a connection. Nothing is written, and it is never an exception."""
    patient = Patient(options)
    try:
        return run(STEPS, patient)
    finally:
        patient.close()


def bad_options(check: Check, steps: t.Sequence[Step] = STEPS) -> list[Check]:
    """Return the outcomes where the options themselves are wrong: that, and all else skipped."""
    skipped = [
        Check(step.name, "skipped", "Not checked, because options failed.", "Mend options first.") for step in steps
    ]
    return [check, *skipped]
