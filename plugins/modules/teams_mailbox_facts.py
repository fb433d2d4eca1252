#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: teams_mailbox_facts
short_description: Tell where mailboxes are and which features of Microsoft Teams work there
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - Reads a directory once, decides for every user where the mailbox is (in Exchange Online, on premises and there on
    which version of Exchange, elsewhere, nowhere), and says which features of Microsoft Teams work with it.
  - The answers are those of Microsoft's document "How Exchange and Microsoft Teams interact". Conditions are resolved as
    far as the directory tells. What only the tenant knows is V(unknown), and the reason is said.
  - With an export of the tenant's users in O(tenant_users_path), users are matched with their accounts. Licences and
    whether an account is synchronized are known then, and mailboxes in the cloud that the directory does not show. The
    module never talks to the tenant.
  - The facts name no user and stay small, so they can be cached. Answers for users are in RV(users) and in the files of
    O(report_dir).
  - A user whom the default filters of Microsoft Entra Connect or O(sync_scope) leave out is not synchronized, and no
    feature is promised.
  - Without the Exchange schema, or with an export that leaves it out, the module says so in
    RV(ansible_facts.syncready_teams.exchange.message) and does not fail.
  - The directory is never written.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.info_module
  - syncready.m365.attributes.facts
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
  - syncready.m365.scope
  - syncready.m365.teams
  - syncready.m365.tenant.matching
options:
  tenant_users_path:
    description:
      - An export of the tenant's users, in the forms that M(syncready.m365.cloud_match_info) takes.
      - Of use are C(id), C(userPrincipalName), C(mail), C(proxyAddresses), C(onPremisesImmutableId),
        C(onPremisesSyncEnabled), C(assignedPlans), C(assignedLicenses), C(licenseDetails), C(servicePlans), C(licenses),
        C(skuPartNumber), C(userType), and C(recipientTypeDetails) of Exchange Online. What is not there stays unknown.
      - Users are matched by the immutable id, else by the primary SMTP address, else by C(userPrincipalName). Whose
        account may be somebody else's counts as not matched.
      - Where the directory shows no mailbox (rows 8 and 9 of the decision table), C(recipientTypeDetails) says where it
        is, else a licence for Exchange Online says that it is there. Nothing else about locations is changed.
    type: path
  users:
    description:
      - The users to answer for, each by objectGUID, DN, C(userPrincipalName), C(sAMAccountName) or SMTP address.
      - Without it, all users are answered for. The facts are about all users either way.
    type: list
    elements: str
    default: []
  report_dir:
    description:
      - Where to write C(teams.jsonl), C(teams.csv), C(teams_matrix.md), C(teams_matrix.csv) and C(teams_facts.json). The
        directory is made with mode 0700 where it does not exist, the files have mode 0600. Files of an earlier run are
        replaced when the new ones are complete.
      - In an execution environment it must be on a mounted path.
      - Without it nothing is written.
    type: path
  max_returned:
    description: How many users to return at the most. All that were asked for are in the files.
    type: int
    default: 100
seealso:
  - module: syncready.m365.cloud_match_info
  - module: syncready.m365.forest_info
  - module: syncready.m365.audit_info
  - name: How Exchange and Microsoft Teams interact
    description: Microsoft's document that holds the matrix.
    link: https://learn.microsoft.com/microsoftteams/exchange-teams-interact
"""

EXAMPLES = r"""
- name: Learn what Teams does with the mailboxes of a forest
  syncready.m365.teams_mailbox_facts:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    report_dir: /srv/reports/contoso

- name: Say how many mailboxes are where
  ansible.builtin.debug:
    var: ansible_facts.syncready_teams.counts.by_location

- name: Ask whether two users can have meetings in Teams
  syncready.m365.teams_mailbox_facts:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    users:
      - adele.vance@contoso.com
      - CN=Alex Wilber,OU=Staff,DC=contoso,DC=local
    feature: [meetings]
  register: answer

- name: Say what the answer is
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.features.meetings }} {{ item.not_met }}"
  loop: "{{ answer.users }}"
  loop_control:
    label: "{{ item.dn }}"

