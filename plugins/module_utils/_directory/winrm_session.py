# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bridge on a WinRM host: started, signed in to a domain controller, asked one batch after another."""

from __future__ import annotations

import secrets
import time
import typing as t
from dataclasses import dataclass, field

from . import winrm_bridge, winrm_protocol
from .ldap_errors import LdapError, ldap_error, said
from .winrm_bind import bind_failure, bind_words
from .winrm_client import WinrmClient
from .winrm_clixml import plain
from .winrm_errors import LostError
from .winrm_options import WinrmOptions
from .winrm_output import Output
from .winrm_protocol import Reply, Splitter, encode, line

_STARTS = 5
# How much longer than the domain controller the host may take.
_MARGIN = 30.0
_MAX_NOISE = 4000
_ENTRIES = frozenset(("e", "z"))


@dataclass(frozen=True)
class Step:
    """What came for one request of a batch.

    Attributes:
        number: which of the batch.
        entries: entries of a search.
        reply: another answer; ``done`` and ``err`` end the request.
    """

    number: int
    entries: list[Reply] = field(default_factory=list)
    reply: Reply | None = None

    @property
    def failed(self) -> bool:
        """Whether the request failed."""
        return self.reply is not None and self.reply["t"] == "err"


class Bridge:
    """A program on the host that passes requests on.

    Args:
        options: how the host and the domain controller are reached.
        server: the domain controller to sign in to.
        client: the way to the host; None for an ordinary one.

    Attributes:
        client: the way to the host.
        hello: what the bridge said of itself.
        used: when it was asked last (monotonic seconds).
        lines: how many lines came from it.
    """

    def __init__(self, options: WinrmOptions, server: str, client: WinrmClient | None = None) -> None:
        """Prepare; nothing is sent.

        Raises:
            MissingLibraryError: a library is not installed.
        """
        self.options = options
        self.server = server
        self.client = client or WinrmClient(options)
        self.hello: Reply = {}
        self.used = time.monotonic()
        self.lines = 0
        self._splitter = Splitter()
        self._number = 0
        self._noise = b""
        self._errors = b""

    def open(self) -> None:
        """Start it and sign in.

        Raises:
            LdapError: that did not work.
        """
        for attempt in range(1, _STARTS + 1):
            try:
                self.start()
                self.sign_in()
                return
            except LostError as error:
                self.client.close()
                if attempt == _STARTS:
                    raise error.final from None
                time.sleep(0.3 * attempt)
            except BaseException:
                self.client.close(quick=True)
                raise

    def start(self, idle: int | None = None) -> None:
        """Start it, without signing in.

        Args:
            idle: milliseconds after which it ends by itself; None for ten minutes.

        Raises:
            LdapError: the host cannot be reached, or lets no such program run.
            LostError: it ended at once.
        """
        self._splitter = Splitter()
        self._number = 0
        self._noise = self._errors = b""
        self.lines = 0
        self.client.deadline = time.monotonic() + self.options.ldap.read_timeout + _MARGIN
        self.client.start(winrm_bridge.PROGRAM, winrm_bridge.arguments())
        nonce = secrets.token_hex(8)
        words = [f"nonce={nonce}", *([f"idle={idle}"] if idle else [])]
        self._number = 1
        self.client.send(winrm_bridge.script() + line(1, "hello", *words))
        for reply in self._replies():
            if reply["t"] == "fatal":
                raise self._fatal(reply)
            if reply["t"] == "hello" and reply.get("nonce") == nonce:
                self.hello = reply
                break
        if self.hello.get("v") != winrm_bridge.VERSION:
            raise winrm_protocol.damaged()

    def sign_in(self) -> None:
        """Sign in to the domain controller.

        Raises:
            LdapError: it cannot be reached, or refuses.
            LostError: the bridge is gone.
        """
        for step in self.ask([("bind", bind_words(self.options, self.server))]):
            if step.failed:
                raise bind_failure(self.options, self.server, t.cast(Reply, step.reply), self.clean)

    def _fatal(self, reply: Reply) -> Exception:
        host = self.options.host
        if reply.get("code") == "language-mode":
            message = (
                f"PowerShell on {host} runs in {reply.get('msg')} mode (an application control policy), in which no "
                "program may look into the directory: use another computer as winrm_host, or transport ldap."
            )
            return ldap_error(message, "LANGUAGE_MODE")
        return LostError(ldap_error(f"The script arrived damaged on {host}. Run it again.", "PROTOCOL_ERROR"))

    # Questions

    def say(self, operation: str, *words: str) -> None:
        """Send one request and leave its answer to somebody else.

        Raises:
            LdapError: it cannot be sent.
            LostError: the bridge is gone.
        """
        self._number += 1
        self.client.send(line(self._number, operation, *words))

    def ask(self, batch: t.Sequence[tuple[str, t.Sequence[str]]]) -> t.Iterator[Step]:
        """Send requests and yield what comes for them, until all are answered.

        Args:
            batch: operations with their words; few enough not to fill the pipes.

        Raises:
            LdapError: nothing came for too long, or what came is damaged.
            LostError: the bridge is gone, or an answer has a gap; the requests without an end may have been done.
        """
        first = self._number + 1
        data = b"".join(line(first + offset, *_parts(item)) for offset, item in enumerate(batch))
        self._number += len(batch)
        waiting = {first + offset for offset in range(len(batch))}
        counts = dict.fromkeys(waiting, 0)
        self.used = time.monotonic()
        self.client.deadline = self.used + self.options.ldap.read_timeout + _MARGIN
        # The newline in front turns a half line that may have arrived into one that is refused as such.
        self.client.send(data, again=b"\n" + data)
        for reply in self._replies():
            number = reply.get("i")
            if number not in waiting:
                self._check_end(reply)
                continue
            if reply["t"] in _ENTRIES:
                entries = [reply] if reply["t"] == "e" else winrm_protocol.unpack(reply)
                counts[number] += len(entries)
                yield Step(number - first, entries)
                continue
            if reply["t"] == "done" and batch[number - first][0] == "search" and reply.get("n") != counts[number]:
                message = f"Of {reply.get('n')} entries that {self.options.host} sent, {counts[number]} arrived. Run it again."
                raise LostError(ldap_error(message, "PROTOCOL_ERROR"))
            if reply["t"] in ("done", "err"):
                waiting.discard(number)
            yield Step(number - first, reply=reply)
            if not waiting:
                self.used = time.monotonic()
                return

    def _check_end(self, reply: Reply) -> None:
        if reply["t"] == "bye":
            raise LostError(ldap_error(f"The program on {self.options.host} ended. Run it again.", "CONNECTION_LOST"))

    def _replies(self) -> t.Iterator[Reply]:
        """Yield answers as they come.

        Raises:
            LdapError: nothing came for too long.
            LostError: the program ended.
        """
        patience = self.options.ldap.read_timeout + _MARGIN
        quiet_since = time.monotonic()
        while True:
            self.client.deadline = quiet_since + patience
            output = self.client.receive()
            if output is None:
                if time.monotonic() - quiet_since > patience:
                    message = (
                        f"{self.options.host} did not answer for {patience:.0f} seconds (read_timeout). Run it again."
                    )
                    raise ldap_error(message, "TIMEOUT")
                continue
            self._errors = (self._errors + output.stderr)[-64 * 1024 :]
            for data in self._splitter.feed(output.stdout):
                reply = winrm_protocol.parse(data)
                if reply is None:
                    self._noise = (self._noise + data)[-_MAX_NOISE:]
                else:
                    self.lines += 1
                    yield reply
            if output.exit_code is not None:
                raise LostError(self._ended(output))
            # The time that the reader takes for what it got does not count.
            quiet_since = time.monotonic()

    def _ended(self, output: Output) -> LdapError:
        words = self.clean(plain(self._errors) or self._noise.decode("utf-8", "replace"))
        message = (
            f"PowerShell on {self.options.host} ended unexpectedly (exit code {output.exit_code}).{said(words)} Check that "
            "powershell.exe may run there."
        )
        return ldap_error(message, "POWERSHELL_FAILED")

    def clean(self, text: str) -> str:
        """Return a text without what must not be shown: a program may repeat anything that it was sent."""
        for secret in (self.options.password, self.options.ldap.password):
            if secret:
                text = text.replace(secret, "***").replace(encode(secret), "***")
        return text

    def stop(self) -> bool:
        """End it; return whether it is certain that it does nothing any more."""
        try:
            return self.client.kill()
        finally:
            self.client.disconnect()

    def close(self) -> None:
        """End it as far as that is possible."""
        self.client.close(quick=True)


def _parts(item: tuple[str, t.Sequence[str]]) -> tuple[str, ...]:
    operation, words = item
    return (operation, *words)
