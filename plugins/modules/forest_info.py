#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: forest_info
short_description: Say what is there in a forest before anybody changes it
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - Reads a forest once and tells what a project must know about it. Domains and domain controllers, UPN suffixes and who
    uses which, trusts and what they route, settings, the Exchange organisation, address policies, whether directory
    synchronization already runs, and which features that depend on it have their prerequisites.
  - What the source does not show is null, which means unknown. An export shows what it was made with; of a server the
    account sees what it may read.
  - The directory is never written.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.info_module
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
  - syncready.m365.forest
  - syncready.m365.forest.exchange
options:
  verified_domains:
    description:
      - The domains that are verified in the tenant, each by its exact name.
      - Those that are in use and no UPN suffix are reported.
    type: list
    elements: str
    default: []
  max_returned:
    description: How many elements of a list to return at the most.
    type: int
    default: 200
notes:
  - With O(transport=ldap), the domains of O(domains) are read. Where that is not the whole forest, or O(search_bases) is
    set, RV(forest.complete) is false, and what was not met is unknown.
seealso:
  - module: syncready.m365.upn_suffix
  - module: syncready.m365.audit_info
"""

EXAMPLES = r"""
- name: Look at the forest
  syncready.m365.forest_info:
    server: dc1.contoso.local
    username: svc-audit@contoso.local
    password: "{{ vaulted_password }}"
    verified_domains: [contoso.com, fabrikam.com]
  register: forest

- name: Stop where the synchronization runs already
  ansible.builtin.assert:
    that: not forest.synchronization.live
    fail_msg: Changes would reach the cloud at the next cycle.

- name: Register the verified domains that are in use and no suffix
  syncready.m365.upn_suffix:
    server: dc1.contoso.local
    username: svc-change@contoso.local
    password: "{{ vaulted_password }}"
    suffixes: "{{ forest.missing_suffixes }}"

- name: Look at an export, and at what the other forest of the project has
  syncready.m365.forest_info:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    other_forests:
      fabrikam: "{{ hostvars['fabrikam'].forest.names }}"
"""

RETURN = r"""
source:
  description: What was read.
  returned: always
  type: dict
  sample: {"transport": "ldap", "server": "dc1.contoso.local", "domain": "contoso.local", "forest": "contoso.local"}
forest:
  description: The forest itself.
  returned: always
  type: dict
  contains:
    root_domain:
      description: DNS name of its root domain.
      type: str
      sample: contoso.local
    functional_level:
      description: Number of its functional level.
      type: int
      sample: 7
    functional_level_name:
      description: What that is called.
      type: str
      sample: Windows Server 2016
    recycle_bin:
      description: Whether the recycle bin is switched on.
      type: bool
    upn_uniqueness_checked:
      description: Whether domain controllers refuse a sign-in name that another account has.
      type: bool
    ds_heuristics:
      description: Value of C(dSHeuristics), which decides that. Empty where it is certain that there is none.
      type: str
    complete:
      description: Whether every domain of the forest was read. Never with an export.
      type: bool
domains:
  description: The domains of the forest.
  returned: always
  type: list
  elements: dict
  contains:
    dns_name:
      description: DNS name.
      type: str
      sample: emea.contoso.local
    netbios_name:
      description: NetBIOS name.
      type: str
      sample: EMEA
    parent:
      description: DNS name of the domain above it; null for the root of a tree.
      type: str
      sample: contoso.local
    functional_level:
      description: Number of the functional level.
      type: int
      sample: 7
    functional_level_name:
      description: What that is called.
      type: str
      sample: Windows Server 2016
domain_controllers:
  description: The domain controllers.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Short name.
      type: str
      sample: DC1
    dns_name:
      description: Full DNS name.
      type: str
      sample: dc1.contoso.local
    domain:
      description: DNS name of its domain.
      type: str
      sample: contoso.local
    site:
      description: The site that it stands in.
      type: str
      sample: Default-First-Site-Name
    read_only:
      description: Whether it is a read-only one, which takes no changes.
      type: bool
    global_catalog:
      description: Whether it holds the global catalog.
      type: bool
    operating_system:
      description: What it says of itself.
      type: str
      sample: Windows Server 2022 Standard
upn_suffixes:
  description: Every suffix that is registered, the name of a domain, or carried by an account. The most used come first.
  returned: always
  type: list
  elements: dict
  contains:
    suffix:
      description: The suffix.
      type: str
      sample: contoso.com
    registered:
      description: Where it is registered, V(forest) or the DN of an organizational unit.
      type: list
      elements: str
      sample: [forest]
    domain:
      description: Whether it is the DNS name of a domain of the forest.
      type: bool
    users:
      description: How many accounts carry it.
      type: int
      sample: 412
    verdict:
      description: One of C(verified), C(ok), C(unverified), C(not-routable) and C(unknown-tld).
      type: str
      sample: verified
names:
  description: All registered suffixes and DNS domains, for the option O(other_forests) of the other forests.
  returned: always
  type: list
  elements: str
  sample: [contoso.com, contoso.local]
