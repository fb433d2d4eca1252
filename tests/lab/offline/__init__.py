# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must touch Samba's own files: run by the system's Python, which has Samba's libraries.

Each part is called as ``python3 -m lab.offline NAME`` with a JSON object on standard input and answers with one on
standard output. Nothing here may be imported by the rest of the lab.
"""
