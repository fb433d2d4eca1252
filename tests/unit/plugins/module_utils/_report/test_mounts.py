# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report in an execution environment lies where it outlives the job, or is refused."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OutputError
from ansible_collections.syncready.m365.plugins.module_utils._report import mounts

# As podman shows it in a job of AWX.
MOUNTS = """\
512 430 0:62 / / rw,relatime - overlay overlay rw,lowerdir=/a:/b,upperdir=/c,workdir=/d
513 512 0:65 / /proc rw,nosuid - proc proc rw
514 512 0:66 / /dev/shm rw,nosuid - tmpfs shm rw,size=64000k
515 512 253:1 /tmp/awx_42_x /runner rw,relatime - xfs /dev/vda1 rw
516 512 253:1 /srv/reports /srv/reports rw,relatime shared:3 - xfs /dev/vda1 rw
517 512 253:1 /srv/x /srv/with\\040space rw,relatime - xfs /dev/vda1 rw
"""
AWX = {"JOB_ID": "42"}


@pytest.fixture
def root(tmp_path: Path) -> str:
    """The root of a container that is an execution environment."""
    for folder in ("run", "runner", "proc/self"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "run" / ".containerenv").touch()
    (tmp_path / "proc" / "self" / "mountinfo").write_text(MOUNTS, encoding="utf-8")
    return str(tmp_path)


@pytest.mark.parametrize(
    "path", ["/srv/reports", "/srv/reports/contoso/not/yet", "/srv/with space/a", "/srv/reports/../reports/b"]
)
def test_what_is_mounted_is_taken(root: str, path: str) -> None:
    mounts.check_mounted(path, root, AWX)


@pytest.mark.parametrize(
    "path", ["/srv/report", "/srv/reports2", "/var/reports", "/dev/shm/report", "/runner/project/report", "/runner"]
)
def test_what_is_gone_with_the_job_is_refused(root: str, path: str) -> None:
    with pytest.raises(OutputError, match="AWX_ISOLATION_SHOW_PATHS") as refused:
        mounts.check_mounted(path, root, AWX)
    assert refused.value.code == "NOT_MOUNTED"
    assert path in str(refused.value)
    mounts.check_mounted(path, root, {**AWX, mounts.ALLOW: "true"})


def test_the_folder_of_a_runner_that_is_not_awx_is_somebody_s_own(root: str) -> None:
    mounts.check_mounted("/runner/report", root, {})


@pytest.mark.parametrize("missing", ["run/.containerenv", "runner", "proc/self/mountinfo"])
def test_elsewhere_every_path_is_taken(root: str, missing: str) -> None:
    place = Path(root, missing)
    place.rmdir() if place.is_dir() else place.unlink()
    mounts.check_mounted("/var/reports", root, AWX)


def test_kubernetes_marks_its_containers_by_a_variable(root: str) -> None:
    Path(root, "run/.containerenv").unlink()
    with pytest.raises(OutputError):
        mounts.check_mounted("/var/reports", root, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"})


def test_every_report_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from ansible_collections.syncready.m365.plugins.module_utils._report import files

    asked: list[t.Any] = []
    monkeypatch.setattr(files, "check_mounted", asked.append)
    files.ReportDirectory(str(tmp_path / "report")).discard()
    assert asked == [str(tmp_path / "report")]
