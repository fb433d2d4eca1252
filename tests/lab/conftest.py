# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fixtures of the lab, for its own tests."""

from __future__ import annotations

from .fixtures import dc, empty_dc, lab, module_dc, module_lab, own_lab, shared_dc

__all__ = ["dc", "empty_dc", "lab", "module_dc", "module_lab", "own_lab", "shared_dc"]
