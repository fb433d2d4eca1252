#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rollback
short_description: Take back what a journal recorded
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - Takes back what M(syncready.m365.remediation) wrote, all of it or chosen objects, the newest change first.
  - Every object is read again and compared right before the write. What somebody changed afterwards is left alone and
    listed, and the module fails then with RV(error_code=PARTIAL) after everything else was taken back.
  - A roll back has its own journal, so that it can be taken back too.
  - What Microsoft 365 did in the meantime is not undone by this.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
  - syncready.m365.writing
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  journal_path:
    description:
      - The journal, as RV(syncready.m365.remediation#module:journal) names it. A name alone is looked for in O(state_dir).
      - A journal of which a line is missing or was changed is refused. The undo LDIF beside it holds the same changes.
    type: path
    required: true
  objects:
    description:
      - The objects that are meant, by DN, objectGUID or name as the journal has them. Without it, all of them.
    type: list
    elements: str
    default: []
seealso:
  - module: syncready.m365.remediation
  - module: syncready.m365.object_attributes
"""

EXAMPLES = r"""
- name: See what would be taken back
  syncready.m365.rollback:
    server: dc1.contoso.local
    username: svc-change@contoso.local
    password: "{{ vaulted_password }}"
    state_dir: /srv/syncready
    journal_path: apply-3f1c0e5a9b7d2468.jsonl
  check_mode: true
  diff: true

- name: Take everything back
  syncready.m365.rollback:
    state_dir: /srv/syncready
    journal_path: apply-3f1c0e5a9b7d2468.jsonl
    max_changes: 2000
    ticket: CHG0012345

- name: Take one object back
  syncready.m365.rollback:
    state_dir: /srv/syncready
    journal_path: apply-3f1c0e5a9b7d2468.jsonl
    objects:
      - CN=Anna Berg,OU=Staff,DC=contoso,DC=local
"""

RETURN = r"""
source:
  description: Which directory was written; with O(transport=ldap) the domain controller is among it.
  returned: always
  type: dict
  sample: {"transport": "ldap", "server": "dc1.contoso.local", "domain": "contoso.local"}
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
  description: What became of the objects, those first that somebody must look at; O(max_returned) at the most.
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
      sample: []
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
  sample: /srv/syncready/rollback-77c1d0aa93be1f52.jsonl
undo_ldif:
  description: The way back as LDIF, for C(ldifde) and C(ldapmodify); null where there is none.
  returned: always
  type: str
  sample: /srv/syncready/rollback-77c1d0aa93be1f52.undo.ldif
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
  description: The files with the full lists; C(path) and C(sha256) of each.
  returned: always
  type: dict
  sample: {"outcomes_csv": {"path": "/srv/syncready/rollback-77c1d0aa93be1f52.outcomes/outcomes.csv", "sha256": "0d5c..."}}
error_code:
  description: Null, or a stable word for what went wrong.
  returned: always
  type: str
  sample: PARTIAL
"""

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    DIRECTORY_CONSTRAINTS,
    directory_spec,
    guarded_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.rollback import EMPTY_RESULT, roll_back
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    spec = {
        **directory_spec(),
        **guarded_spec(),
        "journal_path": {"type": "path", "required": True},
        "objects": {"type": "list", "elements": "str", "default": []},
    }
    run_module(spec, roll_back, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS)


if __name__ == "__main__":
    main()
