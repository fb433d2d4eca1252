# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shells and the programs in them: pipes with bounds, as on Windows."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
import typing as t
import uuid

from . import wsman

_READ = 65536


class Command:
    """A program with its pipes.

    Args:
        arguments: what to run.
        environment: its variables.
        room: bytes of output that are kept before the program must wait.
    """

    def __init__(self, arguments: t.Sequence[str], environment: dict[str, str], room: int) -> None:
        self.number = str(uuid.uuid4()).upper()
        self.answers: dict[str, bytes] = {}
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self._room = room
        self._held: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._change = threading.Condition()
        self._open = 2
        self._input: queue.Queue[bytes | None] = queue.Queue()
        self._writing = 0
        for name, pipe in (("stdout", self._process.stdout), ("stderr", self._process.stderr)):
            threading.Thread(target=self._pump, args=(name, pipe), daemon=True).start()
        threading.Thread(target=self._feed, daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def _pump(self, name: str, pipe: t.IO[bytes]) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), _READ):
                with self._change:
                    self._held[name] += data
                    self._change.notify_all()
                    while len(self._held[name]) > self._room:
                        self._change.wait()
        self._process.wait()
        with self._change:
            self._open -= 1
            self._change.notify_all()

    def _feed(self) -> None:
        pipe = t.cast("t.IO[bytes]", self._process.stdin)
        while (data := self._input.get()) is not None:
            with contextlib.suppress(OSError):
                pipe.write(data)
                pipe.flush()
            with self._change:
                self._writing -= 1
                self._change.notify_all()
        with contextlib.suppress(OSError):
            pipe.close()

    def send(self, data: bytes, end: bool, timeout: float) -> None:
        """Write input.

        Raises:
            Fault: what was sent before is still being written, or this takes too long; it will be delivered then.
        """
        with self._change:
            if self._writing:
                raise wsman.Fault(wsman.BUSY, "The requested resource is in use.")
            if data:
                self._writing += 1
                self._input.put(data)
            if end:
                self._input.put(None)
            if not self._change.wait_for(lambda: not self._writing or not self.running, timeout):
                raise wsman.Fault(wsman.TIMED_OUT, "The operation took too long.")

    def receive(self, most: int, timeout: float) -> tuple[list[tuple[str, bytes]], int | None] | None:
        """Return output and exit code, None where there was nothing in time."""
        end = time.monotonic() + timeout
        with self._change:
            while not any(self._held.values()) and self._open:
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self._change.wait(left)
            streams = []
            for name, held in self._held.items():
                if held:
                    data = bytes(held[:most])
                    del held[:most]
                    most -= len(data)
                    streams.append((name, data))
            self._change.notify_all()
            done = not self._open and not any(self._held.values())
            return streams, (self._process.wait() & 0xFFFFFFFF) if done else None

    def kill(self) -> None:
        """End it and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._input.put(None)
        with self._change:
            for held in self._held.values():
                held.clear()
            self._change.notify_all()


class Shell:
    """A shell of one user.

    Attributes:
        number: ShellId.
        owner: whose it is.
        commands: the programs in it, by number.
        used: when it was spoken to last (monotonic seconds).
        idle: after how many seconds without a word it ends.
        operations: how many requests were made in it.
    """

    def __init__(self, owner: str, idle: float) -> None:
        self.number = str(uuid.uuid4()).upper()
        self.owner = owner
        self.commands: dict[str, Command] = {}
        self.used = time.monotonic()
        self.idle = idle
        self.operations = 0

    def command(self, number: str) -> Command:
        """Return a program.

        Raises:
            Fault: there is none.
        """
        try:
            return self.commands[number]
        except KeyError:
            raise wsman.Fault(wsman.SHELL_NOT_FOUND, "The command does not exist.") from None

    def kill(self) -> None:
        """End all programs."""
        for command in self.commands.values():
            command.kill()
