# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows how far the module user_principal_name is while it runs. The module works without this, too."""

from __future__ import annotations

from ansible_collections.syncready.m365.plugins.plugin_utils._progress import ProgressAction


class ActionModule(ProgressAction):
    """Runs the module, and shows how far it is."""
