# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one error of the lab."""

from __future__ import annotations


class LabError(Exception):
    """The lab cannot do what was asked. The message is a sentence for a person: what is wrong and what to do."""
