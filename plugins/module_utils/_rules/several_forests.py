# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Microsoft advises where there is more than one forest."""

from __future__ import annotations

from dataclasses import dataclass

from . import rule


@dataclass(frozen=True)
class Advice:
    """One piece of advice: a stable word, what to do, and where Microsoft says so."""

    id: str
    text: str
    source: str


ADVICE: tuple[Advice, ...] = (
    Advice(
        "consolidate",
        "Consider consolidating the forests. Several forests make everything that follows more complicated.",
        rule.PREPARE,
    ),
    Advice(
        "primary_forest",
        "Without consolidation, begin with the forest in which most people sign in, and synchronize that one alone.",
        rule.PREPARE,
    ),
    Advice(
        "custom_installation",
        "Several forests need the custom installation of Microsoft Entra Connect. Directories that are no Active Directory "
        "need help from Microsoft or a partner.",
        rule.PREPARE,
    ),
    Advice(
        "one_server",
        "One tenant has one active Microsoft Entra Connect server, which must reach every forest; a second one may only "
        "stand by (staging mode). Cloud sync can run beside it.",
        rule.TOPOLOGIES,
    ),
    Advice(
        "one_account_per_person",
        "A person has one enabled account and one mailbox over all forests. Decide how accounts of one person are joined: "
        "by mail (contacts in the other forests), by objectSid and msExchMasterAccountSid (accounts and mailboxes in "
        "forests of their own), or by another attribute.",
        rule.TOPOLOGIES,
    ),
    Advice(
        "audit_together",
        "Audit the forests together: addresses and sign-in names must be unique over all of them.",
        rule.TOPOLOGIES,
    ),
    Advice(
        "one_tenant_per_domain",
        "A domain can be verified in one tenant only, and seamless single sign-on works with one tenant per forest.",
        rule.TOPOLOGIES,
    ),
    Advice(
        "hybrid_per_forest",
        "Each forest with Exchange needs its own hybrid configuration, domains of its own, and a certificate of its own.",
        rule.HYBRID_FORESTS,
    ),
)
