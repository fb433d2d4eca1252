# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module audit_info: whatever goes wrong ends in one clear sentence, and never in half a report."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.support import playbooks

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "demo" / "contoso.ldif"
KEYS = {
    "changed",
    "error_code",
    "source",
    "summary",
    "findings",
    "truncated",
    "artifacts",
    "drift",
    "gone",
    "crossed",
    "msg",
}

GOOD = "dn: CN=a,DC=contoso,DC=local\nobjectClass: user\ncn: a\nsAMAccountName: a\n"

# Name of the case: content of the export, error code, pieces of the message.
EXPORTS: dict[str, tuple[bytes, str, list[str]]] = {
    "empty": (b"", "LDIF_EMPTY", ["empty"]),
    "comments only": (b"# nothing\n\n", "LDIF_EMPTY", []),
    "binary": (bytes(range(256)) * 40, "LDIF_", []),
    "zip": (b"PK\x03\x04" + b"\x00" * 100, "LDIF_", []),
    "bad line": (f"{GOOD}\n{GOOD}this is no line\n".encode(), "LDIF_SYNTAX", ["line 10"]),
    "truncated base64": (f"{GOOD}objectGUID:: AAAA\n\n{GOOD}objectGUID:: AAA".encode(), "LDIF_INCOMPLETE", ["line 11"]),
    "list of changes": (
        b"dn: CN=a,DC=x\nchangetype: modify\nadd: mail\nmail: a\n-\n",
        "LDIF_NOT_AN_EXPORT",
        ["line 2"],
    ),
    "url": (f"{GOOD}jpegPhoto:< file:///etc/passwd\n".encode(), "LDIF_SYNTAX", ["line 5"]),
    "other encoding": (GOOD.encode() + "displayName: M\u00fcller\n".encode("latin-1"), "LDIF_SYNTAX", ["line 5"]),
    "value that is not text": (
        GOOD.encode() + b"displayName:: " + base64.b64encode(b"M\xfcller") + b"\n",
        "BAD_ENTRY",
        ["displayname", "CN=a,DC=contoso,DC=local", "line 1"],
    ),
    "no objectClass": (b"dn: CN=a,DC=contoso,DC=local\ncn: a\n", "", ["objectClass", "CN=a,DC=contoso,DC=local"]),
    "size limit": (
        f"{GOOD}\n# search result\nsearch: 2\nresult: 4 Size limit exceeded\n".encode(),
        "LDIF_INCOMPLETE",
        [],
    ),
}

OPTIONS: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "missing file": ({"ldif_path": "/nowhere/x.ldif"}, ["/nowhere/x.ldif"]),
    "folder": ({"ldif_path": "/etc"}, ["/etc"]),
    "report is a file": ({"report_dir": "/etc/hostname"}, ["/etc/hostname", "report_dir"]),
    "unknown rule": ({"disabled_rules": ["no-such"]}, ["disabled_rules", "no-such"]),
    "rule on and off": ({"disabled_rules": ["non-ascii"], "enabled_rules": ["non-ascii"]}, ["non-ascii"]),
    "unknown severity": ({"severity_overrides": {"upn-format": "bad"}}, ["severity_overrides", "bad"]),
    "no domain": ({"verified_domains": ["user@contoso.com"]}, ["verified_domains"]),
    "dn in pieces": ({"sync_scope": {"exclude": "OU=Staff,DC=contoso,DC=local"}}, ["sync_scope.exclude", "OU=Staff"]),
    "bad filter": ({"licence_scope": {"filter": "(mail=*"}}, ["(mail=*"]),
    "no attribute name": ({"sign_in_attribute": "a=b"}, ["a=b"]),
    "missing waivers": ({"waivers_path": "/nowhere/w.yml"}, ["waivers_path", "/nowhere/w.yml"]),
    "no file": ({"ldif_path": None}, ["ldif_path"]),
    "unknown choice": ({"fail_on": "anything"}, ["fail_on", "anything"]),
    "missing group": ({"licence_scope": {"groups": ["CN=x,DC=contoso,DC=local"]}}, ["CN=x,DC=contoso,DC=local"]),
}


