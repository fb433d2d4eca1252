# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Directories made for tests: a labelled sample, a healthy one, and one of any size for measurements.

Nothing here uses the rules of the collection: every label was written down by hand from what Microsoft 365 is
documented to do, so that the labels can prove the rules. The standard library is enough, and the same call
always writes the same bytes.
"""
