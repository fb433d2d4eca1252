#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remediation
short_description: Plan the repair of a directory, and apply the plan
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - With O(mode=plan), audits the directory and writes a plan that people read, sign or edit. Nothing else is written.
  - With O(mode=apply), applies the reviewed plan O(plan_path), or makes a plan and applies it at once.
  - A proposal is made where exactly one safe repair exists, or where O(policies) choose one. Every proposed value passes
    all rules and is free in the whole directory. The plan is rehearsed before it is written, so that applying it leaves
    nothing that it repairs and breaks nothing new. Where a person must decide, the finding says what.
  - Each object is read again right before it is written and compared; what somebody changed in between is a conflict,
    which is listed and left alone. All changes of an object are one modify, or none of them.
  - Every change is recorded in a journal in O(state_dir) before and after it is made. M(syncready.m365.rollback) takes
    it back. The same call again finishes a run that was cut.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
  - syncready.m365.rules
  - syncready.m365.scope
  - syncready.m365.forest
  - syncready.m365.forest.exchange
  - syncready.m365.writing
  - syncready.m365.writing.plan
  - syncready.m365.assumed
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  mode:
    description:
      - V(plan) makes a plan. It never changes anything.
      - V(apply) applies one.
    type: str
    choices: [plan, apply]
    default: plan
  plan_path:
    description:
      - With O(mode=apply), the plan to apply. It may be C(plan.jsonl), the table C(plan.csv) as a spreadsheet saved it,
        or a table that IdFix exported. A plan that was made for another directory is refused.
      - A row with the action C(COMPLETE) becomes a waiver in C(waivers.json) of O(report_dir).
    type: path
  plan_digest:
    description: The SHA-256 of the file that was approved. Any other file is refused.
    type: str
  original_plan_path:
    description: The C(plan.jsonl) that an edited table was made from. Each of its rows is held against it.
    type: path
  policies:
    description: What may be done where the directory alone does not tell the right value. All are off until chosen.
    type: dict
    suboptions:
      suffix_map:
        description: Domains to the domains that take their place, in sign-in names and addresses.
        type: dict
        default: {}
      transliterate:
        description: Write letters outside ASCII in ASCII letters.
        type: bool
        default: false
      invalid_characters:
        description: Whether to take characters out that are not allowed.
        type: str
        choices: [keep, remove]
        default: keep
      rename_pattern:
        description:
          - The name that an object gets whose name is taken, as in V({local}{n}). It may use C({local}), C({sam}),
            C({given}) and C({surname}), and must use C({n}), a number from 2.
        type: str
      duplicate_winner:
        description: Who keeps a value that several objects hold, by these questions in order.
        type: list
        elements: str
        choices: [mailbox_owner, enabled, primary, verified_domain, oldest]
        default: []
      unusable_secondaries:
        description: Whether to take secondary addresses away whose domain the cloud does not accept.
        type: str
        choices: [keep, remove]
        default: keep
      missing_upn:
        description: The suffix of the UPN that a user without one gets, before it C(sAMAccountName).
        type: str
      missing_proxy:
        description: Whether a mailbox without addresses gets a primary one from C(mail), else from the UPN.
        type: bool
        default: false
      missing_nickname:
        description: Whether a missing C(mailNickname) is made from the primary address, else from C(sAMAccountName).
        type: bool
        default: false
      primary_from:
        description: Which address becomes the primary one where none is, by these sources in order.
        type: list
        elements: str
        choices: [mail, upn, single]
        default: []
      align_upn_with:
        description: What the UPN of users in licence scope follows.
        type: str
        choices: [primary_smtp, mail]
      align_mail:
        description: Whether C(mail) follows the primary address.
        type: bool
        default: false
      display_name_from:
        description: What a blank C(displayName) is made from.
        type: str
        choices: [given_name_surname, cn]
      tidy_names:
        description: Whether to take surplus blanks away from names.
        type: bool
        default: false
      country_code_from_c:
        description: Whether C(countryCode) follows C(c).
        type: bool
        default: false
  repair_rules:
    description: Which rules are repaired.
    type: dict
    suboptions:
      include:
        description: These alone. Without any, all that can be repaired.
        type: list
        elements: str
        default: []
      exclude:
        description: These not.
        type: list
        elements: str
        default: []
  repair_objects:
    description: Which objects are changed, by DN (also of an OU above them) or objectGUID.
    type: dict
    suboptions:
      include:
        description: These alone. Without any, all.
        type: list
        elements: str
        default: []
      exclude:
        description: These not.
        type: list
        elements: str
        default: []
