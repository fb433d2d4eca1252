# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a WinRM host sends of a program's output."""

from __future__ import annotations

import binascii
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from .ldap_errors import ldap_error
from .winrm_errors import LostError

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
"""The namespace of shells in WS-Management."""


@dataclass(frozen=True)
class Output:
    """What came by one answer.

    Attributes:
        stdout: standard output.
        stderr: standard error.
        exit_code: of the program, None while it runs.
    """

    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int | None = None


def read_output(answer: bytes) -> Output:
    """Return what an answer holds.

    Raises:
        LostError: it is none, so output is lost.
    """
    try:
        root = ET.fromstring(answer)
        streams: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
        for stream in root.iter(f"{{{SHELL}}}Stream"):
            if stream.text:
                streams[stream.get("Name", "")].append(binascii.a2b_base64(stream.text))
        exit_code = None
        for state in root.iter(f"{{{SHELL}}}CommandState"):
            if state.get("State", "").endswith("/Done"):
                exit_code = int(state.findtext(f"{{{SHELL}}}ExitCode") or -1)
    except (ET.ParseError, ValueError, KeyError):
        raise LostError(ldap_error("What the WinRM host sent is damaged. Run it again.", "PROTOCOL_ERROR")) from None
    return Output(b"".join(streams["stdout"]), b"".join(streams["stderr"]), exit_code)
