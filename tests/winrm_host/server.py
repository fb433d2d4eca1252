# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A WinRM server for tests: WS-Management over HTTP and HTTPS, as far as pywinrm's shells need it.

Each connection has a security context of its own, as with http.sys: what was sealed for another connection is answered
with status 400. The answer to a Receive is kept and given again to the same question.
"""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

from . import connections, wsman
from .faults import Faults
from .programs import Programs
from .security import Rules
from .shells import Command, Shell

_MAX_COMMAND_LINE = 8191
_OVERHEAD = 3000
_DURATION = re.compile(r"PT(\d+(?:\.\d+)?)S\Z")


@dataclass
class Settings:
    """How the server behaves.

    Attributes:
        rules: who may sign in.
        programs: what its command lines run.
        latency: seconds that each answer takes longer.
        idle_close: seconds without a request after which a connection is closed; None for never.
        most: bytes of output in one answer, below what the envelope allows; None for that.
        room: bytes of output that are kept for each program.
        max_shells: of one user.
        max_operations: in one shell.
        record: whether to keep what came over the wire.
    """

    rules: Rules
    programs: Programs
    latency: float = 0
    idle_close: float | None = None
    most: int | None = None
    room: int = 1024 * 1024
    max_shells: int = 30
    max_operations: int = 100_000
    record: bool = False


@dataclass
class Seen:
    """What the server has seen.

    Attributes:
        actions: operations, in their order.
        sealed: how many messages were sealed.
        clear: how many were not.
        connections: how many connections there were.
        lines: command lines.
        wire: bodies as they came over the wire, where they are recorded.
        statuses: how often it answered with which HTTP status.
    """

    actions: list[str] = field(default_factory=list)
    sealed: int = 0
    clear: int = 0
    connections: int = 0
    lines: list[str] = field(default_factory=list)
    wire: list[bytes] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)


class WinrmServer:
    """A server on a port of its own.

    Args:
        settings: how it behaves.
        context: for HTTPS; None for HTTP.
        address: where it listens.

    Attributes:
        faults: what goes wrong.
        seen: what it has seen.
        shells: the shells that are open.
    """

    def __init__(self, settings: Settings, context: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> None:
        self.settings = settings
        self.faults = Faults()
        self.seen = Seen()
        self.shells: dict[str, Shell] = {}
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._http = connections.Listener((address, 0), self, context)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Port it listens on."""
        return int(self._http.server_address[1])

    def __enter__(self) -> WinrmServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything."""
        self._http.shutdown()
        self._http.server_close()
        self.drop_connections()
        for shell in list(self.shells.values()):
            shell.kill()

    def begin(self, connection: socket.socket) -> None:
        """Note a connection."""
        with self._lock:
            self._open.add(connection)
            self.seen.connections += 1

    def end(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def drop_connections(self) -> None:
        """End all connections."""
        with self._lock:
            opened = list(self._open)
        for connection in opened:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def kill_shells(self) -> None:
        """End all shells, as a restart of the computer would."""
        with self._lock:
            shells, self.shells = self.shells, {}
        for shell in shells.values():
            shell.kill()

    # Operations

    def answer(self, message: wsman.Message, user: str) -> bytes:
        """Return the answer to a request.

        Raises:
            Fault: it is answered with a fault.
        """
        if message.action == "Create":
            return self._create(message, user)
        shell = self._shell(message, user)
        if message.action == "Command":
            return self._command(shell, message)
        if message.action == "Send":
            return self._send(shell, message)
        if message.action == "Receive":
            return self._receive(shell, message)
        if message.action == "Signal":
            signal = message.body[0]
            shell.command(signal.get("CommandId", "")).kill()
            return wsman.envelope(message, "<rsp:SignalResponse/>")
        if message.action == "Delete":
            with self._lock:
                self.shells.pop(shell.number, None)
            shell.kill()
            return wsman.envelope(message, "")
        raise wsman.Fault(wsman.SCHEMA, f"There is no operation {message.action}.")

    def _create(self, message: wsman.Message, user: str) -> bytes:
        text = message.body.findtext(f".//{{{wsman.SHELL}}}IdleTimeOut") or "PT7200S"
        found = _DURATION.match(text)
        if not found:
            raise wsman.Fault(wsman.SCHEMA, "IdleTimeOut is no duration.")
        if wsman.option(message, "WINRS_CODEPAGE") != "65001":
            raise wsman.Fault(wsman.SCHEMA, "The tests want UTF-8.")
        with self._lock:
            if sum(1 for shell in self.shells.values() if shell.owner == user) >= self.settings.max_shells:
                raise wsman.Fault(
                    wsman.QUOTA_SHELLS,
                    "The WS-Management service cannot process the request. This user is allowed a maximum number of "
                    f"{self.settings.max_shells} concurrent shells, which has been exceeded.",
                )
            shell = Shell(user, float(found.group(1)))
            self.shells[shell.number] = shell
        return wsman.created(message, shell.number)

    def _shell(self, message: wsman.Message, user: str) -> Shell:
        shell = self.shells.get(message.shell)
        if shell is None or time.monotonic() - shell.used > shell.idle:
            raise wsman.Fault(wsman.SHELL_NOT_FOUND, "The shell was not found on the server.")
        if shell.owner != user:
            raise wsman.Fault(wsman.ACCESS_DENIED, "Access is denied.")
        shell.used = time.monotonic()
        shell.operations += 1
        if shell.operations > self.settings.max_operations:
            raise wsman.Fault(
                wsman.QUOTA_OPERATIONS, "The maximum number of concurrent operations for this user has been exceeded."
            )
        return shell

    def _command(self, shell: Shell, message: wsman.Message) -> bytes:
        if wsman.option(message, "WINRS_CONSOLEMODE_STDIN") != "FALSE":
            raise wsman.Fault(wsman.SCHEMA, "The tests want pipes.")
        program = message.body.findtext(f".//{{{wsman.SHELL}}}Command") or ""
        arguments = message.body.findtext(f".//{{{wsman.SHELL}}}Arguments") or ""
        line = f"{program} {arguments}"
        self.seen.lines.append(line)
        if len(line) > _MAX_COMMAND_LINE:
            raise wsman.Fault(206, "The command line is too long.")
        run, environment = self.settings.programs.choose(program, arguments.split(" "), shell.owner)
        command = Command(run, environment, self.settings.room)
        shell.commands[command.number] = command
        return wsman.started(message, command.number)

    def _send(self, shell: Shell, message: wsman.Message) -> bytes:
        stream = message.body.find(f".//{{{wsman.SHELL}}}Stream")
        if stream is None:
            raise wsman.Fault(wsman.SCHEMA, "There is no stream.")
        data = base64.b64decode(stream.text or "")
        shell.command(stream.get("CommandId", "")).send(data, stream.get("End") == "true", message.timeout)
        return wsman.envelope(message, "<rsp:SendResponse/>")

    def _receive(self, shell: Shell, message: wsman.Message) -> bytes:
        wanted = message.body.find(f".//{{{wsman.SHELL}}}DesiredStream")
        if wanted is None:
            raise wsman.Fault(wsman.SCHEMA, "There is no stream.")
        command = shell.command(wanted.get("CommandId", ""))
        known = command.answers.get(message.number)
        if known is not None:
            return known
        most = (message.envelope - _OVERHEAD) * 3 // 4
        found = command.receive(min(most, self.settings.most or most), message.timeout)
        if found is None:
            raise wsman.Fault(wsman.TIMED_OUT, "The operation took too long.")
        answer = wsman.received(message, command.number, *found)
        # Only the last one is kept.
        command.answers = {message.number: answer}
        return answer
