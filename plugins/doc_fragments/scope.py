# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which objects are synchronized."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment ``scope``."""

    DOCUMENTATION = r"""
options:
  sync_scope:
    description:
      - The OUs that are synchronized. Objects outside are taken for not synchronized; in the audit they get one finding
        that says so and no other.
      - The deepest OU that is named decides for an object.
    type: dict
    suboptions:
      include:
        description: DNs of OUs that are synchronized. Without any, everything is.
        type: list
        elements: str
        default: []
      exclude:
        description: DNs of OUs that are not synchronized.
        type: list
        elements: str
        default: []
"""
