# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forest itself, and the forests beside it."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragments ``forest`` and ``forest.exchange``."""

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
