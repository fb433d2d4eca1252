# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every field of ``extensions/awx`` against the modules of awx.awx in the package ``ansible``.

The step ``awx`` of ``scripts/test`` brings the package and names it in SYNCREADY_ANSIBLE_PACKAGE.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.support import awx, examples

OBJECTS = [(name, item) for name, items in awx.objects().items() for item in items]


@pytest.fixture(scope="session")
def package() -> Path:
    name = os.environ.get("SYNCREADY_ANSIBLE_PACKAGE", "")
    assert name, "SYNCREADY_ANSIBLE_PACKAGE names no package: run scripts/test awx."
    return Path(name)


@pytest.mark.parametrize(("name", "item"), OBJECTS, ids=[f"{name}-{item['name']}" for name, item in OBJECTS])
def test_the_module_takes_it(package: Path, name: str, item: awx.Object) -> None:
    spec = awx.argument_spec(awx.module_options(package, awx.MODULES[name]))
    assert examples.wrong_values(spec, item) == []


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("controller_templates", {"playbok": "x.yml"}, "playbok"),
        ("controller_templates", {"job_type": "walk"}, "job_type"),
        ("controller_templates", {"ask_limit_on_launch": "perhaps"}, "ask_limit_on_launch"),
        ("controller_workflows", {"workflow_nodes": [{"identifier": "x", "succes_nodes": []}]}, "succes_nodes"),
        ("controller_workflows", {"workflow_nodes": [{"unified_job_template": {"name": "x"}}]}, "identifier"),
        ("controller_schedules", {"rule": "FREQ=DAILY"}, "rule"),
    ],
)
def test_a_wrong_field_is_noticed(package: Path, name: str, change: awx.Object, says: str) -> None:
    spec = awx.argument_spec(awx.module_options(package, awx.MODULES[name]))
    item = {**awx.objects()[name][0], **change}
    assert says in " ".join(examples.wrong_values(spec, item))
