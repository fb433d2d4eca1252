# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The short way past names without unusual characters finds what a look at every character finds."""

from __future__ import annotations

import re
import sys

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._rules import name_characters
from ansible_collections.syncready.m365.plugins.module_utils._rules.name_characters import bad_name_characters


def test_no_bad_character_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    every = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    short = [bad_name_characters(character) for character in every]
    monkeypatch.setattr(name_characters, "_UNUSUAL", re.compile("(?s)."))
    assert short == [bad_name_characters(character) for character in every]
    assert sum(1 for found in short if any(found)) > 100
