# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell texts: what can be known of them without a PowerShell."""

from __future__ import annotations

import base64
import hashlib

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory import winrm_bridge
from ansible_collections.syncready.m365.tests.support import powershell

TEXTS = {"bootstrap": winrm_bridge.BOOTSTRAP, "bridge": winrm_bridge.BRIDGE}


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_is_wrong_with_it(name: str) -> None:
    assert powershell.complaints(TEXTS[name]) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$a = (1 + 2", "not PowerShell"),
        ("$a = $b ?? 1\n$b = 1", "not PowerShell"),
        ("$a = 1\n$c = $a + $b", "$b is never assigned"),
        ("foreach ($one in $all) { $one }", "$all is never assigned"),
        ("$a = $input", "$input"),
        ("Write-Output 'x'", "Write-Output is not allowed"),
        ("Invoke-Expression 'x'", "Invoke-Expression is not allowed"),
        ("Get-ADUser 'x'", "Get-ADUser is not allowed"),
        ("$a = '\u00e9'", "not ASCII"),
        ("$a = [Convert]::ToBase64Text($null)", "ToBase64Text"),
        ("$a = [Convert]::ReadLine()", "Convert has no member ReadLine"),
        ("$a = [System.Text.Json.JsonSerializer]::Serialize(1)", "no type System.Text.Json.JsonSerializer"),
        ("$a = New-Object System.IO.Compression.BrotliStream($null)", "no type System.IO.Compression.BrotliStream"),
        ("$a = 'x'\n$b = $a.ReplaceLineEndings()", "ReplaceLineEndings"),
        ("$a = [string]::Joined(',', @())", "Joined"),
    ],
)
def test_a_fault_is_found(text: str, words: str) -> None:
    assert any(words in complaint for complaint in powershell.complaints(text)), powershell.complaints(text)


def test_the_command_line_is_short_enough() -> None:
    line = " ".join((winrm_bridge.PROGRAM, *winrm_bridge.arguments()))
    assert len(line) < 8191 // 2
    assert base64.b64decode(winrm_bridge.arguments()[-1]).decode("utf-16-le") == winrm_bridge.BOOTSTRAP
    # What cmd.exe would take for something else.
    assert set(line) & set('%^&|<>"!') == set()


def test_the_script_says_how_long_it_is() -> None:
    head, _newline, rest = winrm_bridge.script().partition(b"\n")
    size, digest = head.split()
    assert rest == winrm_bridge.BRIDGE.encode("ascii") + b"\n"
    assert int(size) == len(winrm_bridge.BRIDGE)
    assert digest.decode() == hashlib.sha256(winrm_bridge.BRIDGE.encode()).hexdigest().upper()


def test_no_secret_becomes_an_argument_of_a_command() -> None:
    """Module logging writes down what cmdlets are given; methods of .NET it does not."""
    for node in powershell._walk(powershell.parse(winrm_bridge.BRIDGE)):
        if node.type == "command" and powershell._text(node).split()[0] in powershell.CMDLETS:
            assert "password" not in powershell._text(node).lower()
            assert "credential." not in powershell._text(node).lower()
    assert "$credential.Password = Get-Text $Request 'password'" in winrm_bridge.BRIDGE


def test_the_version_is_the_one_that_is_said() -> None:
    assert f'"v":{winrm_bridge.VERSION},' in winrm_bridge.BRIDGE
