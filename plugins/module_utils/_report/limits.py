# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeping the results of tasks small."""

from __future__ import annotations

import typing as t

T = t.TypeVar("T")


class Cut:
    """Cuts lists.

    Args:
        limit: how many elements to keep.

    Attributes:
        truncated: whether a list was longer.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.truncated = False

    def __call__(self, values: t.Sequence[T]) -> list[T]:
        """Return the first elements."""
        self.truncated = self.truncated or len(values) > self._limit
        return list(values[: self._limit])
