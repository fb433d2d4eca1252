# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out a file of changes on a copy of an export, as the import by hand would do on the directory.

Usage: python import_changes.py EXPORT CHANGES COPY
"""

from __future__ import annotations

import sys
from pathlib import Path

from ansible_collections.syncready.m365.tests.support.change_files import imported


def main(arguments: list[str]) -> None:
    """Write the copy."""
    export, changes, copy = map(Path, arguments)
    imported(export, changes, copy)


if __name__ == "__main__":
    main(sys.argv[1:])
