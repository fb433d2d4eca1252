# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Earlier steps that a rehearsal takes for done."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment ``assumed``."""

    DOCUMENTATION = r"""
options:
  assume_applied:
    description:
      - Plans of the steps before this one. The directory is read as if they had been applied in this order, so that a
        rehearsal of several steps shows what each of them would find after the others.
      - A plan may have any form that O(syncready.m365.remediation#module:plan_path) takes. One that was made for another
        directory is refused.
      - An object that does not hold the values which a plan found there is read as it is, and counted in a warning;
        applying the plan would make it a conflict. Limits, protected accounts and rights are not looked at.
      - A server knows only the values that are there. What it finds by an attribute that the plans change is judged again
        with the new values, and objects of the plans that match only then are read beside.
      - RV(source) says what was assumed. Nothing can be written with this option.
    type: list
    elements: path
    default: []
  assume_upn_suffixes:
    description: UPN suffixes that an earlier step would register. They count as registered in the forest.
    type: list
    elements: str
    default: []
"""
