# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one family of errors that the collection raises on purpose.

Everything below ``_ansible`` raises these; ``_ansible`` turns them into a module failure in one place.
"""

from __future__ import annotations


class SyncreadyError(Exception):
    """Something went wrong that a person can act on.

    The message is one sentence or two: what is wrong, where, and what to do. It never holds a secret.

    Attributes:
        code: a stable word in capitals for programs (``error_code`` in results).
    """

    code = "SYNCREADY_ERROR"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class OptionError(SyncreadyError):
    """An option, or a file that an option names, does not say something usable."""

    code = "BAD_OPTION"


class DirectoryError(SyncreadyError):
    """The directory could not be read or written completely."""

    code = "DIRECTORY_ERROR"


class ConflictError(DirectoryError):
    """An object is no longer as it was read: somebody else changed it. Nothing was written."""

    code = "CONFLICT"


class EntryError(DirectoryError):
    """One entry holds something that a directory never holds."""

    code = "BAD_ENTRY"


class OutputError(SyncreadyError):
    """A report, a snapshot or another file of ours could not be written."""

    code = "OUTPUT_ERROR"
