#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connection_info
short_description: Find out why a connection to Active Directory does not work, or what it may do
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - Checks a connection step by step, and says of each step how it stands and what to do about it.
  - For a domain controller these are the options, the Python libraries, Kerberos, the SRV records and the name, the port,
    TLS, what the server is, its clock, the sign-in and whom it is for, whether the server demands signing and channel
    binding, what the account may read and write, the limits of the server and the rights to follow changes.
  - Through WinRM these are the options, the Python libraries, the ticket, the name and the port of the host, the sign-in
    and the program that runs on it, whether input and output of some megabytes arrive whole, whether a lost answer can be
    had again, the sign-in to the domain controller with and without credentials of its own, compression, whether a program
    ends that nobody speaks to, whether errors can be read, whether the event log of PowerShell holds a password, and what
    the account may read and write. They prove on your host what the tests of the collection could only prove elsewhere.
  - For an export it is whether the file is complete.
  - Nothing is ever written. To see what the server demands, the account signs in twice more without protection, if
    pyspnego is installed; its password is not sent in clear text by that.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.info_module
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
options:
  fail_on:
    description:
      - When the task is to fail. V(failed) means when a check has failed, V(warning) when one has failed or warns.
      - All checks are returned in any case.
    type: str
    choices: [none, failed, warning]
    default: failed
  thorough:
    description:
      - With O(transport=winrm), also check what takes minutes, namely whether a connection survives 130 seconds without a
        word.
    type: bool
    default: false
seealso:
  - module: syncready.m365.audit_info
"""

EXAMPLES = r"""
- name: Check the connection before an audit
  syncready.m365.connection_info:
    server: dc1.contoso.local
    username: audit@contoso.local
    password: "{{ audit_password }}"
    ca_cert: /etc/pki/contoso-ca.pem

- name: Look at everything, whatever the outcome
  syncready.m365.connection_info:
    server: dc1.contoso.local
    auth_protocol: kerberos
    fail_on: none
  register: checked

- name: Prove the way through WinRM on this host
  syncready.m365.connection_info:
    transport: winrm
    winrm_host: dc1.contoso.local
    winrm_transport: kerberos
    username: audit@contoso.local
    password: "{{ audit_password }}"
    thorough: true

- name: Show one line for each check
  ansible.builtin.debug:
    msg: "{{ checked.checks | map(attribute='message') }}"
"""

RETURN = r"""
ready:
  description: Whether no check has failed.
  returned: always
  type: bool
  sample: true
checks:
  description: The checks, in their order.
  returned: always
  type: list
  elements: dict
  contains:
    check:
      description: What was checked.
      type: str
      sample: tls
    status:
      description: One of C(ok), C(warning), C(failed) and C(skipped). A check is skipped when an earlier one makes it moot.
      type: str
      sample: failed
    message:
      description: What was found.
      type: str
      sample: The certificate of dc1.contoso.local:636 comes from an authority that is not known here.
    what_to_do:
      description: What to do about it. Empty where there is nothing to do.
      type: str
      sample: Give that authority's certificate in ca_cert.
error_code:
  description: Null, or a stable word for the first check that failed.
  returned: always
  type: str
  sample: UNTRUSTED_CERTIFICATE
"""

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    DIRECTORY_CONSTRAINTS,
    directory_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.connection import EMPTY_RESULT, examine
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    spec = {
        **directory_spec(),
        "fail_on": {"type": "str", "choices": ["none", "failed", "warning"], "default": "failed"},
        "thorough": {"type": "bool", "default": False},
    }
    run_module(spec, examine, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS)


if __name__ == "__main__":
    main()
