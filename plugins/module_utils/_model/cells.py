# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cells of a CSV file that people open in a spreadsheet.

A cell that begins with certain characters is taken for a formula and run. Such cells get an apostrophe in front, and so
do cells that begin with one already: reading takes away exactly what writing put there.
"""

from __future__ import annotations

# The full-width forms are taken for formulas in East Asian settings; tab, line feed and return may hide one.
_DANGEROUS = frozenset("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20")


def escape(cell: str) -> str:
    """Return a cell as it is written."""
    return "'" + cell if cell[:1] in _DANGEROUS and cell else cell


def unescape(cell: str) -> str:
    """Return the text of a cell that ``escape`` wrote."""
    return cell[1:] if cell.startswith("'") else cell


def is_dangerous(cell: str) -> bool:
    """Return whether a cell would be taken for a formula as it stands; what ``escape`` wrote never is."""
    return cell[:1] in _DANGEROUS and not cell.startswith("'") and cell != ""
