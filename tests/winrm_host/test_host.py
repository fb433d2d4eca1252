# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A WinRM host that cannot be used: one clear sentence each. And what is kept from everybody: the password."""

from __future__ import annotations

import base64
import functools
import logging
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory import winrm_errors
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_errors import MissingLibraryError
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm_clixml import plain
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm_options import WinrmOptions
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError, OptionError
from ansible_collections.syncready.m365.tests.lab import client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.support import secrecy

from . import host
from .conftest import Serve, Through
from .faults import Plan
from .programs import Programs
from .security import Rules

CANARY = "Canary-7f3a-Passw0rd!"


def _sentence(work: t.Callable[[], t.Any], *codes: str) -> str:
    with pytest.raises(DirectoryError) as raised:
        work()
    message = str(raised.value)
    assert raised.value.code in codes, (raised.value.code, message)
    assert "\n" not in message and message.endswith(".") and len(message) < 600
    assert PASSWORD not in message
    return message


def test_nobody_listens(people_dc: DomainController, serve: Serve, through: Through) -> None:
    server = serve(people_dc)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    message = _sentence(functools.partial(through, server, people_dc, port=port), "REFUSED")
    assert "WinRM is not enabled" in message and f"127.0.0.1:{port}" in message
    message = _sentence(functools.partial(through, server, people_dc, host="dc1.contoso.invalid"), "NAME_NOT_RESOLVED")
    assert "dc1.contoso.invalid" in message
    assert "winrm_path" in _sentence(functools.partial(through, server, people_dc, path="other"), "NO_SERVICE")


def test_constrained_language(people_dc: DomainController, serve: Serve, through: Through) -> None:
    programs = Programs({"STAND_IN_LANGUAGE": "ConstrainedLanguage"}, stand_in=True)
    message = _sentence(functools.partial(through, serve(people_dc, programs=programs), people_dc), "LANGUAGE_MODE")
    assert "ConstrainedLanguage" in message and "transport ldap" in message


def test_second_hop_without_credentials(people_dc: DomainController, serve: Serve, through: Through) -> None:
    server = serve(people_dc, programs=Programs(host.environment(people_dc), stand_in=True))
    nothing = {"username": None, "password": None, "auth_protocol": "negotiate", "tls_mode": "none"}

    def read() -> None:
        list(through(server, people_dc, nothing).search())

    message = _sentence(read, "SECOND_HOP")
    assert "dc1.contoso.local" in message and "credssp" in message


def test_a_domain_controller_as_its_own_host(people_dc: DomainController, serve: Serve, through: Through) -> None:
    """No credentials go to where none are needed."""
    name = f"lab-audit@{people_dc.forest.domain}"
    programs = Programs(
        host.environment(people_dc), stand_in=True, accounts={"lab-audit@contoso.local": (name, PASSWORD)}
    )
    server = serve(people_dc, rules=Rules(users={name: PASSWORD}, unencrypted=True), programs=programs, record=True)
    own = {"server": people_dc.address, "username": name, "auth_protocol": "negotiate", "tls_mode": "none"}
    told: dict[str, t.Any] = {"transport": "basic", "user": name, "allow_unencrypted": True}
    directory = through(server, people_dc, own, **told)
    directory.close()
    same = host.winrm_options(server, host.ldap_options(people_dc, **own), **told)
    assert same.signs_in_to("dc9.contoso.local")
    assert not same.signs_in_to("127.0.0.1")
    assert not same.signs_in_to("127.0.0.1.")


def test_the_domain_controller_behind_it(people_dc: DomainController, serve: Serve, through: Through) -> None:
    server = serve(people_dc)
    work = functools.partial(through, server, people_dc)
    assert "password" in _sentence(functools.partial(work, {"password": "wrong"}), "BAD_CREDENTIALS")
    message = _sentence(functools.partial(work, {"server": "dc9.contoso.invalid"}), "UNREACHABLE")
    assert "dc9.contoso.invalid" in message and "127.0.0.1" in message
    directory = through(server, people_dc)
    _sentence(lambda: list(directory.search("OU=Nowhere,DC=contoso,DC=local")), "BASE_NOT_FOUND")
    with pytest.raises(OptionError):
        list(directory.search("DC=contoso,DC=local", filter="((("))
    _sentence(
        lambda: directory.modify("CN=Users,DC=contoso,DC=local", []), "MODIFY_FAILED", "NO_RIGHTS", "VALUE_REFUSED"
    )


