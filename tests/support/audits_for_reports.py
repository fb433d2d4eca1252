# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audits of the sample directory as the module does them, for the tests of reports and of drift."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    directory_spec,
    forest_spec,
    rules_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.audit import audit, audit_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.audit_preview import beside_spec

SAMPLE = Path(__file__).resolve().parents[2] / "demo" / "contoso.ldif"


class FakeModule:
    """What the work of a module asks of Ansible.

    Args:
        check_mode: whether it is a rehearsal.
        given: options; what is not given has its default.
    """

    def __init__(self, check_mode: bool = False, **given: t.Any) -> None:
        spec = {**directory_spec(), **rules_spec(), **forest_spec(), **audit_spec(), **beside_spec()}
        unknown = set(given) - set(spec)
        assert not unknown, unknown
        self.params = {name: given.get(name, option.get("default")) for name, option in spec.items()}
        self.check_mode = check_mode
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        """Take a warning."""
        self.warnings.append(text)


def run_audit_module(check_mode: bool = False, **given: t.Any) -> dict[str, t.Any]:
    """Return the result of the module with these options on an export, the sample where none is named."""
    options = {
        "transport": "ldif",
        "ldif_path": str(SAMPLE),
        "verified_domains": ["contoso.com", "fabrikam.com"],
        **given,
    }
    return audit(t.cast(t.Any, FakeModule(check_mode, **options)))


def snapshot_of_sample(path: Path) -> Path:
    """Audit the sample; leave its snapshot at a path, which is returned."""
    result = run_audit_module(report_dir=str(path.parent / "report"))
    Path(result["artifacts"]["snapshot_sqlite"]["path"]).rename(path)
    return path
