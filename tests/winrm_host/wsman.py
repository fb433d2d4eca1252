# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The messages of WS-Management, as far as remote shells need them."""

from __future__ import annotations

import base64
import typing as t
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from xml.sax.saxutils import escape

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
_WMI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"

TIMED_OUT = 2150858793
SHELL_NOT_FOUND = 2150858843
BUSY = 170
ACCESS_DENIED = 5
SCHEMA = 2150858817
QUOTA_SHELLS = 0x803381A5
QUOTA_OPERATIONS = 0x803381A6


@dataclass(frozen=True)
class Message:
    """A request.

    Attributes:
        action: its last word: Create, Command, Send, Receive, Signal, Delete.
        number: its MessageID.
        shell: ShellId, empty where there is none.
        timeout: seconds after which to answer at the latest.
        envelope: how large the answer may be.
        body: the Body element.
        root: the whole envelope.
    """

    action: str
    number: str
    shell: str
    timeout: float
    envelope: int
    body: ET.Element
    root: ET.Element


class Fault(Exception):
    """A request is answered with a fault.

    Args:
        code: of WS-Management.
        reason: in words.
        wmi: code of WMI, 0 for none.
    """

    def __init__(self, code: int, reason: str, wmi: int = 0) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.wmi = wmi


def read(data: bytes) -> Message:
    """Return a request.

    Raises:
        ValueError: it is none.
    """
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise ValueError from error
    head, body = root.find(f"{{{_SOAP}}}Header"), root.find(f"{{{_SOAP}}}Body")
    if head is None or body is None:
        raise ValueError("no envelope")
    action = head.findtext(f"{{{_ADDRESSING}}}Action") or ""
    selector = head.find(f"{{{_WSMAN}}}SelectorSet/{{{_WSMAN}}}Selector")
    timeout = (head.findtext(f"{{{_WSMAN}}}OperationTimeout") or "PT60S").removeprefix("PT").removesuffix("S")
    return Message(
        action.rpartition("/")[2],
        head.findtext(f"{{{_ADDRESSING}}}MessageID") or "",
        (selector.text or "") if selector is not None else "",
        float(timeout),
        int(head.findtext(f"{{{_WSMAN}}}MaxEnvelopeSize") or 153600),
        body,
        root,
    )


def option(message: Message, name: str) -> str:
    """Return an option of a request, empty where it has none."""
    for element in message.root.iter(f"{{{_WSMAN}}}Option"):
        if element.get("Name") == name:
            return element.text or ""
    return ""


def envelope(message: Message | None, body: str) -> bytes:
    """Return an answer."""
    relates = f"<a:RelatesTo>{escape(message.number)}</a:RelatesTo>" if message is not None else ""
    return (
        f'<s:Envelope xmlns:s="{_SOAP}" xmlns:a="{_ADDRESSING}" xmlns:w="{_WSMAN}" xmlns:rsp="{SHELL}" '
        'xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer">'
        f"<s:Header><a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>{relates}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault(message: Message | None, error: Fault) -> bytes:
    """Return a fault."""
    wmi = (
        f'<w2:MSFT_WmiError xmlns:w2="{_WMI}"><w2:error_Code>{error.wmi}</w2:error_Code></w2:MSFT_WmiError>'
        if error.wmi
        else ""
    )
    return envelope(
        message,
        "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{escape(error.reason)}</s:Text></s:Reason>'
        f'<s:Detail>{wmi}<f:WSManFault xmlns:f="{_FAULT}" Code="{error.code}"><f:Message>{escape(error.reason)}'
        "</f:Message></f:WSManFault></s:Detail></s:Fault>",
    )


def created(message: Message, shell: str) -> bytes:
    """Return the answer to Create."""
    return envelope(
        message,
        "<x:ResourceCreated><a:Address>http://host/wsman</a:Address><a:ReferenceParameters><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>',
    )


def started(message: Message, command: str) -> bytes:
    """Return the answer to Command."""
    return envelope(message, f"<rsp:CommandResponse><rsp:CommandId>{command}</rsp:CommandId></rsp:CommandResponse>")


def received(message: Message, command: str, streams: t.Sequence[tuple[str, bytes]], exit_code: int | None) -> bytes:
    """Return the answer to Receive."""
    parts = [
        f'<rsp:Stream Name="{name}" CommandId="{command}">{base64.b64encode(data).decode("ascii")}</rsp:Stream>'
        for name, data in streams
    ]
    if exit_code is None:
        state = f'<rsp:CommandState CommandId="{command}" State="{SHELL}/CommandState/Running"/>'
    else:
        state = (
            f'<rsp:CommandState CommandId="{command}" State="{SHELL}/CommandState/Done">'
            f"<rsp:ExitCode>{exit_code}</rsp:ExitCode></rsp:CommandState>"
        )
    return envelope(message, f"<rsp:ReceiveResponse>{''.join(parts)}{state}</rsp:ReceiveResponse>")