seealso:
  - module: syncready.m365.audit_info
  - module: syncready.m365.rollback
  - module: syncready.m365.object_attributes
"""

EXAMPLES = r"""
- name: Make a plan
  syncready.m365.remediation:
    server: dc1.contoso.local
    username: audit@contoso.local
    password: "{{ audit_password }}"
    verified_domains: [contoso.com]
    policies:
      suffix_map:
        contoso.local: contoso.com
      align_mail: true
      duplicate_winner: [mailbox_owner, enabled, oldest]
      rename_pattern: "{local}{n}"
    report_dir: /srv/reports/contoso-plan
  register: plan

- name: Apply the plan that was approved
  syncready.m365.remediation:
    mode: apply
    server: dc1.contoso.local
    username: svc-change@contoso.local
    password: "{{ vaulted_password }}"
    plan_path: /srv/reports/contoso-plan/plan.jsonl
    plan_digest: "{{ approved_digest }}"
    state_dir: /srv/syncready
    max_changes: 2000
    deadline: "2026-11-30T04:00:00+01:00"
    ticket: CHG0012345
    approver: Anna Berg

- name: Turn a plan for an export into changes for ldifde
  syncready.m365.remediation:
    mode: apply
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    plan_path: /srv/reports/contoso-plan/plan.jsonl
    change_ldif_path: /srv/reports/changes.ldif
    max_changes: -1
    max_changed_percent: 100
"""

RETURN = r"""
source:
  description: Which directory was read or written; with O(transport=ldap) the domain controller is among it.
  returned: always
  type: dict
  sample: {"transport": "ldap", "server": "dc1.contoso.local", "domain": "contoso.local"}
plan:
  description:
    - The plan; C(plan_id), C(digest) (SHA-256 of the file C(plan.jsonl), or of O(plan_path); empty without a file),
      C(rows), C(objects) and C(created).
  returned: always
  type: dict
  sample: {"plan_id": "5c8a1d6e-8a55-4c0c-9d0d-1d4f2f7f7a11", "digest": "0d5c...", "rows": 57, "objects": 41}
summary:
  description:
    - The audit that a new plan rests on, in numbers, as RV(syncready.m365.audit_info#module:summary). Empty with
      O(plan_path).
  returned: always
  type: dict
unrepaired:
  description: How many objects with findings a new plan does not change, by the reason.
  returned: always
  type: dict
  sample: {"a person must decide, or the rule is not among those to repair": 12}
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
    - What became of the objects, those first that somebody must look at; O(max_returned) at the most. With O(mode=plan),
      what the plan would do.
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
    forest_spec,
    rules_spec,
    writing_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.assumed import assumed_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.policies import policies_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.remediation import EMPTY_RESULT, remediate
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    spec = {
        **directory_spec(),
        **rules_spec(),
        **forest_spec(),
        **writing_spec(),
        **policies_spec(),
        **assumed_spec(),
        "mode": {"type": "str", "choices": ["plan", "apply"], "default": "plan"},
        "plan_path": {"type": "path"},
        "plan_digest": {"type": "str"},
        "original_plan_path": {"type": "path"},
    }
    run_module(spec, remediate, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS)


if __name__ == "__main__":
    main()
