# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for PowerShell: takes the same arguments and input, and answers as the collection's text does under it.

The answers have the shapes that a real PowerShell 7.6 gave before a Samba domain controller. The domain controller is
asked through ldap3's connection; the entries are taken apart here, so that the names stay as the server writes them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import runpy
import select
import socket
import sys
import typing as t
import zlib
from pathlib import Path

runpy.run_path(str(Path(__file__).resolve().parents[1] / "conftest.py"))

from ansible_collections.syncready.m365.plugins.module_utils._directory import ldap_ber as ber  # noqa: E402
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_connection import (  # noqa: E402
    LdapConnection,
)
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_errors import LdapError  # noqa: E402
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions  # noqa: E402
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm_bridge import (  # noqa: E402
    BOOTSTRAP,
    VERSION,
)
from ansible_collections.syncready.m365.tests.winrm_host.stand_in_wire import (  # noqa: E402
    Refused,
    control,
    decoded,
    encoded,
    entry_lines,
    modify_operation,
    search_operation,
    whole_message,
)

_AUTH: dict[str, t.Any] = {"Negotiate": "negotiate", "Kerberos": "kerberos", "Ntlm": "ntlm", "Basic": "simple"}
_TLS: dict[str, t.Any] = {"none": "none", "ldaps": "ldaps", "starttls": "start_tls"}
_PAGED = "1.2.840.113556.1.4.319"
_CLIXML = (
    '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    '<Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T></TN></Obj>'
    '<S S="Error">{0} : the term is not known_x000D__x000A_</S></Objs>'
)


class Output:
    """Writes lines."""

    def __init__(self) -> None:
        self.lines = 0
        self._stream = sys.stdout.buffer

    def say(self, **words: t.Any) -> None:
        """Write one answer."""
        self.raw(json.dumps(words, separators=(",", ":")).encode(), 1)

    def raw(self, data: bytes, lines: int) -> None:
        """Write lines."""
        self.lines += lines
        self._stream.write(data + b"\n")

    def flush(self) -> None:
        """Let them go."""
        self._stream.flush()


