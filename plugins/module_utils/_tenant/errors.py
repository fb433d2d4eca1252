# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be wrong with a file that the tenant's side gave."""

from __future__ import annotations

from .._model.errors import SyncreadyError


class TenantFileError(SyncreadyError):
    """A file from the tenant cannot be read, was cut off, or is something else than it should be."""

    code = "TENANT_FILE"
