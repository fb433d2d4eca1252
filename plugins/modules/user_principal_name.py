#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: user_principal_name
short_description: Move users to another UPN suffix, or make their UPNs anew
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - Gives many users another C(userPrincipalName), in one task that plans and applies. In check mode it plans, and says
    what it would do.
  - The users are those below O(ous), in O(groups), that O(ldap_filter) finds, or that O(users) names. Of several
    conditions all must hold.
  - Every new name is held against all rules about sign-in names, against every address and every implicit name
    (C(sAMAccountName) and the domain) of the directory, against the registered UPN suffixes and the verified domains, and
    against the other new names. Whoever would get a name that is not valid or not free keeps the old one, and is
    reported with the reason.
  - Before the first name changes, O(report_dir) holds the plan, the list of the users for an announcement, and what else
    a new name touches.
  - Every change is recorded in a journal in O(state_dir) before and after it is made. M(syncready.m365.rollback) takes
    it back. The same call again finishes a run that was cut, and changes nothing where everything is done.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
  - syncready.m365.scope
  - syncready.m365.tenant
  - syncready.m365.tenant.matching
  - syncready.m365.writing
  - syncready.m365.assumed
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  suffix_map:
    description:
      - Old UPN suffixes to the new ones. Only what stands after the last C(@) changes.
      - A new suffix must be registered (M(syncready.m365.upn_suffix)) or be a DNS domain of the forest, and may not be an
        old one as well.
      - Exactly one of O(suffix_map), O(align) and O(from) is given.
    type: dict
  align:
    description: Make the UPN the same as the primary SMTP address, or as C(mail).
    type: str
    choices: [primary_smtp, mail]
  from:
    description: Make the UPN of C(sAMAccountName), by O(pattern).
    type: str
    choices: [samaccountname]
  pattern:
    description:
      - With O(from), what the UPN looks like. It may use C({sam}), C({suffix}) (what the UPN has after its last C(@) now)
        and C({domain}) (the DNS name of the account's domain).
      - Without it, V({sam}@{suffix}).
    type: str
  ous:
    description: DNs of OUs or containers. Users below one of them are meant.
    type: list
    elements: str
    default: []
  groups:
    description:
      - DNs of groups. Their members are meant, also those of groups in them. Who has one of them as primary group (as in
        Domain Users) is not among the members.
    type: list
    elements: str
    default: []
  ldap_filter:
    description: An LDAP filter. Users that match are meant.
    type: str
  users:
    description:
      - UPNs, C(sAMAccountName)s, DNs or objectGUIDs. These users are meant.
      - Where the task is to run again, name users by something that stays. With O(suffix_map), a UPN also names the user
        who has it already with the new suffix.
    type: list
    elements: str
    default: []
  verified_domains:
    description: Domains that are verified in the tenant. With them, a new name must have one of them.
    type: list
    elements: str
    default: []
  federated_domains:
    description:
      - Domains whose sign-in is federated. A move from one of them to another is refused, since the cloud refuses it, and
        the way round is explained.
      - Those of O(tenant_domains_path) are added.
    type: list
    elements: str
    default: []
  single_sign_on:
    description: Whether a new name must be one that single sign-on takes (letters, digits, period, hyphen, underscore).
    type: bool
    default: false
  compare_snapshots:
    description:
      - Snapshots (C(snapshot.sqlite)) that M(syncready.m365.audit_info) left of other forests. A name that a user has
        there is not free.
    type: list
    elements: path
    default: []
  tenant_users_path:
    description:
      - An export of the tenant's users. Those that are synchronized and licensed there keep their names, unless
        O(upn_sync_enabled=true), since their names in the cloud would not follow.
    type: path
  protected_accounts:
    description: Whether to change accounts that are or were members of protected groups (C(adminCount)).
    type: str
    choices: [skip, allow]
    default: skip
  smart_card_users:
    description: Whether to change users who must sign in with a smart card, whose certificate may hold the old name.
    type: str
    choices: [skip, allow]
    default: skip
  service_accounts:
    description: Whether to change accounts that have service principal names.
    type: str
    choices: [skip, allow]
    default: skip
  max_changed_percent:
    description:
      - How many of the judged objects to change at the most, in percent. One object is always possible, but with V(0).
      - V(100) means no limit.
    type: float
    default: 5
notes:
  - The whole forest is read, whoever is meant, since a name must be free in all of it. O(search_bases) and O(domains) make
    the search smaller; a name may then be taken elsewhere.
  - The plan of a run in check mode can be applied with M(syncready.m365.remediation), after somebody reviewed it.
seealso:
  - module: syncready.m365.upn_suffix
  - module: syncready.m365.remediation
  - module: syncready.m365.rollback
  - module: syncready.m365.cloud_match_info
"""

EXAMPLES = r"""
- name: Say who would move, and what else that touches
  syncready.m365.user_principal_name:
    server: dc1.contoso.local
    username: audit@contoso.local
    password: "{{ audit_password }}"
    suffix_map:
      contoso.local: contoso.com
    verified_domains: [contoso.com]
    state_dir: /srv/syncready
    report_dir: /srv/reports/contoso-upn
    max_changes: -1
    max_changed_percent: 100
  check_mode: true

- name: Move everybody to the routable suffix
  syncready.m365.user_principal_name:
    server: dc1.contoso.local
    username: svc-change@contoso.local
    password: "{{ vaulted_password }}"
    suffix_map:
      contoso.local: contoso.com
    verified_domains: [contoso.com]
    state_dir: /srv/syncready
    report_dir: /srv/reports/contoso-upn
    max_changes: -1
    max_changed_percent: 100
    deadline: "2026-11-30T04:00:00+01:00"
    ticket: CHG0012345
    approver: Anna Berg

- name: Align the sign-in names of the pilot group with the mail addresses
  syncready.m365.user_principal_name:
    server: dc1.contoso.local
    username: svc-change@contoso.local
    password: "{{ vaulted_password }}"
    align: primary_smtp
    groups:
      - CN=Pilot,OU=Groups,DC=contoso,DC=local
    state_dir: /srv/syncready

- name: Turn account names into sign-in names, as changes for ldifde
  syncready.m365.user_principal_name:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    from: samaccountname
    pattern: "{sam}@contoso.com"
    ous:
      - OU=Stores,DC=contoso,DC=local
    change_ldif_path: /srv/reports/changes.ldif
    max_changed_percent: 100
"""

RETURN = r"""
source:
  description: Which directory was read or written; with O(transport=ldap) the domain controller is among it.
  returned: always
  type: dict
  sample: {"transport": "ldap", "server": "dc1.contoso.local", "domain": "contoso.local"}
summary:
  description:
    - C(chosen), how many users were meant. Of them C(as_wanted) have their name already or are not concerned, C(to_move)
      get a new one, and C(held_back) keep the old one for a reason.
  returned: always
  type: dict
  sample: {"chosen": 5120, "as_wanted": 100, "to_move": 5000, "held_back": 20}
held_back_by:
  description:
    - How many users keep their names, by the reason. V(taken), V(upn-implicit-collision), V(claimed_twice) and
      V(taken_in_other_forest) are clashes; other names with hyphens are rules that the new name would break.
  returned: always
  type: dict
  sample: {"taken": 3, "smart_card": 12, "protected_account": 5}
users:
  description:
    - The users whose names change or were held back, those first. At most O(max_returned); all of them are in C(users.csv)
      and C(users.jsonl) of O(report_dir).
  returned: always
  type: list
  elements: dict
  contains:
    object:
      description: The user; C(dn), C(guid), C(kind) and C(name).
      type: dict
      sample: {"dn": "CN=Anna Berg,OU=Staff,DC=contoso,DC=local", "guid": null, "kind": "user", "name": "Anna Berg"}
    old:
      description: The present name; null where there is none.
      type: str
      sample: anna.berg@contoso.local
    new:
      description: The new name; null where none can be made.
      type: str
      sample: anna.berg@contoso.com
    moves:
      description: Whether the user gets it.
      type: bool
      sample: false
    reason:
      description: A stable word for why not, as in RV(held_back_by), or empty.
      type: str
      sample: taken
    message:
      description: That in words.
      type: str
      sample: anna.berg@contoso.com is held by CN=Arno Berg,OU=Staff,DC=contoso,DC=local (proxyAddresses).
    holders:
      description: Who has the name already or would get it, five of them at the most; C(dn), C(guid) and C(attributes).
      type: list
      elements: dict
    display_name:
      description: The display name.
      type: str
      sample: Anna Berg
    mail:
      description: The mail address.
      type: str
      sample: anna.berg@contoso.com
    manager:
      description: The manager; C(dn), C(name) and C(mail), the latter two as far as the directory holds the manager. Or null.
      type: dict
    sip_address:
      description: The SIP address, without its type.
      type: str
      sample: anna.berg@contoso.local
    sip_address_differs:
      description: Whether there is one that is not the new name.
      type: bool
      sample: true
users_truncated:
  description: Whether RV(users) was cut short.
  returned: always
  type: bool
unknown_users:
  description: Names of O(users) that nobody has.
  returned: always
  type: list
  elements: str
touches:
  description:
    - What else a new name touches, where names change; C(topic), C(effect) and C(source). It is also in C(touches.json) of
      O(report_dir).
  returned: always
  type: list
  elements: dict
  sample:
    - topic: onedrive
      effect: The address of the OneDrive changes.
      source: Microsoft Entra ID, Plan and troubleshoot User Principal Name changes
plan:
  description:
    - The plan; C(plan_id), C(digest) (SHA-256 of the file C(plan.jsonl); empty without a file), C(rows), C(objects) and
      C(created).
  returned: always
  type: dict
  sample: {"plan_id": "5c8a1d6e-8a55-4c0c-9d0d-1d4f2f7f7a11", "digest": "0d5c...", "rows": 57, "objects": 57}
counts:
  description:
    - How many objects came to which state. C(planned) is how many there are to do.
    - C(changed) were written, C(unchanged) were as they should be already, C(conflict) were changed by somebody else,
      C(refused) were refused by the domain controller, C(failed) went wrong otherwise, C(left) were left alone because of
      a limit or an option.
  returned: always
  type: dict
  sample: {"planned": 20, "changed": 17, "unchanged": 1, "conflict": 2, "refused": 0, "failed": 0, "left": 0}
left_by:
  description: How many objects were left alone, by the limit or option.
  returned: always
  type: dict
  sample: {"max_changes": 3}
reasons:
  description: How many objects were not written, by the reason.
  returned: always
  type: dict
  sample: {"changed_since": 2}
outcomes:
  description:
    - What became of the objects that were to change, those first that somebody must look at. O(max_returned) at the most.
  returned: always
  type: list
  elements: dict
  contains:
    object:
      description: The object; C(dn), C(guid), C(kind) and C(name).
      type: dict
      sample: {"dn": "CN=Anna Berg,OU=Staff,DC=contoso,DC=local", "guid": null, "kind": "user", "name": "Anna Berg"}
    state:
      description: What became of it, as in RV(counts).
      type: str
      sample: conflict
    reason:
      description: A stable word for why, or empty.
      type: str
      sample: changed_since
    message:
      description: Why, in words.
      type: str
      sample: mail of CN=Anna Berg,OU=Staff,DC=contoso,DC=local is no longer as the plan says. It was left alone.
    changes:
      description: What was or would be written; C(attribute), C(remove) and C(add).
      type: list
      elements: dict
      sample: [{"attribute": "mail", "remove": ["anna berg@contoso.com"], "add": ["anna.berg@contoso.com"]}]
    rules:
      description: The rules that the change is for.
      type: list
      elements: str
      sample: [mail-invalid-character]
    written:
      description: Whether something was written, whatever became of it then.
      type: bool
      sample: false
truncated:
  description: Whether RV(outcomes) or RV(diff) is shorter than the full list.
  returned: always
  type: bool
  sample: false
diff:
  description: The values of each changed object before and after.
  returned: always
  type: list
  elements: dict
estimate:
  description: How many objects were expected to change, and in how many seconds.
  returned: always
  type: dict
  sample: {"objects": 20, "seconds": 0.6}
stopped:
  description: The limit that ended the run early, or empty.
  returned: always
  type: str
  sample: ""
journal:
  description: The journal of this run; null where there is none.
  returned: always
  type: str
  sample: /srv/syncready/apply-3f1c0e5a9b7d2468.jsonl
undo_ldif:
  description: The way back as LDIF, for C(ldifde) and C(ldapmodify); null where there is none.
  returned: always
  type: str
  sample: /srv/syncready/apply-3f1c0e5a9b7d2468.undo.ldif
change_ldif:
  description: The changes that are to be imported, with O(transport=ldif); null without a change.
  returned: always
  type: str
  sample: null
settled:
  description: Runs that had been cut and were finished first; C(journal) and C(counts).
  returned: always
  type: list
  elements: dict
  sample: []
notes:
  description: What to know about the result, in words.
  returned: always
  type: list
  elements: str
  sample: ["The changes were written on dc1.contoso.local; others see them after replication."]
artifacts:
  description: The files that were written; C(path) and C(sha256) of each.
  returned: always
  type: dict
  sample: {"plan_jsonl": {"path": "/srv/reports/contoso-plan/plan.jsonl", "sha256": "0d5c..."}}
error_code:
  description: Null, or a stable word for what went wrong.
  returned: always
  type: str
  sample: PARTIAL
"""

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    DIRECTORY_CONSTRAINTS,
    directory_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.user_principal_name import (
    CONSTRAINTS,
    EMPTY_RESULT,
    move_users,
    names_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    run_module({**directory_spec(), **names_spec()}, move_users, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS, **CONSTRAINTS)


if __name__ == "__main__":
    main()
