# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong with plans, journals and the directory that keeps them."""

from __future__ import annotations

from .._model.errors import OutputError, SyncreadyError


class PlanError(SyncreadyError):
    """A plan cannot be read, or may not be applied. Nothing was written."""

    code = "BAD_PLAN"


class JournalError(SyncreadyError):
    """A journal is not what was written into it."""

    code = "JOURNAL_ALTERED"


class StateError(OutputError):
    """The directory for journals is not fit for its purpose. Nothing was written to Active Directory."""

    code = "BAD_STATE_DIR"
