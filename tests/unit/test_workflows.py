# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflows run what ``make test`` runs. Their form is judged by actionlint, in the step ``workflows``."""

from __future__ import annotations

import re
import subprocess
import typing as t

import pytest
import yaml

from ansible_collections.syncready.m365.tests.support.repository import ROOT


@pytest.fixture(scope="module")
def jobs() -> dict[str, t.Any]:
    text = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    jobs: dict[str, t.Any] = yaml.safe_load(text)["jobs"]
    return jobs


@pytest.fixture(scope="module")
def names() -> tuple[set[str], set[str]]:
    """The steps and the groups of ``scripts/test``."""
    listed = subprocess.run([ROOT / "scripts" / "test", "--list"], check=True, capture_output=True, text=True).stdout
    found = dict(re.findall(r"^(\w+): (.*)$", listed, re.MULTILINE))
    return set(found["Steps"].split()), set(found["Groups"].split())


def test_every_step_runs_in_public(jobs: dict[str, t.Any], names: tuple[set[str], set[str]]) -> None:
    steps, groups = names
    run = {word for row in jobs["steps"]["strategy"]["matrix"]["include"] for word in row["run"].split()}
    run |= {
        match for step in jobs["winrm"]["steps"] for match in re.findall(r"scripts/test (\w+)", step.get("run", ""))
    }
    assert run - steps - groups == set()
    if "lint" in run:
        run |= {"style", "types", "changelog", "ansible-lint", "docs"}
    # The sanity tests have a job of their own, with every supported release.
    assert steps - run == {"sanity-oldest", "sanity-newest"}


def test_the_sanity_tests_run_on_every_supported_release(jobs: dict[str, t.Any]) -> None:
    cores = jobs["sanity"]["strategy"]["matrix"]["core"]
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    newest = re.findall(
        r"^ansible-core>=2\.(\d+)", (ROOT / "requirements" / "test.txt").read_text("utf-8"), re.MULTILINE
    )
    oldest = re.findall(r">=2\.(\d+)", runtime["requires_ansible"])
    assert cores == [f"2.{minor}" for minor in range(int(oldest[0]), int(newest[0]) + 1)]


def test_the_winrm_tests_use_the_powershell_of_the_runner(jobs: dict[str, t.Any]) -> None:
    scripts = "".join(step.get("run", "") for step in jobs["winrm"]["steps"])
    assert "command -v pwsh" in scripts
    assert 'SYNCREADY_TEST_POWERSHELL="$powershell" scripts/test winrm' in scripts
    assert "container" not in jobs["winrm"]
