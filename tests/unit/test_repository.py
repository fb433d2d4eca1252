# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for the files of the repository as a whole."""

from __future__ import annotations

import re

import pytest

from ansible_collections.syncready.m365.tests.support.repository import ROOT, files

HEADER = [
    "# Copyright (c) 2026, the syncready.m365 authors",
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
]

#: Folders that exist on the machine of one person, and nowhere else.
MACHINE_PATHS = re.compile(rb"(?<![\w.$}/-])/(?:root|work|Users|home/[a-z]\w*|tmp/wt)/")


def has_header(text: str) -> bool:
    """Return whether a source begins with the licence, below the line that names the interpreter."""
    lines = text.splitlines()
    if lines and lines[0].startswith("#!"):
        del lines[0]
    return lines[:3] == HEADER


def test_the_repository_speaks_only_of_itself() -> None:
    found = [str(file) for file in files() if MACHINE_PATHS.search((ROOT / file).read_bytes())]
    assert found == [], "these files name folders of somebody's machine"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see /" + "root/x", True),
        ("'/" + "work/main/x'", True),
        ("(/" + "tmp/wt/x)", True),
        ("/" + "home/anna/x", True),
        ("https://example.com/" + "work/x", False),
        ("a/" + "root/b", False),
        ("${HOME}/" + "work/x", False),
        ("/var/lib/syncready", False),
    ],
)
def test_machine_paths_are_recognised(text: str, found: bool) -> None:
    assert bool(MACHINE_PATHS.search(text.encode())) is found


def test_sources_begin_with_the_licence() -> None:
    sources = [file for file in files() if file.suffix in {".py", ".sh"} or file.parent.name == "scripts"]
    assert len(sources) > 10
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file in sources}
    assert [str(file) for file, text in texts.items() if text and not has_header(text)] == []


def test_the_licence_is_recognised() -> None:
    header = "\n".join(HEADER)
    assert has_header(header)
    assert has_header("#!/usr/bin/python\n" + header)
    assert not has_header("import os\n" + header)


def test_packages_of_plugins_have_empty_init_files() -> None:
    inits = [file for file in files() if file.name == "__init__.py" and file.parts[0] == "plugins"]
    assert inits
    assert [str(file) for file in inits if (ROOT / file).stat().st_size] == []


def test_no_test_of_the_sanity_checks_is_ignored() -> None:
    assert [str(file) for file in files() if file.match("tests/sanity/ignore*")] == []