class Input:
    """Reads lines, and notices when none comes for a while."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._ended = False

    def _more(self, seconds: float | None) -> bool:
        if not select.select([0], [], [], seconds)[0]:
            return False
        data = os.read(0, 1 << 20)
        self._ended = not data
        self._buffer += data
        return True

    def line(self, seconds: float | None = None) -> str | None:
        """Return the next line, None at the end.

        Raises:
            TimeoutError: none came in time.
        """
        while (end := self._buffer.find(b"\n")) < 0:
            if self._ended:
                rest = self._buffer.decode("utf-8", "replace")
                self._buffer.clear()
                return rest or None
            if not self._more(seconds):
                raise TimeoutError
        text = self._buffer[:end].decode("utf-8", "replace")
        del self._buffer[: end + 1]
        return text

    def exactly(self, number: int) -> bytes:
        """Return so many bytes, fewer at the end."""
        while len(self._buffer) < number and not self._ended:
            self._more(None)
        data = bytes(self._buffer[:number])
        del self._buffer[:number]
        return data


class Bridge:
    """Answers requests.

    Args:
        output: where answers go.
    """

    def __init__(self, output: Output) -> None:
        self.idle = 600.0
        self._output = output
        self._last = 0
        self._connection: LdapConnection | None = None
        self._gzip = False
        self._next = 100

    def request(self, text: str) -> bool:
        """Answer one request; return whether there may be more."""
        number = 0
        try:
            words: dict[str, t.Any] = {"attribute": [], "control": [], "change": []}
            first, operation, *rest = text.split(" ")
            identifier = int(first)
            for word in rest:
                name, _equals, value = word.partition("=")
                if isinstance(words.get(name), list):
                    words[name].append(value)
                else:
                    words[name] = words.get(name, "") + value
            if "end" not in words:
                raise ValueError("the request is cut off")
            number = identifier
            if number <= self._last:
                return True
            self._last = number
            if operation == "bye":
                self._output.say(t="bye", why="asked", s=self._output.lines)
                return False
            work = getattr(self, f"_{operation}", None)
            if work is None or operation not in ("hello", "bind", "search", "modify", "echo", "ping"):
                raise ValueError(f"unknown operation {operation}")
            work(number, words)
        except Refused as error:
            self._fail(number, error.kind, error.code, error.text, error.matched)
        except Exception as error:
            message = str(error) if isinstance(error, ValueError) else repr(error)
            self._fail(number, "bridge", -1, "", "", message)
        return True

    def _fail(self, number: int, kind: str, code: int, text: str, matched: str = "", message: str = "") -> None:
        names = {"ldap": "DirectoryOperationException", "client": "LdapException"}
        name = f"System.DirectoryServices.Protocols.{names[kind]}" if kind in names else "System.Exception"
        words = message or f"error {code}. {text}"
        self._output.say(
            t="err", i=number, kind=kind, rc=code, type=name, message=encoded(words), server=encoded(text),
            matched=encoded(matched),
        )  # fmt: skip

    def _hello(self, number: int, words: dict[str, t.Any]) -> None:
        self.idle = int(words.get("idle", self.idle * 1000)) / 1000
        self._output.say(
            t="hello", i=number, v=VERSION, nonce=words.get("nonce", ""), powershell="stand-in", clr="none",
            host=encoded(socket.gethostname()), user=encoded(os.environ.get("STAND_IN_SESSION", "")), pid=os.getpid(),
        )  # fmt: skip

    def _ping(self, number: int, words: dict[str, t.Any]) -> None:
        self._output.say(t="done", i=number, rc=0, n=0)

    def _echo(self, number: int, words: dict[str, t.Any]) -> None:
        digest = hashlib.sha256(base64.b64decode(words.get("data", ""))).hexdigest().upper()
        lines = int(words.get("lines", 0))
        for _number in range(lines):
            self._output.say(t="x", i=number, x="0123456789abcdef" * 4096)
        self._output.say(t="done", i=number, rc=0, n=lines, digest=digest)

    def _bind(self, number: int, words: dict[str, t.Any]) -> None:
        self._timeout = int(words.get("timeout", 120))
        user, password, domain = (decoded(words.get(name, "")) for name in ("user", "password", "domain"))
        anonymous = "user" not in words
        auth, tls = _AUTH[words.get("auth", "Negotiate")], _TLS[words.get("tls", "none")]
        if anonymous and "STAND_IN_USER" in os.environ:
            user, password, anonymous = os.environ["STAND_IN_USER"], os.environ["STAND_IN_PASSWORD"], False
        options = LdapOptions(
            server=decoded(words["server"]),
            port=int(words.get("port", 389)),
            tls_mode=tls,
            auth_protocol="negotiate" if anonymous else auth,
            username=(f"{domain}\\{user}" if domain else user) or None,
            password=password or None,
            ca_cert=os.environ.get("LDAPTLS_CACERT"),
            encrypt="seal" in words,
            read_timeout=self._timeout,
        )
        connection = LdapConnection(options, options.server)
        try:
            connection.open()
            if not anonymous:
                self._sign_in(connection, auth)
        except LdapError as error:
            connection.close()
            code = {"BAD_CREDENTIALS": 49, "TIMEOUT": 85}.get(error.code, error.result or 81)
            raise Refused("client", code, "") from None
        if self._connection is not None:
            self._connection.close()
        self._connection = connection
        self._gzip = "gzip" in words
        self._output.say(t="done", i=number, rc=0, n=0)

    def _sign_in(self, connection: LdapConnection, auth: str) -> None:
        if auth != "simple":
            # It takes its time, and most tests do without.
            from ansible_collections.syncready.m365.plugins.module_utils._directory import ldap_auth

            ldap_auth.sign_in(connection)
            return
        answer = connection.simple_bind(connection.options.username or "", connection.options.password or "")
        if answer.code:
            raise Refused("client", answer.code, answer.text)

    def _ask(self, operation: bytes, controls: list[tuple[str, bool, bytes]]) -> tuple[list[bytes], ber.Answer, int]:
        connection = self._connection
        if connection is None:
            raise ValueError("bind first")
        number = self._next = self._next + 1
        connection.wire.expect(number)
        try:
            connection.send(whole_message(number, operation, controls))
            page = connection.wire.wait(number)
        except LdapError as error:
            self._connection = None
            raise Refused("client", 85 if error.code == "TIMEOUT" else 81) from None
        assert page.answer is not None
        return page.parts, page.answer, page.references

    def _search(self, number: int, words: dict[str, t.Any]) -> None:
        operation = search_operation(words)
        controls = [control(text) for text in words["control"]]
        size = int(words.get("page", 0))
        cookie, count = b"", 0
        while True:
            paging = []
            if size:
                value = ber.element(ber.SEQUENCE, ber.integer(size), ber.element(0x04, cookie))
                paging = [(_PAGED, True, value)]
            parts, answer, references = self._ask(operation, [*controls, *paging])
            if answer.code not in (0, 10):
                raise Refused("ldap", answer.code, answer.text, answer.matched)
            lines = [line for part in parts for line in entry_lines(part, number)]
            count += len(lines)
            self._page(number, lines)
            for _number in range(references):
                self._output.say(t="r", i=number, u=encoded("ldap://elsewhere"))
            cookie = answer.cookie or b""
            if not size or not cookie:
                break
            self._output.say(t="p", i=number, n=count)
            self._output.flush()
        self._output.say(t="done", i=number, rc=answer.code, n=count, c=[])

    def _page(self, number: int, lines: list[bytes]) -> None:
        if not lines:
            return
        if not self._gzip:
            self._output.raw(b"\n".join(lines), len(lines))
            return
        zipper = zlib.compressobj(1, zlib.DEFLATED, 31)
        packed = zipper.compress(b"\n".join(lines) + b"\n") + zipper.flush()
        data = binascii.b2a_base64(packed, newline=False)
        self._output.raw(b'{"t":"z","i":%d,"b":"%s"}' % (number, data), 1)

    def _modify(self, number: int, words: dict[str, t.Any]) -> None:
        _parts, answer, _references = self._ask(modify_operation(words), [control(text) for text in words["control"]])
        if answer.code not in (0, 10):
            raise Refused("ldap", answer.code, answer.text, answer.matched)
        self._output.say(t="done", i=number, rc=answer.code, n=1, c=[])


def main() -> int:
    """Do what PowerShell does with the collection's texts."""
    arguments = sys.argv[1:]
    text = base64.b64decode(arguments[arguments.index("-EncodedCommand") + 1]).decode("utf-16-le")
    if text != BOOTSTRAP:
        # Any other text is one that fails.
        sys.stderr.write(_CLIXML.format(text.split()[0]))
        return 1
    output, source = Output(), Input()
    if os.environ.get("STAND_IN_LANGUAGE"):
        output.say(t="fatal", code="language-mode", msg=os.environ["STAND_IN_LANGUAGE"])
        output.flush()
        return 95
    size, digest = (source.line() or "0 0").split(" ")
    script = source.exactly(int(size))
    if len(script) < int(size):
        return 96
    if hashlib.sha256(script).hexdigest().upper() != digest:
        output.say(t="fatal", code="script-hash", msg="")
        output.flush()
        return 97
    bridge = Bridge(output)
    while True:
        try:
            line = source.line(bridge.idle)
        except TimeoutError:
            output.say(t="bye", why="idle")
            output.flush()
            return 3
        if line is None:
            return 0
        if line:
            more = bridge.request(line)
            output.flush()
            if not more:
                return 0


if __name__ == "__main__":
    sys.exit(main())
