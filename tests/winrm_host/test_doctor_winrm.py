# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor of a WinRM host: what is right is said to be right, and each fault has its name."""

from __future__ import annotations

import dataclasses
import socket
import typing as t

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory import doctor_winrm_way
from ansible_collections.syncready.m365.plugins.module_utils._directory.doctor import Check
from ansible_collections.syncready.m365.plugins.module_utils._directory.doctor_winrm import WinrmPatient
from ansible_collections.syncready.m365.plugins.module_utils._directory.doctor_winrm_way import STEPS, diagnose
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm_options import WinrmOptions
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD

from . import host
from .conftest import Serve
from .programs import Programs
from .server import WinrmServer

NAMES = [step.name for step in STEPS]


def _options(server: WinrmServer, controller: DomainController, **changes: t.Any) -> WinrmOptions:
    return host.winrm_options(server, host.ldap_options(controller), **changes)


def _run(options: WinrmOptions, **named: t.Any) -> dict[str, Check]:
    checks = diagnose(options, **named)
    assert [check.check for check in checks] == NAMES
    for check in checks:
        assert check.message.endswith(".") and "\n" not in check.message, check
        assert PASSWORD not in check.message + check.what_to_do
    return {check.check: check for check in checks}


def test_a_healthy_host(people_dc: DomainController, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_winrm_way, "_IDLE", 2)
    monkeypatch.setattr(doctor_winrm_way, "_PAUSE", 500)
    events = "<Event>EncodedCommand</Event>"
    server = serve(people_dc, programs=Programs(host.environment(people_dc), events=events), idle_close=1)
    checks = _run(_options(server, people_dc), thorough=True)
    assert [check for check in checks.values() if check.status == "failed"] == []
    for name in (
        "winrm",
        "input",
        "output",
        "idle",
        "reconnect",
        "bind",
        "compression",
        "leftover",
        "errors",
        "event_log",
    ):
        assert checks[name].status == "ok", checks[name]
    assert "sealed" in checks["winrm"].message
    assert "it could not" in checks["bind"].message
    assert checks["name_resolution"].status == "warning"
    assert "users" in checks["writing"].message or "nothing" in checks["writing"].message
    assert server.shells == {}


def test_what_is_not_checked_is_said(
    people_dc: DomainController, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_winrm_way, "_PAUSE", 500)
    monkeypatch.setattr(doctor_winrm_way, "_LINES", 20)
    checks = _run(_options(serve(people_dc), people_dc))
    assert checks["idle"].status == checks["event_log"].status == "skipped"
    assert "thorough" in checks["idle"].what_to_do
    assert "Event Log Readers" in checks["event_log"].what_to_do


def test_a_password_in_the_log(people_dc: DomainController, serve: Serve) -> None:
    events = f"<Event>ParameterBinding: {PASSWORD}</Event>"
    options = _options(serve(people_dc, programs=Programs(events=events)), people_dc)
    patient = WinrmPatient(options.ldap, winrm=options)
    with pytest.raises(Exception, match="event log") as raised:
        list(doctor_winrm_way.event_log(patient))
    assert PASSWORD not in str(raised.value)


BROKEN: dict[str, tuple[dict[str, t.Any], str, str]] = {
    "wrong password": ({"password": "wrong"}, "winrm", "BAD_CREDENTIALS"),
    "unknown name": ({"host": "dc1.contoso.invalid"}, "name_resolution", "NAME_NOT_RESOLVED"),
    "unknown path": ({"path": "other"}, "winrm", "NO_SERVICE"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_options(people_dc: DomainController, serve: Serve, case: str) -> None:
    changes, name, code = BROKEN[case]
    checks = _run(_options(serve(people_dc), people_dc, **changes))
    failed = [check for check in checks.values() if check.status == "failed"]
    assert [(check.check, check.code) for check in failed] == [(name, code)]
    assert failed[0].what_to_do
    assert {checks[other].status for other in NAMES[NAMES.index("winrm") + 1 :]} == {"skipped"}


def test_nobody_listens(people_dc: DomainController, serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    checks = _run(dataclasses.replace(_options(serve(people_dc), people_dc), port=port))
    assert checks["reachability"].code == "REFUSED"
    assert checks["winrm"].status == "skipped"
