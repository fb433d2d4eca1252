# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about the forest itself."""

from __future__ import annotations

from .rule import (
    ADDING_A_DOMAIN,
    EXCHANGE_HYBRID,
    EXCHANGE_SCHEMA,
    FOREST_TRUSTS,
    NON_ROUTABLE,
    PREPARE,
    SPN_AND_UPN,
    TEAMS_AND_EXCHANGE,
    WRITEBACK,
    Rule,
)

RULES = (
    Rule(
        "forest-verified-domain-not-suffix",
        "warning",
        "confusing",
        "person",
        "A verified domain that sign-in names or primary addresses use is neither a UPN suffix nor a DNS domain of the "
        "forest.",
        "Decide whether people sign in with it; the module upn_suffix registers it.",
        ADDING_A_DOMAIN,
    ),
    Rule(
        "forest-non-routable-only",
        "error",
        "confusing",
        "person",
        "The forest has no UPN suffix and no DNS domain that is routable.",
        "Choose the domain that people will sign in with; the module upn_suffix registers it.",
        NON_ROUTABLE,
    ),
    Rule(
        "forest-upn-uniqueness-off",
        "warning",
        "confusing",
        "person",
        "The 21st character of dSHeuristics makes domain controllers accept a sign-in name that another account has.",
        "Decide whether the check is switched on again, when no sign-in name is held twice.",
        SPN_AND_UPN,
    ),
    Rule(
        "forest-exchange-schema-missing",
        "info",
        "none",
        "person",
        "The schema is not extended by Exchange, so mailNickname, targetAddress and other attributes do not exist.",
        "Decide whether the schema is to be extended; the Exchange setup does it (PrepareSchema).",
        EXCHANGE_SCHEMA,
    ),
    Rule(
        "forest-exchange-unsupported",
        "warning",
        "confusing",
        "person",
        "An Exchange server is older than the option minimum_exchange_build says, or no server is new enough for Teams "
        "meetings of mailboxes on premises (2016 CU3).",
        "Plan the update of the servers.",
        TEAMS_AND_EXCHANGE,
    ),
    Rule(
        "forest-hybrid-missing",
        "info",
        "none",
        "person",
        "There is an Exchange organisation without a hybrid configuration, or without what OAuth needs: an authorization "
        "server and Exchange Online as a partner application.",
        "Decide whether a hybrid deployment is wanted; the Hybrid Configuration wizard makes it.",
        EXCHANGE_HYBRID,
    ),
    Rule(
        "forest-suffix-clash",
        "warning",
        "confusing",
        "person",
        "A UPN suffix of the forest belongs to another audited forest as well, or a forest trust routes it to the other "
        "forest.",
        "Decide which forest keeps it; the module upn_suffix takes it away in the other.",
        FOREST_TRUSTS,
    ),
    Rule(
        "forest-sync-live",
        "info",
        "none",
        "person",
        "Directory synchronization already runs: the description of an MSOL_ account names server and tenant, or users "
        "have a filled mS-DS-ConsistencyGuid. Changes reach the cloud at the next cycle.",
        "Agree on changes with whoever runs the synchronization. Undoing one here does not undo what the cloud did.",
        WRITEBACK,
    ),
    Rule(
        "forest-several",
        "info",
        "none",
        "person",
        "Several forests are audited, or there is a forest trust.",
        "Consider consolidating the forests, or begin with the forest in which people sign in. Other directories need "
        "help from Microsoft or a partner.",
        PREPARE,
    ),
)
