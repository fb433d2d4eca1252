# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The packages of the collection import only what lies below them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.support import house

MODULE_UTILS = Path(__file__).resolve().parents[2] / "plugins" / "module_utils"


def test_the_collection_keeps_the_rule() -> None:
    assert house.violations(MODULE_UTILS) == []


def test_the_collection_was_read() -> None:
    packages = {file.parent.name for file in MODULE_UTILS.rglob("*.py") if file.stat().st_size}
    assert {"_model", "_directory"} <= packages


def test_files_are_found_in_folders(tmp_path: Path) -> None:
    deep = tmp_path / "_rules" / "deep"
    deep.mkdir(parents=True)
    (deep / "x.py").write_text("from ..._audit import scan\n", encoding="utf-8")
    assert house.violations(tmp_path) == ["_rules/deep/x.py:1: _rules imports _audit, which is above it"]


FULL = "ansible_collections.syncready.m365.plugins.module_utils"


@pytest.mark.parametrize(
    ("path", "source", "reason"),
    [
        ("_model/x.py", "from .._rules.catalogue import RULES", "_model imports _rules, which is above it"),
        ("_model/x.py", "from .. import _rules", "_model imports _rules, which is above it"),
        ("_rules/x.py", f"import {FULL}._audit.scan", "_rules imports _audit, which is above it"),
        ("_rules/x.py", f"import {FULL}._audit.scan as scan", "_rules imports _audit, which is above it"),
        ("_rules/x.py", f"from {FULL} import _audit", "_rules imports _audit, which is above it"),
        ("_rules/x.py", f"from {FULL}._audit import scan", "_rules imports _audit, which is above it"),
        ("_rules/x.py", "def f():\n    from .._directory import ldif", "_rules imports _directory, which is above it"),
        (
            "_rules/x.py",
            "import typing as t\nif t.TYPE_CHECKING:\n    from .._audit.scan import Scan",
            "_rules imports _audit, which is above it",
        ),
        ("_rules/x.py", "try:\n    from .._audit import scan\nexcept ImportError:\n    pass", "_rules imports _audit"),
        ("_rules/deep/x.py", "from ..._audit import scan", "_rules imports _audit, which is above it"),
        ("_rules/__init__.py", "from .._audit import scan", "_rules imports _audit, which is above it"),
        ("_directory/x.py", "from .._rules.catalogue import RULES", "_directory must not know _rules"),
        ("_directory/x.py", "from .._exchange import builds", "_directory must not know _exchange"),
        ("_report/x.py", "from .._ansible.result import shape", "_report imports _ansible, which is above it"),
        ("_audit/x.py", "from ansible.module_utils.basic import AnsibleModule", "_audit must not know Ansible"),
        ("_audit/x.py", "import ansible", "_audit must not know Ansible"),
        ("_model/x.py", "def f():\n    import ansible.errors", "_model must not know Ansible"),
        ("_rules/x.py", "import os", "_rules is pure, but imports os"),
        ("_rules/x.py", "import os.path", "_rules is pure, but imports os.path"),
        ("_rules/x.py", "from pathlib import Path", "_rules is pure, but imports pathlib.Path"),
        ("_exchange/x.py", "import re, socket", "_exchange is pure, but imports socket"),
        ("_exchange/x.py", "import sqlite3", "_exchange is pure, but imports sqlite3"),
        ("_model/x.py", "import subprocess", "_model is pure, but imports subprocess"),
        ("_rules/x.py", "def f():\n    return open('x')", "_rules is pure, but calls open()"),
        ("_rules/x.py", "print('x')", "_rules is pure, but calls print()"),
        ("_rules/x.py", "import importlib\nimportlib.import_module('os')", "import_module() hides what is imported"),
        ("_audit/x.py", "__import__('ansible')", "__import__() hides what is imported"),
        ("_audit/x.py", "from ....roles import x", "is no package of the house"),
        ("_audit/x.py", "from ..unknown import x", "unknown is no package of the house"),
        ("_audit/x.py", "import ansible_collections.syncready.m365.plugins.modules.audit_info", "is no package of"),
        ("_unknown/x.py", "", "_unknown is no package of the house"),
        ("x.py", "", "lies in no package of the house"),
    ],
)
def test_a_violation_is_found(path: str, source: str, reason: str) -> None:
    found = house.violations_of(path, source)
    assert len(found) == 1
    assert reason in found[0]
    assert found[0].startswith(path)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("__init__.py", ""),
        ("_model/x.py", "import re\nimport typing as t\nfrom .errors import OptionError\nfrom . import errors"),
        (
            "_rules/x.py",
            "from .._model.entry import Entry\nfrom .._exchange import builds\nfrom .catalogue import RULES",
        ),
        ("_rules/x.py", "class F:\n    def open(self):\n        return self.open()"),
        ("_directory/ldif.py", "import os\nfrom .._model.entry import Entry\nopen('x')"),
        (
            "_audit/x.py",
            "import sqlite3\nfrom .._rules import a\nfrom .._exchange import b\nfrom .._directory import c",
        ),
        ("_ansible/x.py", "from ansible.module_utils.basic import AnsibleModule\nfrom .._report import csv"),
        ("_ansible/x.py", f"from {FULL}._report.csv import write"),
        ("_audit/x.py", "import ansible_like"),
    ],
)
def test_what_is_allowed_is_left_alone(path: str, source: str) -> None:
    assert house.violations_of(path, source) == []


def test_the_line_is_named() -> None:
    assert house.violations_of("_rules/x.py", "import re\n\nimport os\n") == [
        "_rules/x.py:3: _rules is pure, but imports os"
    ]
