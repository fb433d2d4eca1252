# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of one row of the rule catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from .._model.finding import Outcome, RepairKind, Severity

# Where the rows come from. Titles are Microsoft's.
PREPARE = "Microsoft Learn: Prepare for directory synchronization to Microsoft 365"
UPN_POPULATION = "Microsoft Learn: Microsoft Entra UserPrincipalName population"
PROXY_POPULATION = "Microsoft Support KB 3190357: How the proxyAddresses attribute is populated in Microsoft Entra ID"
RESILIENCY = "Microsoft Learn: Identity synchronization and duplicate attribute resiliency"
UNDERSCORE = "Microsoft Support KB 2001616: Email address contains an underscore after directory synchronization"
NAME_POLICY = "Microsoft Learn: Self-service password reset policies, section Username policies"
NON_ROUTABLE = "Microsoft Learn: Prepare a non-routable domain for directory synchronization"
NOT_SYNCED = "Microsoft Support KB 2643629: Objects don't sync when using the sync tool"
DEFAULT_CONFIGURATION = "Microsoft Learn: Microsoft Entra Connect Sync, understanding the default configuration"
SYNC_ERRORS = "Microsoft Learn: Understanding errors during Microsoft Entra synchronization"
ALIAS = "Microsoft Learn: Create user mailboxes in Exchange Server (alias)"
DESIGN_CONCEPTS = "Microsoft Learn: Microsoft Entra Connect, design concepts (sourceAnchor)"
TOPOLOGIES = "Microsoft Learn: Topologies for Microsoft Entra Connect"
NAMING = "Microsoft Learn: Naming properties (userPrincipalName, sAMAccountName)"
USER_NAME_FORMATS = "Microsoft Learn: User name formats (implicit user principal name)"
CLOUD_SYNC = "Microsoft Learn: Migrate from Connect to Cloud Sync, decision guide"
GRAPH_USER = "Microsoft Learn: Microsoft Graph, user resource type"
ATTRIBUTES = "Microsoft Learn: Microsoft Entra Connect Sync, attributes synchronized"
PROTECTED = "Microsoft Learn: Appendix C, protected accounts and groups in Active Directory"
RECIPIENT_TYPES = "Microsoft Learn: RecipientTypeDetails enumeration (Exchange)"
ADDING_A_DOMAIN = "Microsoft Learn: Prepare for directory synchronization to Microsoft 365, step 4 (UPN suffixes)"
SPN_AND_UPN = "Microsoft Learn: SPN and UPN uniqueness (dSHeuristics)"
EXCHANGE_SCHEMA = "Microsoft Learn: Active Directory schema changes in Exchange Server"
EXCHANGE_HYBRID = "Microsoft Learn: Exchange Server hybrid deployments"
TEAMS_AND_EXCHANGE = "Microsoft Learn: How Exchange and Microsoft Teams interact"
FOREST_TRUSTS = "Microsoft Open Specifications: MS-ADTS, trust information (forest trust records)"
WRITEBACK = "Microsoft Learn: Microsoft Entra Connect, accounts and permissions"
SSO = "Microsoft Learn: Microsoft Entra seamless single sign-on, quickstart"
CLOUD_SYNC_HYBRID = "Microsoft Learn: Exchange hybrid writeback with cloud sync"
HYBRID_FORESTS = "Microsoft Learn: Hybrid deployments with multiple Active Directory forests"


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        id: stable name.
        severity: the usual severity; the text of ``fires`` says when it is another.
        outcome: what the cloud usually does.
        repair: how the finding may usually be repaired.
        fires: when the rule fires, in words.
        how: what the repair is, which policy decides it, or which decision a person must take.
        source: where Microsoft says so.
        idfix: the error type that IdFix would have shown for it; empty where it knew none.
        ldif_only: a live Active Directory refuses such values, so only an export made elsewhere can hold one.
        default_off: the rule runs only when it is switched on.
    """

    id: str
    severity: Severity
    outcome: Outcome
    repair: RepairKind
    fires: str
    how: str
    source: str
    idfix: str = ""
    ldif_only: bool = False
    default_off: bool = False
