# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of this folder have in common."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.directories import contoso
from ansible_collections.syncready.m365.tests.directories.model import Forest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def forest() -> Forest:
    """The sample directory."""
    return contoso.build()


@pytest.fixture(scope="session")
def committed_ldif() -> str:
    """The objects of the sample as they are kept."""
    return (ROOT / "demo" / "contoso.ldif").read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def committed_labels() -> dict[str, t.Any]:
    """The labels of the sample as they are kept."""
    data: dict[str, t.Any] = json.loads((ROOT / "tests" / "directories" / "contoso.labels.json").read_text("utf-8"))
    return data
