# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix of Teams: its edition, features and locations, and mailboxes in places that no directory shows."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment ``teams``."""

    DOCUMENTATION = r"""
options:
  edition:
    description:
      - The edition of the document.
      - V(newest) is that of 2023 with 14 features, V(seed) that of 2018 with 13. Advisories and conditions go with it.
      - RV(ansible_facts.syncready_teams.differences) lists where the two differ for locations that are present.
    type: str
    choices: [newest, seed]
    default: newest
  feature:
    description: The features to answer for in RV(users), RV(cells) and C(teams.jsonl). Without it, all of the edition.
    type: list
    elements: str
    choices:
      - ediscovery
      - legal_hold
      - retention
      - team_and_channel_management
      - meetings
      - profile_picture
      - call_history
      - contacts
      - outlook_contacts
      - voicemail
      - connectors
      - tabs
      - bots
      - out_of_office
    default: []
  location:
    description:
      - Users whose mailboxes are there are answered for. Without it, users anywhere.
      - RV(cells) are those of these locations, whether or not anybody is there.
    type: list
    elements: str
    choices:
      - exchange_online
      - exchange_online_dedicated_vnext
      - exchange_online_dedicated_legacy
      - exchange_on_premises
      - external
      - none
      - unknown
      - inconsistent
    default: []
  location_overrides:
    description:
      - Users whose mailboxes are in Exchange Online Dedicated, which nothing in the directory shows.
      - The first override that names a user counts, before everything that the attributes of the user say. Accounts of
        the system are never meant.
    type: list
    elements: dict
    default: []
    suboptions:
      location:
        description: Where their mailboxes are.
        type: str
        choices: [exchange_online_dedicated_vnext, exchange_online_dedicated_legacy]
        required: true
      ous:
        description: DNs of OUs. Users in them and below are meant. The DN of a domain means all its users.
        type: list
        elements: str
        default: []
      filter:
        description: An LDAP filter. Users that match it are meant.
        type: str
      domains:
        description: Domains of the primary SMTP address, or of C(mail) where there is none. Users there are meant.
        type: list
        elements: str
        default: []
"""