- name: Ask what an on-premises mailbox would do, by the edition of 2018
  syncready.m365.teams_mailbox_facts:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    edition: seed
    location: [exchange_on_premises]
    max_returned: 0

- name: Name the users of the dedicated environment, which the directory does not show
  syncready.m365.teams_mailbox_facts:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    location_overrides:
      - location: exchange_online_dedicated_legacy
        domains: [fabrikam.com]
      - location: exchange_online_dedicated_vnext
        ous:
          - OU=Dedicated,DC=contoso,DC=local
    sync_scope:
      exclude:
        - OU=Leavers,DC=contoso,DC=local

- name: Let an export of the tenant say who has which licence and whose mailbox is in the cloud
  syncready.m365.teams_mailbox_facts:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    tenant_users_path: /srv/exports/users.json
  register: teams

- name: Say how many users were matched and have a licence for Teams
  ansible.builtin.debug:
    msg: "{{ tenant.matched }} matched, {{ tenant.services.teams.yes }} with a licence for Teams"
  vars:
    tenant: "{{ teams.ansible_facts.syncready_teams.tenant }}"
"""

RETURN = r"""
source:
  description: What was read.
  returned: always
  type: dict
  sample: {"transport": "ldif", "path": "/srv/exports/contoso.ldif", "size": "501234", "sha256": "9f86d081884c7d65..."}
