# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forest itself, and the forests beside it."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragments ``forest``, ``forest.exchange`` and ``forest.compare``."""

    DOCUMENTATION = r"""
options:
  other_forests:
    description:
      - The other forests of the same project, each name with the list of its UPN suffixes and DNS domains.
        RV(syncready.m365.forest_info#module:names) is such a list.
      - A suffix that two forests have is reported, since signing in with it works in one of them only.
    type: dict
    default: {}
"""

    EXCHANGE = r"""
options:
  minimum_exchange_build:
    description:
      - The oldest build of Exchange that is good enough, such as V(15.1.2507). Older servers are reported.
      - The directory shows the cumulative update of a server, not its security updates, so a fourth number says
        nothing.
    type: str
"""

    COMPARE = r"""
options:
  compare_snapshots:
    description:
      - The snapshots (C(snapshot.sqlite)) that audits of several forests left in their O(report_dir). The module then
        compares these forests, reads no directory, and needs no connection.
      - Reported is what no audit of one forest can see. These are addresses and names that people of different forests
        have, anchors, suffixes that clash, and linked mailboxes whose account is in none of them.
      - With O(report_dir), C(forests.jsonl) and C(forests.csv) hold these findings, and C(report.html) shows all of the
        forests with them, each as its audit left it.
    type: list
    elements: path
    default: []
  forest_join:
    description:
      - How the objects of one person in several forests are found. Duplicates are judged between persons, not between
        the objects of one.
      - V(mail) joins users with the same C(mail), V(master_account) a linked mailbox with the account that
        C(msExchMasterAccountSid) names, V(attribute) users with the same value of O(forest_join_attribute). A value that
        two users of one forest have joins nobody.
      - With V(attribute), audit the forests with the same option first.
    type: str
    choices: [none, mail, master_account, attribute]
    default: none
  forest_join_attribute:
    description: The LDAP name of the attribute by which people are joined, such as V(employeeID).
    type: str
  galsync_ous:
    description:
      - DNs of the OUs with contacts that stand for people and groups of the other forests. Such a contact is no other
        holder of its address.
    type: list
    elements: str
    default: []
"""
