# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the rules judge."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment ``rules``."""

    DOCUMENTATION = r"""
options:
  verified_domains:
    description:
      - The domains that are verified in the tenant, each by its exact name; sub-domains are named too.
      - A domain that is named is routable, whatever else is known of it. C(*.onmicrosoft.com) and
        C(*.microsoftonline.com) need not be named.
      - Without it, every domain below an existing top-level domain is accepted.
    type: list
    elements: str
    default: []
  licence_scope:
    description:
      - The users who will get a licence, by OU, group or filter. A user that any of them names is in scope.
      - By default these are enabled users with a mailbox, here or in the cloud, resources apart, and enabled users with
        C(mail) and no recipient type.
    type: dict
    suboptions:
      ous:
        description: DNs of OUs. Users in them and below are in scope.
        type: list
        elements: str
        default: []
      groups:
        description: DNs of groups. Their direct and nested members are in scope; members by primary group are not seen.
        type: list
        elements: str
        default: []
      filter:
        description: An LDAP filter. Users that match it are in scope.
        type: str
  sign_in_attribute:
    description:
      - The attribute that becomes the sign-in name in the cloud, judged in the place of C(userPrincipalName).
      - Set it where an alternate ID is configured, mostly to V(mail).
    type: str
    default: userPrincipalName
  severity_overrides:
    description: Rule to the severity that its findings get, one of C(error), C(warning) and C(info).
    type: dict
    default: {}
  enabled_rules:
    description:
      - Rules that are switched on in addition to those that run anyway, as V(non-ascii).
    type: list
    elements: str
    default: []
  disabled_rules:
    description: Rules whose findings are left out.
    type: list
    elements: str
    default: []
  gal_attributes:
    description:
      - The attributes of the address list that a user in licence scope should have. C(a|b) means that either will do.
      - By default C(givenName), C(sn), C(displayName), C(title), C(department), C(physicalDeliveryOfficeName),
        C(telephoneNumber), C(mobile), C(facsimileTelephoneNumber), C(streetAddress), C(l), C(st), C(postalCode) and
        C(c|co).
    type: list
    elements: str
  single_sign_on:
    description: Hold sign-in names to the characters that single sign-on allows.
    type: bool
    default: false
  third_party_migration:
    description:
      - Expect C(targetAddress) on mail-enabled users and contacts without a mailbox, as a migration from another mail
        system needs it for the address list of the cloud.
    type: bool
    default: false
  sync_client:
    description: What synchronizes, which decides how large a group may be.
    type: str
    choices: [connect, cloud_sync]
    default: connect
  waivers_path:
    description:
      - A YAML file with findings that somebody accepted. Each has C(reason), C(expires) (a day, at most a year ahead),
        and either C(fingerprint), or C(rule) and C(object) (objectGUID or DN).
      - Waived findings are listed as such and counted apart. When a waiver has expired, its findings come back.
    type: path
  processes:
    description:
      - How many processes judge the objects, beside the one that reads them. With V(1), one process does everything.
      - By default two where the computer has two processors or more to spare for this task, else one. The result is the
        same with any number. One process is used whatever the number is where only one processor may be used, on
        computers that cannot copy a running process (other than Linux), with transport V(winrm), and with O(max_rate)
        or O(search_bases).
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_PROCESSES) will be
        used instead.
    type: int
"""