ansible_facts:
  description: Facts about the forest. Empty when the module failed.
  returned: always
  type: dict
  contains:
    syncready_teams:
      description: Where mailboxes are and what Teams does there. No user is named.
      type: dict
      contains:
        edition:
          description: The edition of the matrix, by C(id), C(name), C(date) and C(source).
          type: dict
          sample: {"id": "newest", "name": "2023", "date": "2023-10-24", "source": "How Exchange and Microsoft Teams interact"}
        exchange:
          description: What the source shows of Exchange. Null means that the source does not hold the configuration.
          type: dict
          contains:
            schema:
              description:
                - V(present), V(absent), or V(not_seen) where neither attributes nor configuration are in the source.
              type: str
              sample: present
            message:
              description: What is missing, in words, or null.
              type: str
            organisation:
              description: Name of the organisation.
              type: str
              sample: Contoso
            servers:
              description: Numbers of servers by version.
              type: dict
              sample: {"2016 CU23": 2, "SE RTM": 1}
            databases:
              description: How many mailbox databases there are.
              type: int
              sample: 4
            availability_groups:
              description: How many database availability groups there are.
              type: int
              sample: 1
            hybrid_configuration:
              description: Whether the Hybrid Configuration Wizard left its configuration.
              type: bool
            auth_servers:
              description: How many authorization servers there are.
              type: int
              sample: 1
            partner_applications:
              description: How many partner applications there are.
              type: int
              sample: 1
            dedicated_hybrid_application:
              description: Whether an authorization server names an application of its own.
              type: bool
        counts:
          description:
            - Numbers of users. C(users) and C(synchronized) are totals.
            - C(by_location) are C(users) and C(synchronized) by location.
            - C(by_version) are the mailboxes on premises by version of Exchange, with C(users),
              C(qualifies_for_meetings) and C(support).
            - C(cloud_archives) are mailboxes on premises whose archive is in the cloud, C(with_notes) those of which
              something does not fit, C(mail_contacts) contacts with an address.
            - C(system) are accounts of the system by location. They are in no other number.
          type: dict
          sample: {"users": 412, "synchronized": 400, "by_location": {"exchange_online": {"users": 300, "synchronized": 298}}}
        matrix:
          description:
            - Location to feature to cell, for locations that are present and have a row in the matrix.
            - A cell has C(support), the numbers of its C(footnotes), the states of its C(conditions), the ids of its
              C(notes), and C(users) by answer.
          type: dict
          sample: {"exchange_online": {"tabs": {"support": "supported", "footnotes": [], "conditions": {}, "notes": [],
            "users": {"supported": 298, "conditional": 0, "not_supported": 0, "not_promised": 2}}}}
        conditions:
          description:
            - The conditions of RV(ansible_facts.syncready_teams.matrix) by id.
            - C(state) is V(met), V(not_met) or V(unknown), C(reason) says why. C(part) is the part of the feature that
              needs it; null means all of it.
            - Conditions that one user meets and another does not have C(users); they are met when all users meet them.
              With O(tenant_users_path) the licences are among them, and C(users.not_in_tenant) says how many of the
              C(unknown) were matched with no account.
          type: dict
          sample: {"oauth": {"text": "OAuth is configured.", "part": null, "state": "not_met",
            "reason": "The organisation has no authorization server."}}
        footnotes:
          description: Footnotes of the cells by number, with C(text), and C(remark) on their wording.
          type: dict
          sample: {"4": {"text": "Voicemail can be used and arrives in Outlook; in Teams it can be neither seen nor played."}}
        notes:
          description: What else is to be said about cells, by id, such as contradictions of the document.
          type: dict
          sample: {"use_outlook": "These users set it in Outlook."}
        advisories:
          description:
            - What to know or to do besides, by C(id), with C(text), C(reason), C(source), and C(remark).
            - With O(tenant_users_path), those that ask for licences have C(users), the numbers of synchronized users who
              have them, C(yes), C(no) or C(unknown).
          type: list
          elements: dict
          sample: [{"id": "group_creation", "text": "Users who shall create teams must be allowed to create groups.",
            "reason": "Every team is a group.", "source": "the edition of 2023, requirements"}]
        remarks:
          description: Faults of the document that belong nowhere else.
          type: list
          elements: str
        differences:
          description:
            - Where the editions differ for the locations that are present. C(cells) have C(location), C(feature),
              C(newest) and C(seed); null means that the edition does not know the feature.
            - C(advisories) have C(id), C(newest) and C(seed).
          type: dict
          sample: {"cells": [], "advisories": []}
        tenant:
          description: What the export of the tenant says. Only with O(tenant_users_path).
          type: dict
          contains:
            accounts:
              description: Accounts of the export.
              type: int
              sample: 430
            users:
              description: Synchronized users of the directory.
              type: int
              sample: 400
            matched:
              description: How many of them were matched with an account.
              type: int
              sample: 396
            matched_by:
              description: The matched users by C(immutable_id), C(object_guid), C(smtp) or C(upn).
              type: dict
              sample: {"immutable_id": 390, "smtp": 6}
            undecided:
              description:
                - Users whose account may be somebody else's, such as two for one account, or a guest. They count as not
                  matched. M(syncready.m365.cloud_match_info) says more about them.
              type: int
              sample: 0
            synchronized:
              description: Whether accounts of the matched users come from a directory, C(yes), C(no) or C(unknown).
              type: dict
              sample: {"yes": 390, "no": 6, "unknown": 0}
            services:
              description:
                - Licences of the matched users, for C(teams), C(exchange_online), C(exchange_online_plan_1) (or more),
                  C(sharepoint_online) and C(onedrive), each with C(yes), C(no) and C(unknown).
              type: dict
              sample: {"teams": {"yes": 380, "no": 16, "unknown": 0}}
            settled:
              description: Mailboxes that the tenant put into their places, by location.
              type: dict
              sample: {"exchange_online": 12}
            notes:
              description: What should be known about the files.
              type: list
              elements: str
              sample: []
