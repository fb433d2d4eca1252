# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connections of the WinRM server of the tests: sign-in, seals, and what goes wrong on purpose."""

from __future__ import annotations

import base64
import contextlib
import http.server
import socket
import ssl
import struct
import time
import typing as t

from . import wsman
from .faults import Plan
from .security import Unsealable, Visitor
from .shells import Command

if t.TYPE_CHECKING:
    from .server import WinrmServer


class Listener(http.server.ThreadingHTTPServer):
    """Takes connections.

    Args:
        address: where it listens.
        server: what answers.
        context: for HTTPS; None for HTTP.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], server: WinrmServer, context: ssl.SSLContext | None) -> None:
        self.winrm = server
        self.context = context
        super().__init__(address, _Handler)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Say nothing: connections are broken on purpose here."""


class _Dropped(Exception):
    """The connection ends here."""


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    # An answer's head and body go out apart.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Listener

    def setup(self) -> None:
        winrm = self.server.winrm
        self.timeout = winrm.settings.idle_close  # type: ignore[misc]  # what the standard library means by it
        certificate = False
        if self.server.context is not None:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
            certificate = bool(self.request.getpeercert())
        self.visitor = Visitor(winrm.settings.rules, certificate)
        winrm.begin(self.request)
        super().setup()

    def finish(self) -> None:
        self.server.winrm.end(self.request)
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def log_message(self, format: str, *arguments: t.Any) -> None:  # noqa: A002
        """Say nothing."""

    def do_POST(self) -> None:
        try:
            self._post()
        except (_Dropped, OSError):
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.request.shutdown(socket.SHUT_RDWR)

    def _post(self) -> None:
        settings, seen = self.server.winrm.settings, self.server.winrm.seen
        length = int(self.headers.get("Content-Length") or 0)
        if length and self.server.winrm.faults.next("Body"):
            self.rfile.read(length // 2)
            raise _Dropped
        body = self.rfile.read(length)
        if settings.record:
            seen.wire.append(body)
        if self.path != "/wsman":
            self._say(404, b"")
            return
        inside, headers = self.visitor.knock(self.headers.get("Authorization"))
        if not inside:
            self._say(401, b"", headers)
            return
        words = [("WWW-Authenticate", word) for word in headers if " " in word]
        kind = self.headers.get("Content-Type") or ""
        sealed = kind.startswith("multipart/")
        if not body:
            self._say(200, b"", extra=words)
            return
        if sealed:
            try:
                body = self.visitor.unseal(kind, body)
            except Unsealable:
                self._say(400, b"")
                return
            seen.sealed += 1
        else:
            if self.server.context is None and not settings.rules.unencrypted:
                self._say(500, b"", extra=words)
                return
            seen.clear += 1
        self._operate(body, sealed, words)

    def _operate(self, body: bytes, sealed: bool, words: list[tuple[str, str]]) -> None:
        winrm = self.server.winrm
        try:
            message = wsman.read(body)
        except ValueError:
            self._say(400, b"", extra=words)
            return
        winrm.seen.actions.append(message.action)
        plan = winrm.faults.next(message.action)
        user = self.visitor.user or ""
        status = 200
        try:
            if plan is not None:
                self._before(plan, message)
            answer = winrm.answer(message, user)
            if plan is not None:
                self._after(plan)
        except wsman.Fault as error:
            status, answer = 500, wsman.fault(message, error)
        if winrm.settings.latency:
            time.sleep(winrm.settings.latency)
        kind = "application/soap+xml;charset=UTF-8"
        if plan is not None and plan.kind == "garbage":
            answer = b"<s:Envelope"
        if sealed:
            kind, answer = self.visitor.seal(answer)
        self._say(status, answer, kind=kind, extra=words, half=plan is not None and plan.kind == "drop_answer")

    def _before(self, plan: Plan, message: wsman.Message) -> None:
        winrm = self.server.winrm
        if plan.kind == "drop_before":
            raise _Dropped
        if plan.kind == "delay":
            time.sleep(plan.seconds)
        elif plan.kind == "kill_shell":
            winrm.kill_shells()
        elif plan.kind == "half_delivery":
            self._half(message)
            raise _Dropped
        elif plan.kind == "send_timeout":
            # It is delivered all the same.
            winrm.answer(message, self.visitor.user or "")
            raise wsman.Fault(wsman.TIMED_OUT, "The operation took too long.")
        faults = {
            "busy": wsman.Fault(wsman.BUSY, "The requested resource is in use."),
            "timeout": wsman.Fault(wsman.TIMED_OUT, "The operation took too long."),
            "shell_not_found": wsman.Fault(wsman.SHELL_NOT_FOUND, "The shell was not found on the server."),
            "quota_shells": wsman.Fault(wsman.QUOTA_SHELLS, "The quota was exceeded.", wsman.QUOTA_SHELLS),
            "quota_operations": wsman.Fault(wsman.QUOTA_OPERATIONS, "The quota was exceeded.", wsman.QUOTA_OPERATIONS),
            "denied": wsman.Fault(wsman.ACCESS_DENIED, "Access is denied."),
        }
        if plan.kind in faults:
            raise faults[plan.kind]

    def _half(self, message: wsman.Message) -> None:
        stream = message.body.find(f".//{{{wsman.SHELL}}}Stream")
        shell = self.server.winrm.shells.get(message.shell)
        if stream is None or shell is None:
            return
        data = base64.b64decode(stream.text or "")
        command: Command = shell.command(stream.get("CommandId", ""))
        command.send(data[: len(data) // 2], False, message.timeout)

    def _after(self, plan: Plan) -> None:
        if plan.kind == "drop_after":
            raise _Dropped

    def _say(
        self,
        status: int,
        body: bytes,
        offers: t.Sequence[str] = (),
        kind: str = "application/soap+xml;charset=UTF-8",
        extra: t.Sequence[tuple[str, str]] = (),
        half: bool = False,
    ) -> None:
        seen = self.server.winrm.seen
        seen.statuses[status] = seen.statuses.get(status, 0) + 1
        self.send_response_only(status)
        for word in offers:
            self.send_header("WWW-Authenticate", f'{word} realm="WSMAN"' if word == "Basic" else word)
        for name, value in extra:
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        self.wfile.flush()
        if half:
            with contextlib.suppress(OSError):
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
            raise _Dropped