def test_quotas_and_rights(people_dc: DomainController, serve: Serve, through: Through) -> None:
    server = serve(people_dc, max_shells=0)
    assert "MaxShellsPerUser" in _sentence(functools.partial(through, server, people_dc), "QUOTA_EXCEEDED")
    few = serve(people_dc, max_operations=20, most=20_000)
    directory = through(few, people_dc)
    assert sum(1 for _entry in directory.search("DC=contoso,DC=local", selection=Selection(("cn",)))) > 300
    denied = serve(people_dc)
    denied.faults.add(Plan("denied", "Create"))
    assert "Remote Management Users" in _sentence(functools.partial(through, denied, people_dc), "NO_RIGHTS")


def test_no_powershell(people_dc: DomainController, serve: Serve, through: Through) -> None:
    class Nothing(Programs):
        def choose(self, program: str, arguments: t.Sequence[str], user: str) -> tuple[list[str], dict[str, str]]:
            return super().choose("no-such-program", arguments, user)

    message = _sentence(
        functools.partial(through, serve(people_dc, programs=Nothing()), people_dc), "POWERSHELL_FAILED"
    )
    assert "not recognized" in message


def test_pywinrm_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "winrm", None)
    with pytest.raises(MissingLibraryError, match=r"pywinrm>=0\.5\.0"):
        winrm_errors.require_pywinrm()
    monkeypatch.undo()
    from winrm import transport

    monkeypatch.setattr(transport, "HAVE_CREDSSP", False)
    behind = LdapOptions(server="dc1", auth_protocol="negotiate")
    options = WinrmOptions("dc1.contoso.local", behind, transport="credssp", user="a", password="b")
    with pytest.raises(MissingLibraryError, match=r"pywinrm\[credssp\]"):
        winrm_errors.require_for(options)


def test_errors_of_powershell_are_read() -> None:
    data = (
        b'#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
        b'<S S="progress">noise</S><S S="Error">At line:1_x000D__x000A_</S></Objs>'
        b'<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
        b'<S S="Warning">_xD83D__xDE00_ &lt;careful&gt;</S></Objs>'
    )
    assert plain(data) == "At line:1\r\n\U0001f600 <careful>"
    assert plain(b"plain words\n") == "plain words"
    assert plain(b"#< CLIXML\r\n<Objs broken") == ""


def test_the_password_is_nowhere(
    own_lab: Lab,
    serve: Serve,
    through: Through,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not on a command line, not readable on the way, not in a file, not in a log, not in an error."""
    controller = own_lab.users(300)
    client.create_account(controller, "canary", password=CANARY)
    users = tmp_path / "ntlm-users"
    users.write_text(f"CONTOSO:canary:{CANARY}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    arguments: list[str] = []
    original = subprocess.Popen.__init__

    def popen(self: t.Any, command: t.Any, *more: t.Any, **named: t.Any) -> None:
        arguments.append(repr(command) + repr(named.get("env")))
        original(self, command, *more, **named)

    monkeypatch.setattr(subprocess.Popen, "__init__", popen)
    before = set(_files(tmp_path, controller.layout.root))
    caplog.set_level(logging.DEBUG)
    server = serve(controller, record=True)
    ldap = {"username": "canary@contoso.local", "password": CANARY}
    directory = through(server, controller, ldap, user="CONTOSO\\canary", password=CANARY)
    assert sum(1 for _entry in directory.search()) > 300
    words = [CANARY.encode(), _as_base64(CANARY), CANARY.encode("utf-16-le")]
    seen = b"\0".join((*server.seen.wire, "\0".join((*server.seen.lines, *arguments, caplog.text)).encode()))
    for line in secrecy.command_lines():
        seen += b"\0" + line
    for file in set(_files(tmp_path, controller.layout.root)) - before:
        seen += b"\0" + file.read_bytes()
    seen += b"\0" + controller.log_text().encode()
    for word in words:
        assert word not in seen
    message = _sentence(
        lambda: through(server, controller, {**ldap, "server": f"{CANARY[:6]}.invalid"}), "BAD_CREDENTIALS"
    )
    assert CANARY not in message


def _files(*folders: Path) -> t.Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and path.suffix in ("", ".log", ".txt"))


def _as_base64(text: str) -> bytes:
    """Return a text as it stands in a request."""
    return base64.b64encode(text.encode())
