# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One program on a WinRM host, through pywinrm: its input and output, whatever the connection does in between.

pywinrm alone does not survive a connection that ends: what it seals next is sealed for the old one. It draws a new
number for each question, so that an answer which was lost stays lost, and it takes small envelopes only. Here a broken
exchange is made again on a new connection; a Receive is asked again under its old number, which gets the same answer.
"""

from __future__ import annotations

import contextlib
import time
import typing as t
import uuid

from .ldap_errors import ldap_error
from .winrm_errors import BrokenError, BusyError, LostError, require_for, sort_error
from .winrm_options import WinrmOptions
from .winrm_output import SHELL, Output, read_output
from .winrm_pywinrm import Overheard, protocol_of

_RESOURCE = f"{SHELL}/cmd"
_UTF_8 = 65001
# What newer hosts allow by default; one with a lower limit sends less.
MAX_ENVELOPE = 512000
# The host ends what nobody asks about for so long: a controller that was killed leaves nothing behind for long.
_SHELL_IDLE = "PT900S"
# Fits the envelope of every host, as base64.
MAX_SEND = 96 * 1024
# http.sys closes a connection after two minutes without a request; one that rested so long is made anew before.
IDLE_SECONDS = 60.0
_MAX_DOUBTS = 3
_DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0)
_BUSY_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0)


class WinrmClient:
    """A shell on the host with one program in it.

    Args:
        options: how the host is reached.
        envelope: how many bytes an answer may have.

    Attributes:
        deadline: monotonic seconds after which nothing is tried again; None for no end.
        reconnected: how often the connection was made anew.
        received: how many answers brought output.
        received_bytes: how much that was.
    """

    def __init__(self, options: WinrmOptions, envelope: int = MAX_ENVELOPE) -> None:
        """Prepare; nothing is sent.

        Raises:
            MissingLibraryError: pywinrm, or what it needs for this way to sign in, is not installed.
        """
        require_for(options)
        self._said = Overheard()
        self.options = options
        self.deadline: float | None = None
        self.reconnected = 0
        self.received = 0
        self.received_bytes = 0
        self._protocol: t.Any = protocol_of(options, envelope)
        self._shell: str | None = None
        self._command: str | None = None
        self._reached = False
        # A question to which an answer may be on the host still, and how often it was asked in vain.
        self._doubtful = ""
        self._doubts = 0
        self._last = time.monotonic()

    # The program

    def start(self, program: str, arguments: t.Sequence[str]) -> None:
        """Open a shell and run a program in it.

        Raises:
            LdapError: the host cannot be reached, or refuses.
            LostError: the shell was gone before the program ran.
        """
        # A shell whose answer was lost ends by itself.
        self._doubtful, self._doubts = "", 0
        self._shell = self._try(lambda: self._protocol.open_shell(codepage=_UTF_8, idle_timeout=_SHELL_IDLE))
        self._command = self.run(program, arguments)

    def run(self, program: str, arguments: t.Sequence[str]) -> str:
        """Run a program in the shell and return its number.

        Raises:
            LdapError: the host refuses.
            LostError: nobody knows whether it runs.
        """
        try:
            return str(
                self._once(
                    lambda: self._protocol.run_command(self._shell, program, arguments, console_mode_stdin=False)
                )
            )
        except BrokenError as error:
            raise LostError(error.final) from None

    def send(self, data: bytes, again: bytes | None = None) -> None:
        """Send input.

        Args:
            data: what to send.
            again: what to send instead where the connection broke and nobody knows whether the first arrived; None
                where nothing may be sent twice.

        Raises:
            LdapError: it cannot be sent.
            LostError: the shell is gone, or what was sent may be incomplete.
        """
        broken = refused = False
        for delay in (*_DELAYS, None):
            try:
                for start in range(0, len(data), MAX_SEND):
                    self._send(data[start : start + MAX_SEND])
                return
            except BrokenError as error:
                if again is None or delay is None or self._hopeless(error, refused):
                    raise LostError(error.final) from None
                refused = refused or error.once
                data = data if broken else again
                broken = True
                self._wait(delay)
                self.reconnect()

    def _send(self, data: bytes) -> None:
        from winrm.exceptions import WinRMOperationTimeoutError

        for delay in (*_BUSY_DELAYS, None):
            try:
                self._once(lambda: self._protocol.send_command_input(self._shell, self._command, data))
                return
            except WinRMOperationTimeoutError:
                # It was delivered, or will be: sending it again would double it. The answer will tell.
                return
            except BusyError:
                if delay is None:
                    message = f"The program on {self.options.where} takes no input any more. Run it again."
                    raise LostError(ldap_error(message, "CONNECTION_LOST")) from None
                time.sleep(delay)

    def receive(self, command: str | None = None) -> Output | None:
        """Return the next output, None where there was none for a while.

        Args:
            command: number of another program than the first.

        Raises:
            LdapError: the host cannot be reached any more.
            LostError: the shell is gone.
        """
        from winrm.exceptions import WinRMOperationTimeoutError

        question = self._doubtful or self._question(command or self._command)
        before = self.reconnected
        try:
            answer = self._try(lambda: self._protocol.send_message(question))
        except WinRMOperationTimeoutError:
            if self.reconnected == before and not self._doubtful:
                return None
            # An answer may have been lost with the connection before: only the same question brings it.
            self._doubtful = question
            self._doubts += 1
            if self._doubts > _MAX_DOUBTS:
                message = f"An answer of {self.options.where} was lost with its connection. Run it again."
                raise LostError(ldap_error(message, "CONNECTION_LOST")) from None
            return None
        self._doubtful, self._doubts = "", 0
        output = read_output(answer)
        self.received += 1
        self.received_bytes += len(output.stdout) + len(output.stderr)
        return output

    def receive_twice(self) -> tuple[Output, Output]:
        """Ask for output, forget the answer with its connection, and ask the same again; return both answers.

        Raises:
            LdapError: the host cannot be reached any more, or nothing came.
            LostError: the shell is gone.
        """
        question = self._question(self._command)
        first = read_output(self._try(lambda: self._protocol.send_message(question)))
        self.reconnect()
        return first, read_output(self._try(lambda: self._protocol.send_message(question)))

    def _question(self, command: str | None) -> str:
        """Return a Receive as a message; sent again, it has the same number and gets the same answer."""
        import xmltodict

        header = self._protocol.build_wsman_header(f"{SHELL}/Receive", _RESOURCE, self._shell, uuid.uuid4())
        stream = {"@CommandId": command, "#text": "stdout stderr"}
        header["env:Body"] = {"rsp:Receive": {"rsp:DesiredStream": stream}}
        return str(xmltodict.unparse({"env:Envelope": header}))

    def end_input(self) -> None:
        """Tell the program that no input comes any more.

        Raises:
            LdapError: the host cannot be reached any more.
            LostError: the shell is gone.
        """
        try:
            self._once(lambda: self._protocol.send_command_input(self._shell, self._command, b"", end=True))
        except BrokenError as error:
            raise LostError(error.final) from None

    def kill(self) -> bool:
        """End the shell and its program; return whether that is certain."""
        shell, self._shell = self._shell, None
        if shell is None:
            return True
        try:
            self._try(lambda: self._protocol.close_shell(shell, close_session=False))
            return True
        except LostError as error:
            # There is no such shell any more.
            return error.final.code == "CONNECTION_LOST"
        except Exception:
            return False

    def close(self, *, quick: bool = False) -> None:
        """End everything. Further calls do nothing.

        Args:
            quick: do not try again where the host does not answer.
        """
        shell, self._shell = self._shell, None
        if shell is not None:
            with contextlib.suppress(Exception):
                ask = self._once if quick else self._try
                ask(lambda: self._protocol.close_shell(shell, close_session=False))
        self.disconnect()

    # The connection

    def disconnect(self) -> None:
        """Let go of the connection, and of the keys that were made for it."""
        with contextlib.suppress(Exception):
            self._protocol.transport.close_session()
        self._protocol.transport.encryption = None

    def reconnect(self) -> None:
        """Let the next request go out on a new connection; the shell on the host is the same."""
        self.disconnect()
        self.reconnected += 1

    def _try(self, exchange: t.Callable[[], t.Any]) -> t.Any:
        """Return the answer to an exchange that may be made again."""
        refused = False
        for delay in (*_DELAYS, None):
            try:
                return self._once(exchange)
            except BrokenError as error:
                if delay is None or self._hopeless(error, refused):
                    raise error.final from None
                refused = refused or error.once
                self._wait(delay)
                self.reconnect()
        raise AssertionError("the last attempt raises")

    def _once(self, exchange: t.Callable[[], t.Any]) -> t.Any:
        from winrm.exceptions import WinRMOperationTimeoutError

        if self._reached and time.monotonic() - self._last > IDLE_SECONDS:
            self.reconnect()
        try:
            with self._said:
                answer = exchange()
        except WinRMOperationTimeoutError:
            self._reached = True
            raise
        except Exception as error:
            sorted_error = sort_error(error, self.options, self._said.text)
            if isinstance(sorted_error, (LostError, BusyError)):
                self._reached = True
            raise sorted_error from None
        finally:
            self._last = time.monotonic()
        self._reached = True
        return answer

    def _hopeless(self, error: BrokenError, refused: bool) -> bool:
        late = self.deadline is not None and time.monotonic() > self.deadline
        return late or (error.at_once and not self._reached) or (error.once and refused)

    @staticmethod
    def _wait(seconds: float) -> None:
        if seconds:
            time.sleep(seconds)
