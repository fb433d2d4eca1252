#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloud_match_info
short_description: Compare the directory with the users that a tenant has already
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - Reads a directory and exports of a Microsoft 365 tenant, matches users as the synchronization would do it, and says
    where the two sides differ, which differences settle themselves, and what would collide.
  - Users are matched by the immutable id (C(objectGUID) or C(mS-DS-ConsistencyGuid)), else by the primary SMTP address,
    else by the sign-in name.
  - For corrections on the tenant's side the commands of Microsoft Graph PowerShell are written into a file. The module
    never runs them and never talks to the tenant.
  - Neither side is written.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.info_module
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
  - syncready.m365.scope
  - syncready.m365.assumed
  - syncready.m365.tenant
  - syncready.m365.tenant.matching
options:
  tenant_users_path:
    description:
      - An export of the tenant's users. Known are JSON of Microsoft Graph (C(GET /users), all pages), CSV and JSON of
        C(Get-MgUser), and the CSV of the admin centres, in UTF-8, UTF-16 or the code page of Windows, with commas or
        semicolons, whatever the order of the columns.
      - Of use are C(id), C(userPrincipalName), C(mail), C(proxyAddresses), C(onPremisesImmutableId),
        C(onPremisesSyncEnabled), C(onPremisesUserPrincipalName), C(onPremisesDomainName), C(assignedLicenses),
        C(userType), C(onPremisesSyncBehavior) and C(deletedDateTime). What is not there is unknown, and less is found.
    type: path
    required: true
  tenant_objects_path:
    description:
      - An export of the tenant's groups and contacts, as JSON or CSV with their addresses. A user cannot be matched with
        one of them.
    type: path
  tenant_roles_path:
    description:
      - An export that says who holds an administrator role, as C(directoryRoles) with their members, as role assignments
        with their principals, or as a table with one line for each holder and role.
    type: path
  verified_domains:
    description:
      - The domains that are verified in the tenant, each by its exact name.
      - Without it and O(tenant_domains_path), every domain below an existing top-level domain is accepted.
    type: list
    elements: str
    default: []
  sign_in_attribute:
    description: The attribute that becomes the sign-in name in the cloud, mostly V(mail) where an alternate ID is configured.
    type: str
    default: userPrincipalName
  report_dir:
    description:
      - Where to write C(cloud_match.jsonl), C(cloud_match.csv), C(cloud_match.ps1) and C(cloud_match.json). The directory
        is made with mode 0700 where it does not exist, the files have mode 0600. Files of an earlier run are replaced
        when the new ones are complete.
      - In an execution environment it must be on a mounted path.
      - Without it nothing is written.
    type: path
  max_returned:
    description: How many users with a mismatch to return at the most, the severest first. All of them are in the files.
    type: int
    default: 100
  fail_on:
    description: Fail when mismatches of this severity or a worse one were found, after the files were written.
    type: str
    choices: [none, warning, error]
    default: none
seealso:
  - module: syncready.m365.audit_info
  - name: Microsoft Entra Connect when you have an existing tenant
    description: Microsoft's document about matching.
    link: https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-existing-tenant
"""

EXAMPLES = r"""
- name: Compare a forest with the tenant
  syncready.m365.cloud_match_info:
    server: dc1.contoso.local
    username: audit@contoso.local
    password: "{{ audit_password }}"
    tenant_users_path: /srv/exports/users.csv
    tenant_objects_path: /srv/exports/groups.json
    tenant_domains_path: /srv/exports/domains.csv
    tenant_roles_path: /srv/exports/roles.json
    upn_sync_enabled: true
    report_dir: /srv/reports/contoso
  register: match

- name: Say what would not follow by itself
  ansible.builtin.debug:
    msg: "{{ match.summary.mismatches }}"

- name: Compare an export with a table that has names of its own
  syncready.m365.cloud_match_info:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    tenant_users_path: /srv/exports/utilisateurs.csv
    tenant_columns:
      userPrincipalName: Nom d'utilisateur principal
      proxyAddresses: Adresses proxy
    verified_domains: [contoso.com]
    fail_on: error
"""

RETURN = r"""
source:
  description: What was read of the directory.
  returned: always
  type: dict
  sample:
    transport: ldif
    path: /srv/exports/contoso.ldif