def _task(name: str, options: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"name": name, "syncready.m365.audit_info": {"transport": "ldif", **options}, "ignore_errors": True}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, t.Any]]:
    """Run all cases in one play; return the result of each by its name."""
    folder = tmp_path_factory.mktemp("bad")
    tasks = []
    none = "{{ omit }}"
    for name, (content, _code, _pieces) in EXPORTS.items():
        file = folder / f"{name.replace(' ', '-')}.ldif"
        file.write_bytes(content)
        tasks.append(_task(name, {"ldif_path": str(file), "report_dir": str(folder / "report")}))
    for name, (options, _pieces) in OPTIONS.items():
        tasks.append(
            _task(
                name,
                {
                    "ldif_path": str(SAMPLE),
                    "report_dir": str(folder / "report"),
                    **{key: none if value is None else value for key, value in options.items()},
                },
            )
        )
    play = folder / "play.yml"
    play.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    run = playbooks.run(play, folder / "run")
    assert run.status == "successful", run.stdout
    assert "Traceback" not in run.stdout
    results = {task["name"]: run.result(task["name"]) for task in tasks}
    results["report"] = {"files": sorted(path.name for path in (folder / "report").glob("*"))}
    return results


def _assert_one_sentence(result: dict[str, t.Any], pieces: list[str]) -> None:
    assert result["error_code"]
    assert set(result) >= KEYS
    assert result["artifacts"] == {}
    assert result["summary"] == {}
    message = result["msg"]
    assert "Traceback" not in message
    assert "\n" not in message
    assert message.endswith(".") or result["error_code"] == "BAD_OPTION"
    for piece in pieces:
        assert piece in message


@pytest.mark.parametrize("name", EXPORTS)
def test_bad_export(outcomes: dict[str, dict[str, t.Any]], name: str) -> None:
    _content, code, pieces = EXPORTS[name]
    _assert_one_sentence(outcomes[name], [*pieces, f"{name.replace(' ', '-')}.ldif"] if code != "BAD_ENTRY" else pieces)
    assert str(outcomes[name]["error_code"]).startswith(code)
    assert outcomes[name]["error_code"] != "INTERNAL_ERROR"


@pytest.mark.parametrize("name", OPTIONS)
def test_bad_option(outcomes: dict[str, dict[str, t.Any]], name: str) -> None:
    _assert_one_sentence(outcomes[name], OPTIONS[name][1])
    assert outcomes[name]["error_code"] not in (None, "INTERNAL_ERROR")


def test_nothing_is_left_of_a_report_that_failed(outcomes: dict[str, dict[str, t.Any]]) -> None:
    assert outcomes["report"]["files"] == []


def test_entry_without_cn_is_judged(tmp_path: Path) -> None:
    file = tmp_path / "x.ldif"
    file.write_text("dn: CN=a,DC=contoso,DC=local\nobjectClass: user\nmail: x y\n", encoding="utf-8")
    result = _ad_hoc(f"transport=ldif ldif_path={file}")
    assert result["summary"]["judged"] == 1
    assert "mail-format" in result["summary"]["rule"]


def test_full_disk(tmp_path: Path) -> None:
    """A real file system without room: no report, no part of one, and the report of before is still there."""
    place = tmp_path / "report"
    place.mkdir()
    # A file system of its own, that only this process and its children see.
    small = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    script = 'mount -t tmpfs -o size=200k none "$0" && echo before >"$0/findings.csv" && "$@"; ls -A "$0"; cat "$0/findings.csv"'
    command = [*small, script, str(place), *_command(f"transport=ldif ldif_path={SAMPLE} report_dir={place}")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    assert "Make room there" in done.stdout, done.stdout + done.stderr
    assert "DISK_FULL" in done.stdout
    assert "Traceback" not in done.stdout
    assert done.stdout.endswith("findings.csv\nbefore\n")


def test_missing_library_is_named(tmp_path: Path) -> None:
    (tmp_path / "publicsuffixlist.py").write_text("raise ImportError('no')\n", encoding="utf-8")
    command = _command(f"transport=ldif ldif_path={SAMPLE}")
    environment = {**_environment(), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert "pip install publicsuffixlist" in done.stdout
    assert "MISSING_LIBRARY" in done.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}


def _command(arguments: str) -> list[str]:
    ansible = Path(sys.executable).parent / "ansible"
    return [str(ansible), "localhost", "-m", "syncready.m365.audit_info", "-a", arguments]


def _ad_hoc(arguments: str) -> dict[str, t.Any]:
    done = subprocess.run(_command(arguments), capture_output=True, text=True, check=False, env=_environment())
    _head, arrow, body = done.stdout.partition("=> ")
    assert arrow, done.stdout + done.stderr
    result: dict[str, t.Any] = json.loads(body)
    return result
