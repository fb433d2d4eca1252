#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: upn_suffix
short_description: Manage the UPN suffixes of a forest or of an organizational unit
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - Registers UPN suffixes in C(CN=Partitions) of the forest, or on an organizational unit, and takes them away. This is
    step 4 of Microsoft's document.
  - Suffixes are compared without case. What is there is read right before the write, and one modify deletes exactly the
    values that go and adds the missing ones, so that two runs at once lose nothing.
  - Before anything is written, new names are checked, the account's right to write is looked up, and every domain of the
    forest is searched for accounts that carry a suffix which would go; those that O(domains) names, where it does not
    name all.
  - A suffix of an organizational unit is only offered to those who administer its users; nothing enforces it.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
  - syncready.m365.forest
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  suffixes:
    description:
      - The suffixes, such as V(contoso.com). A leading C(@) is dropped. A name in another script is registered in its
        ASCII form, since sign-in names must be ASCII.
      - New names must have parts of letters, digits, hyphens and underscores, and 48 characters at the most. Names that
        are there already are not checked.
    type: list
    elements: str
    required: true
  state:
    description:
      - V(present) adds what is missing, V(absent) takes away what is there.
      - V(exact) does both, so that these suffixes and no others are registered.
    type: str
    choices: [present, absent, exact]
    default: present
  ou:
    description: DN of an organizational unit. Without it, the suffixes of the forest are meant.
    type: str
  allow_non_routable:
    description: Register names too that can never be verified in the cloud, such as V(contoso.local).
    type: bool
    default: false
  force:
    description: Take suffixes away although accounts carry them. Nobody is searched for then.
    type: bool
    default: false
  change_ldif_path:
    description:
      - With O(transport=ldif), where to write the change for an import by hand (C(ldifde -i -f), C(ldapmodify -f)).
        Required where there is something to change, but in check mode.
      - The file is replaced when the change is another one, and left alone when nothing is to be changed.
    type: path
notes:
  - Other domain controllers see the change after replication. Run the module against the same one until then.
  - For an account without the right to write, the module fails with RV(error_code=NO_RIGHTS), in check mode too.
seealso:
  - module: syncready.m365.forest_info
  - name: Prepare for directory synchronization to Microsoft 365
    description: Microsoft's document.
    link: https://learn.microsoft.com/microsoft-365/enterprise/prepare-for-directory-synchronization
"""

EXAMPLES = r"""
- name: Register the domains that people will sign in with
  syncready.m365.upn_suffix:
    server: dc1.contoso.local
    username: svc-change@contoso.local
    password: "{{ vaulted_password }}"
    suffixes:
      - contoso.com
      - fabrikam.com

- name: Offer a suffix in one organizational unit only
  syncready.m365.upn_suffix:
    suffixes: [stores.contoso.com]
    ou: OU=Stores,DC=contoso,DC=local

- name: Take a suffix away that nobody carries any more
  syncready.m365.upn_suffix:
    suffixes: [old.example.net]
    state: absent

- name: Have the change of an export written as LDIF
  syncready.m365.upn_suffix:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    change_ldif_path: /srv/changes/upn-suffixes.ldif
    suffixes: [contoso.com]

- name: Do not take a suffix that another forest of the project has
  syncready.m365.upn_suffix:
    suffixes: [contoso.com]
    other_forests:
      fabrikam: "{{ hostvars['fabrikam'].forest.names }}"
"""

RETURN = r"""
source:
  description: Which directory was read and written; with O(transport=ldap) the domain controller is among it.
  returned: always
  type: dict
  sample: {"transport": "ldap", "server": "dc1.contoso.local", "domain": "contoso.local", "forest": "contoso.local"}
dn:
  description: The object that holds the suffixes; null when it was not found.
  returned: always
  type: str
  sample: CN=Partitions,CN=Configuration,DC=contoso,DC=local
suffixes:
  description: The suffixes as they are afterwards, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: [contoso.com, fabrikam.com]
added:
  description: Suffixes that were added.
  returned: always
  type: list
  elements: str
  sample: [contoso.com]
removed:
  description: Suffixes that were taken away.
  returned: always
  type: list
  elements: str
  sample: []
in_use:
  description: Why nothing was removed, with RV(error_code=SUFFIX_IN_USE); else empty.
  returned: always
  type: list
  elements: dict
  contains:
    suffix:
      description: The suffix.
      type: str
      sample: old.example.net
    users:
      description: How many accounts carry it.
      type: int
      sample: 17
    examples:
      description: Some of their sign-in names.
      type: list
      elements: str
      sample: [anna@old.example.net]
change_ldif:
  description: The change file that is to be imported, with O(transport=ldif); null without a change.
  returned: always
  type: str
  sample: /srv/changes/upn-suffixes.ldif
diff:
  description: The suffixes before and after, one on a line; empty without a change.
  returned: always
  type: list
  elements: dict
error_code:
  description: Null, or a stable word for what went wrong.
  returned: always
  type: str
  sample: NO_RIGHTS
"""

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    DIRECTORY_CONSTRAINTS,
    directory_spec,
    other_forests_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.upn_suffix import EMPTY_RESULT, upn_suffix
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    spec = {
        **directory_spec(),
        **other_forests_spec(),
        "suffixes": {"type": "list", "elements": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent", "exact"], "default": "present"},
        "ou": {"type": "str"},
        "allow_non_routable": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "change_ldif_path": {"type": "path"},
    }
    run_module(spec, upn_suffix, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS)


if __name__ == "__main__":
    main()
