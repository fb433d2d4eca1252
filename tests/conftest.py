# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets the tests import the collection by its full name from a checkout that lies anywhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def collections_path() -> Path:
    """Return a folder that holds this checkout as ``ansible_collections/syncready/m365``; lay a link where there is none."""
    if ROOT.parts[-3:] == ("ansible_collections", "syncready", "m365"):
        return ROOT.parents[2]
    tree = ROOT / "build" / "tree"
    link = tree / "ansible_collections" / "syncready" / "m365"
    if not (link.is_symlink() and link.resolve() == ROOT):
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT, target_is_directory=True)
    return tree


if "ansible_collections" not in sys.modules:
    sys.path.insert(0, str(collections_path()))
    # Child processes (ansible-playbook, ansible-doc) look here.
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(collections_path())