missing_suffixes:
  description: Verified domains that are in use and no suffix of the forest.
  returned: always
  type: list
  elements: str
  sample: [fabrikam.com]
trusts:
  description: The trusts of the domains that were read; null where it is unknown whether there are any.
  returned: always
  type: list
  elements: dict
  contains:
    domain:
      description: The domain that has the trust.
      type: str
      sample: contoso.local
    partner:
      description: The other side.
      type: str
      sample: fabrikam.local
    kind:
      description: One of C(within_forest), C(forest), C(external), C(realm) and C(other).
      type: str
      sample: forest
    direction:
      description: One of C(disabled), C(inbound), C(outbound) and C(bidirectional), seen from here.
      type: str
      sample: bidirectional
    routed:
      description: Names whose sign-ins a forest trust sends to the other side, with everything below them.
      type: list
      elements: str
      sample: [fabrikam.local]
    excluded:
      description: Names below them that are not sent there.
      type: list
      elements: str
      sample: []
    complete:
      description: Whether the information of the trust could be read in whole.
      type: bool
exchange:
  description: The Exchange organisation.
  returned: always
  type: dict
  contains:
    schema:
      description: Whether the schema is extended by Exchange.
      type: bool
    schema_version:
      description: Number of that extension.
      type: int
      sample: 17003
    schema_version_name:
      description: Which Exchange brings that number.
      type: str
      sample: 2019 CU10 to CU15, or SE
    organisation:
      description: Name of the organisation; null where there is none, or none is shown.
      type: str
      sample: Contoso
    servers:
      description:
        - The servers, by C(name), C(organisation), C(build), C(version) (what the build is called), C(product),
          C(support) (C(supported), C(ended) or C(unknown) today) and C(qualifies_for_meetings) (2016 CU3 or later).
        - The directory shows the cumulative update, not the security updates.
      type: list
      elements: dict
    databases:
      description: The mailbox databases, by C(name), C(servers) that hold it, and the lowest C(version) and C(build) of
        these.
      type: list
      elements: dict
    hybrid:
      description: What the Hybrid Configuration wizard left, by C(configured), C(domains) and C(smart_host).
      type: dict
    oauth:
      description: The objects for OAuth, by C(configured) (they are there; nothing proves that they work),
        C(authorization_servers) and C(partner_applications).
      type: dict
address_policies:
  description: Address policies of Exchange.
  returned: always
  type: dict
  contains:
    managed_recipients:
      description: How many recipients have their addresses from a policy.
      type: int
      sample: 551
    policies:
      description: Each policy, by C(guid), C(name) and C(recipients).
      type: list
      elements: dict
synchronization:
  description: Whether directory synchronization already runs.
  returned: always
  type: dict
  contains:
    live:
      description:
        - True where there is a sign of it. False where the whole forest was read and there is none; an account that
          somebody made by hand for it does not show as one. Null where it is unknown.
      type: bool
    accounts:
      description:
        - Accounts that the programs of the synchronization made, by C(name), C(dn), C(program) (C(connect),
          C(cloud_sync) or C(seamless_sso)), C(server), C(tenant), C(enabled) and C(last_logon) (a day, some days old at
          the most).
      type: list
      elements: dict
    anchored_users:
      description: Users with a filled C(mS-DS-ConsistencyGuid).
      type: int
      sample: 13
features:
  description: Every feature of Microsoft's list that depends on directory synchronization.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Stable word.
      type: str
      sample: seamless_single_sign_on
    title:
      description: What people call it.
      type: str
      sample: Seamless single sign-on
    status:
      description: C(missing) where a prerequisite is, else C(unknown) where one is, else C(met).
      type: str
      sample: unknown
    prerequisites:
      description: What it needs, by C(id), C(text), C(status), and C(by_hand), what to look at where the directory does not
        show that it is met.
      type: list
      elements: dict
    source:
      description: Where Microsoft says so.
      type: str
several_forests:
  description: Other forests, C(trusted) and C(audited), and Microsoft's C(advice) where there are any.
  returned: always
  type: dict
findings:
  description: What the rules C(forest-...) of the catalogue found, the severest first, in the shape of
    RV(syncready.m365.audit_info#module:findings).
  returned: always
  type: list
  elements: dict
truncated:
  description: Whether a list was longer than O(max_returned).
  returned: always
  type: bool
error_code:
  description: Null, or a stable word for what went wrong.
  returned: always
  type: str
  sample: LDIF_SYNTAX
"""

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    DIRECTORY_CONSTRAINTS,
    directory_spec,
    forest_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.forest_info import EMPTY_RESULT, forest_info
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    spec = {
        **directory_spec(),
        **forest_spec(),
        "verified_domains": {"type": "list", "elements": "str", "default": []},
        "max_returned": {"type": "int", "default": 200},
    }
    run_module(spec, forest_info, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS)


if __name__ == "__main__":
    main()