users:
  description:
    - The answers for users, by DN, O(max_returned) at the most.
    - RV(artifacts.teams_jsonl) holds all of them, one on a line, in the same shape.
  returned: always
  type: list
  elements: dict
  contains:
    guid:
      description: objectGUID; null where the source does not hold it.
      type: str
    dn:
      description: The distinguished name.
      type: str
      sample: CN=Adele Vance,OU=Staff,DC=contoso,DC=local
    name:
      description: The name of the object.
      type: str
      sample: Adele Vance
    kind:
      description: V(user) or V(inetOrgPerson).
      type: str
      sample: user
    location:
      description: Where the mailbox is; one of the choices of O(location).
      type: str
      sample: exchange_on_premises
    row:
      description:
        - The row of the decision table of this collection that says so; 0 for an override. It is the row of the directory
          also where the tenant settled the location.
      type: int
      sample: 5
    exchange_version:
      description:
        - For mailboxes on premises the version of the server, the lowest of those that may mount the database.
        - Null for other mailboxes, and where the source does not tell.
      type: str
      sample: 2016 CU23
    qualifies_for_meetings:
      description: Whether that version is high enough for meetings, other conditions apart. Null where it is not known.
      type: bool
    synchronized:
      description: Whether neither the default filters nor O(sync_scope) leave the user out.
      type: bool
    left_out_by:
      description: What leaves the user out, or null.
      type: str
      sample: sync scope
    system:
      description: Whether it is an account of the system or one of Exchange's own mailboxes.
      type: bool
    cloud_archive:
      description: Whether the archive of a mailbox on premises is in the cloud.
      type: bool
    notes:
      description: What does not fit, in words.
      type: list
      elements: str
      sample: ["a mailbox here without msExchMailboxGuid"]
    features:
      description:
        - Feature to answer. V(supported), V(not_supported), V(conditional) (within limits, or on conditions that the
          directory does not settle), or V(not_promised) (not synchronized, or the mailbox is in no known place).
      type: dict
      sample: {"meetings": "conditional", "tabs": "supported"}
    not_met:
      description: Feature to the conditions that are not met, for features where there is one.
      type: dict
      sample: {"meetings": ["exchange_2016_cu3"]}
    tenant:
      description:
        - The account of the tenant, by C(matched_by), C(synchronized), C(recipient) (V(mailbox), V(mail_user),
          V(no_mailbox)), C(location_settled_by) (V(recipient_type), V(licence)) and C(services). What the export does not
          tell is null.
        - Null for users who were not matched. Only with O(tenant_users_path).
      type: dict
      sample: {"matched_by": "immutable_id", "synchronized": true, "recipient": null, "location_settled_by": "licence",
        "services": {"teams": true, "exchange_online": true, "exchange_online_plan_1": true, "sharepoint_online": true,
        "onedrive": true}}
users_total:
  description: How many users were asked for and found, accounts of the system among them.
  returned: always
  type: int
  sample: 412
truncated:
  description: Whether more users were found than were returned.
  returned: always
  type: bool
not_found:
  description: The names in O(users) that no user has.
  returned: always
  type: list
  elements: str
cells:
  description:
    - The cells of O(feature) and O(location), with the texts of their C(footnotes) and C(notes), and their C(conditions)
      as in RV(ansible_facts.syncready_teams.conditions). Without O(location), those of the locations that are present.
  returned: always
  type: list
  elements: dict
  sample: [{"feature": "tabs", "location": "exchange_online", "support": "supported", "footnotes": [], "conditions": {},
    "notes": [], "users": {"supported": 298, "conditional": 0, "not_supported": 0, "not_promised": 2}}]
artifacts:
  description: The files that were written, each with C(path) and C(sha256). Empty without O(report_dir).
  returned: always
  type: dict
  contains:
    teams_jsonl:
      description: The answers for users, one JSON object on a line.
      type: dict
    teams_csv:
      description: The same as a table.
      type: dict
    teams_matrix_md:
      description: Counts, features by locations with numbers of users, conditions and advisories, for people.
      type: dict
    teams_matrix_csv:
      description: Features by locations with numbers of users.
      type: dict
    teams_facts_json:
      description: RV(ansible_facts.syncready_teams) and RV(source).
      type: dict
error_code:
  description: Null, or a stable word for what went wrong.
  returned: always
  type: str
  sample: LDIF_SYNTAX
"""

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    DIRECTORY_CONSTRAINTS,
    directory_spec,
    scope_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.teams import EMPTY_RESULT, teams_facts, teams_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    run_module({**directory_spec(), **scope_spec(), **teams_spec()}, teams_facts, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS)


if __name__ == "__main__":
    main()
