# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing without case."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._model.text import fold


@given(st.text(), st.text())
def test_fold_is_ordinal(one: str, other: str) -> None:
    folded = fold(one)
    assert len(folded) == len(one)
    assert fold(folded) == folded
    assert fold(one + other) == folded + fold(other)
    for char, other_char in zip(one, folded, strict=True):
        assert char.isascii() == other_char.isascii()