tenant:
  description: What is known of the tenant. Empty when the comparison did not come to its end.
  returned: always
  type: dict
  contains:
    users:
      description: Users of the export.
      type: int
      sample: 20412
    objects:
      description: Groups and contacts of their export.
      type: int
      sample: 312
    repeated:
      description: Objects that the exports hold more than once.
      type: int
      sample: 0
    initial_domain:
      description: The domain that the tenant began with.
      type: str
      sample: contoso.onmicrosoft.com
    verified_domains:
      description: The verified domains, 100 at the most.
      type: list
      elements: str
      sample: [contoso.com]
    known:
      description: Fields of users that the export has values in.
      type: list
      elements: str
      sample: [immutable_id, licensed, proxies, synced]
    notes:
      description: What should be known about the files.
      type: list
      elements: str
      sample: []
summary:
  description: The comparison in numbers. Empty when it did not come to its end.
  returned: always
  type: dict
  contains:
    objects:
      description: Users of the directory that are synchronized.
      type: int
      sample: 20000
    matched_by:
      description: Users by how they were matched, C(immutable_id), C(object_guid), C(smtp), C(upn) or C(none).
      type: dict
      sample: {"immutable_id": 19800, "none": 12, "smtp": 188}
    mismatches:
      description: Mismatches by kind.
      type: dict
      sample: {"soft_match": 188, "upn_licensed": 40}
    severity:
      description: Mismatches by severity.
      type: dict
      sample: {"error": 0, "warning": 40, "info": 200}
    rows_with_mismatches:
      description: Users with at least one mismatch.
      type: int
      sample: 240
    cloud_only:
      description: Users of the tenant that come from no directory and match nobody. They are no mismatch.
      type: int
      sample: 95
    other_domains:
      description: Synchronized users that come from domains that were not read. They are no mismatch.
      type: int
      sample: 0
matches:
  description:
    - Users with a mismatch, the severest first, O(max_returned) at the most.
    - RV(artifacts.cloud_match_jsonl) holds all users, one on a line, in the same shape.
  returned: always
  type: list
  elements: dict
  contains:
    object:
      description: The user of the directory, by C(dn), C(guid), C(kind) and C(name). Null where it has none.
      type: dict
    matched_by:
      description: How the two were matched.
      type: str
      sample: immutable_id
    user_principal_name:
      description: The sign-in name in the directory.
      type: str
      sample: ann.lee@contoso.com
    expected_cloud_upn:
      description: What the tenant would call the user if it were synchronized for the first time.
      type: str
      sample: ann.lee@contoso.com
    immutable_id:
      description: The immutable id that the user has or would have.
      type: str
      sample: UhyPbwtffk2aPA0vb256EA==
    account:
      description:
        - The account of the tenant, by C(id), C(user_principal_name), C(primary_smtp_address), C(immutable_id),
          C(synchronized), C(licensed), C(guest), C(roles) and C(cloud_managed). Null where there is none.
      type: dict
    mismatches:
      description: What is wrong.
      type: list
      elements: dict
      contains:
        kind:
          description: A stable word for it.
          type: str
          sample: upn_licensed
        severity:
          description: How bad it is.
          type: str
          sample: warning
        follows:
          description: Whether it settles itself, V(yes), V(no) or V(unknown).
          type: str
          sample: "no"
        message:
          description: What is wrong, with the values.
          type: str
          sample: ann.lee@contoso.com in the directory, ann@contoso.com in the tenant.
        advice:
          description: What is to be done.
          type: str
        commands:
          description: Commands of Microsoft Graph PowerShell that correct it in the tenant. Nothing has run them.
          type: list
          elements: str
truncated:
  description: Whether there are more users with mismatches than were returned.
  returned: always
  type: bool
artifacts:
  description: The files that were written, each with C(path) and C(sha256). Empty without O(report_dir).
  returned: always
  type: dict
  contains:
    cloud_match_jsonl:
      description: All users, one JSON object on a line.
      type: dict
    cloud_match_csv:
      description: All users as a table.
      type: dict
    cloud_match_ps1:
      description: The commands, each under a comment that says whom it is about and why.
      type: dict
    cloud_match_json:
      description: RV(source), RV(tenant) and RV(summary).
      type: dict
error_code:
  description: Null, or a stable word for what went wrong.
  returned: always
  type: str
  sample: TENANT_FILE
"""

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    DIRECTORY_CONSTRAINTS,
    directory_spec,
    scope_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.tenant import (
    EMPTY_RESULT,
    cloud_match,
    match_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    run_module({**directory_spec(), **scope_spec(), **match_spec()}, cloud_match, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS)


if __name__ == "__main__":
    main()
