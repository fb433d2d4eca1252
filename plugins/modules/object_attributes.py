#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: object_attributes
short_description: Set attributes of one object, checked by the rules
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - Gives attributes of one user, contact, group or other object the values that are wanted.
  - A value that the rules of the catalogue call an error, or that another object holds already, is refused, unless
    O(allow_invalid) is set. Errors that the object has anyway do not count.
  - The object is read right before the write, and one modify deletes exactly the values that go and adds the new ones. When
    somebody was faster, nothing is written, and the module fails with RV(error_code=CONFLICT).
  - It needs neither a plan nor a directory for journals. RV(diff) is the way back.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  object:
    description:
      - The object, by DN, objectGUID, user principal name or sAMAccountName.
      - When several objects have the name, the module fails with RV(error_code=AMBIGUOUS), and it never picks one.
    type: str
    required: true
  attributes:
    description:
      - Attributes by their LDAP names, each with a value or a list of values.
      - Attributes that decide about identity and rights are refused, such as C(objectSid), C(member), C(userPassword) and
        C(userAccountControl).
    type: dict
    required: true
  state:
    description:
      - V(present) adds values that are missing. An attribute that holds one value gets this one in the place of the old.
        A value that is there in another case gets the given one.
      - V(absent) takes values away, whatever their case is.
      - V(exact) does both, so that the attribute has these values and no others. An empty list takes the attribute away.
    type: str
    choices: [present, absent, exact]
    default: present
  allow_invalid:
    description: Write values although the rules call them an error.
    type: bool
    default: false
  verified_domains:
    description:
      - The domains that are verified in the tenant. Without it, every domain below an existing top-level domain is
        accepted.
    type: list
    elements: str
    default: []
  sign_in_attribute:
    description: The attribute that becomes the sign-in name in the cloud.
    type: str
    default: userPrincipalName
  single_sign_on:
    description: Hold sign-in names to the characters that single sign-on allows.
    type: bool
    default: false
  severity_overrides:
    description: Rule to the severity that its findings get, one of C(error), C(warning) and C(info).
    type: dict
    default: {}
  disabled_rules:
    description: Rules that do not count.
    type: list
    elements: str
    default: []
  change_ldif_path:
    description:
      - With O(transport=ldif), where to write the change for an import by hand (C(ldifde -i -f), C(ldapmodify -f)).
        Required where there is something to change, but in check mode.
    type: path
notes:
  - Active Directory takes values for the same that differ in case or accents alone, when it deletes one. The exact comparison
    is made right before the write.
  - Other domain controllers see the change after replication. Run the module against the same one until then.
seealso:
  - module: syncready.m365.audit_info
  - module: syncready.m365.rollback
"""

EXAMPLES = r"""
- name: Give a user another address
  syncready.m365.object_attributes:
    server: dc1.contoso.local
    username: svc-change@contoso.local
    password: "{{ vaulted_password }}"
    object: anna.berg@contoso.com
    attributes:
      mail: anna.berg@contoso.com
      proxyAddresses:
        - SMTP:anna.berg@contoso.com
        - smtp:aberg@contoso.com
    state: exact

- name: Take an address away
  syncready.m365.object_attributes:
    object: CN=Sales,OU=Groups,DC=contoso,DC=local
    attributes:
      proxyAddresses: smtp:sales@fabrikam.com
    state: absent

- name: Take an attribute away
  syncready.m365.object_attributes:
    object: aberg
    attributes:
      extensionAttribute1: []
    state: exact
"""

RETURN = r"""
source:
  description: Which directory was read and written; with O(transport=ldap) the domain controller is among it.
  returned: always
  type: dict
  sample: {"transport": "ldap", "server": "dc1.contoso.local", "domain": "contoso.local"}
dn:
  description: The object; null when it was not found.
  returned: always
  type: str
  sample: CN=Anna Berg,OU=Staff,DC=contoso,DC=local
guid:
  description: Its objectGUID.
  returned: always
  type: str
  sample: 6f9619ff-8b86-d011-b42d-00c04fc964ff
attributes:
  description: The named attributes with all of their values, as they are afterwards or would be in check mode.
  returned: always
  type: dict
  sample: {"mail": ["anna.berg@contoso.com"]}
refused:
  description: Why nothing was written, with RV(error_code=INVALID_VALUE); else empty.
  returned: always
  type: list
  elements: dict
  contains:
    rule:
      description: The rule.
      type: str
      sample: mail-format
    attribute:
      description: The attribute.
      type: str
      sample: mail
    value:
      description: The value.
      type: str
      sample: anna berg@contoso.com
    message:
      description: What is wrong with it, in words.
      type: str
      sample: It holds a space.
change_ldif:
  description: The change file that is to be imported, with O(transport=ldif); null without a change.
  returned: always
  type: str
  sample: /srv/changes/anna.ldif
diff:
  description: The values that go and those that come; empty without a change.
  returned: always
  type: list
  elements: dict
error_code:
  description: Null, or a stable word for what went wrong.
  returned: always
  type: str
  sample: INVALID_VALUE
"""

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    DIRECTORY_CONSTRAINTS,
    directory_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.object_attributes import (
    EMPTY_RESULT,
    set_attributes,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    spec = {
        **directory_spec(),
        "object": {"type": "str", "required": True},
        "attributes": {"type": "dict", "required": True},
        "state": {"type": "str", "choices": ["present", "absent", "exact"], "default": "present"},
        "allow_invalid": {"type": "bool", "default": False},
        "verified_domains": {"type": "list", "elements": "str", "default": []},
        "sign_in_attribute": {"type": "str", "default": "userPrincipalName"},
        "single_sign_on": {"type": "bool", "default": False},
        "severity_overrides": {"type": "dict", "default": {}},
        "disabled_rules": {"type": "list", "elements": "str", "default": []},
        "change_ldif_path": {"type": "path"},
    }
    run_module(spec, set_attributes, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS)


if __name__ == "__main__":
    main()
