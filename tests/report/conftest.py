# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the report share: one browser, and pages in files."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._report.html import render
from ansible_collections.syncready.m365.plugins.module_utils._report.html_parts import Applied, Part
from ansible_collections.syncready.m365.tests.report.browser import Browser

#: Writes a page, and returns where it is.
Page = t.Callable[..., Path]


@pytest.fixture(scope="session")
def browser() -> t.Iterator[Browser]:
    """A browser that all tests share."""
    found = Browser()
    yield found
    found.close()


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """What writes pages."""

    def write(*parts: Part, applied: Applied | None = None) -> Path:
        path = tmp_path_factory.mktemp("page") / "report.html"
        path.write_text(render(parts, applied=applied), encoding="utf-8")
        return path

    return write
