# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which directory is meant, and how it is reached."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment ``directory``."""

    DOCUMENTATION = r"""
options:
  transport:
    description:
      - How the directory is reached.
      - V(ldif) reads an export that C(ldifde) or C(ldapsearch) wrote. It needs no server and no rights.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_TRANSPORT) will be used
        instead.
    type: str
    choices: [ldif]
    required: true
  ldif_path:
    description:
      - The export to read, required with O(transport=ldif).
      - It must hold the objects with their C(objectClass). Attributes that it does not hold at all count as unknown, not
        as missing. An export that was cut off is refused.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_LDIF_PATH) will be used
        instead.
    type: path
notes:
  - Run the modules of this collection on the controller, with C(ansible_connection=local) and
    C(ansible_python_interpreter={{ ansible_playbook_python }}), one inventory host for each forest.
requirements:
  - Python >= 3.10
  - publicsuffixlist
  - idna
  - PyYAML
"""
