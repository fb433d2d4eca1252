# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module says about check mode, diff mode and where it runs."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragments ``attributes`` and its parts."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying the directory.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no
      change.
  platform:
    description: Where the module runs. It is to run on the controller, in the interpreter that runs the playbook.
    platforms: posix
    support: full
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module does not modify the directory. Files that were asked for are written in check mode too.
  diff_mode:
    support: N/A
    details:
      - This module does not modify the directory.
  idempotent:
    support: N/A
    details:
      - This module does not modify the directory.
"""

    FACTS = r"""
options: {}
attributes:
  facts:
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
    support: full
"""

    ACTIONGROUP_DIRECTORY = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/syncready.m365.directory) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - syncready.m365.directory
"""
