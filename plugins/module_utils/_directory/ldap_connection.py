# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection to one domain controller: opened, protected, signed in."""

from __future__ import annotations

import contextlib
import errno
import re
import socket
import ssl
import typing as t

from . import ldap_ber as ber
from .ldap_errors import SUCCESS, LdapError, MissingLibraryError, ldap_error
from .ldap_options import LdapOptions
from .ldap_tls import build_context, tls_error
from .ldap_wire import Socket, Wire

try:
    import ldap3

    LDAP3_MISSING = False
except ImportError:
    LDAP3_MISSING = True

_WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
_ERRNO = re.compile(r"\[Errno (-?\d+)\]")
_REFUSED = {
    errno.ECONNREFUSED: ("REFUSED", "nothing listens on that port. Check server, port and whether the service runs"),
    errno.EHOSTUNREACH: ("UNREACHABLE", "there is no way to that host. Check the network and the firewall"),
    errno.ENETUNREACH: ("UNREACHABLE", "there is no way to that network. Check the network and the firewall"),
    errno.ECONNRESET: ("REFUSED", "the connection was reset at once. Check the port and the firewall"),
}


class LdapConnection:
    """One connection, through ldap3. Requests go out by ldap3; answers are read by ``wire`` where ldap3 allows it.

    Attributes:
        options: the options it was made from.
        server: the name of the server it leads to.
        ldap3: ldap3's connection.
        wire: reads answers from the socket.
        user: who signed in, as given, for messages.
    """

    def __init__(self, options: LdapOptions, server: str) -> None:
        """Prepare a connection to one server; nothing is sent.

        Raises:
            MissingLibraryError: ldap3 is not installed.
            OptionError: a certificate cannot be read.
        """
        require_ldap3()
        self.options = options
        self.server = server
        self.user = options.username or ""
        self.tls_error: BaseException | None = None
        self._context = build_context(options) if options.tls_mode != "none" else None
        tls = _tls(self._context, self) if self._context is not None else None
        port = options.effective_port
        host = ldap3.Server(
            server,
            port=port,
            use_ssl=options.tls_mode == "ldaps",
            tls=tls,
            get_info=ldap3.NONE,
            connect_timeout=options.connection_timeout,
        )
        # ldap3 never gets to know the password: it would change it by rules that Active Directory does not have.
        self.ldap3: t.Any = ldap3.Connection(
            host,
            authentication=ldap3.ANONYMOUS,
            client_strategy=ldap3.SYNC,
            auto_bind=ldap3.AUTO_BIND_NONE,
            auto_referrals=False,
            auto_range=False,
            auto_encode=False,
            check_names=False,
            return_empty_attributes=False,
            raise_exceptions=False,
            receive_timeout=options.read_timeout,
        )
        self.wire = Wire(
            self._socket,
            self.where,
            options.read_timeout,
            (options.password or "", options.certificate_password or ""),
        )

    def _socket(self) -> Socket | None:
        return t.cast("Socket", self.ldap3.socket) if self.ldap3.socket is not None else None

    @property
    def where(self) -> str:
        """Server and port, for messages."""
        return f"{self.server}:{self.options.effective_port}"

    @property
    def inside_tls(self) -> bool:
        """Whether everything goes through TLS."""
        return self._context is not None

    def open(self) -> None:
        """Connect, and begin TLS.

        Raises:
            LdapError: that did not work.
        """
        try:
            self.ldap3.open(read_server_info=False)
        except Exception as error:
            raise self._open_error(error) from None
        with contextlib.suppress(OSError, AttributeError):
            # Requests are small and several may be on their way: none waits for the one before to be confirmed.
            self.ldap3.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.options.tls_mode == "start_tls":
            self._start_tls()

    def _start_tls(self) -> None:
        try:
            started = self.ldap3.start_tls(read_server_info=False)
        except Exception as error:
            if self.tls_error is not None:
                raise tls_error(self.server, self.options.effective_port, self.tls_error) from None
            raise self._no_start_tls(str(error)) from None
        if not started:
            raise self._no_start_tls(str(self.ldap3.last_error or ""))

    def _no_start_tls(self, text: str) -> LdapError:
        message = (
            f"{self.where} does not begin TLS (StartTLS); the server may have no certificate. Use tls_mode ldaps, or "
            "give the server one."
        )
        if "socket" in text or "session" in text:
            message = f"{self.where} ended the connection instead of beginning TLS (StartTLS). Check port and tls_mode."
        return ldap_error(message, "NO_TLS")

    def _open_error(self, error: Exception) -> LdapError:
        if self.tls_error is not None:
            return tls_error(self.server, self.options.effective_port, self.tls_error)
        text = f"{error} {error.args!r}"
        if "invalid server address" in text:
            message = (
                f"The name {self.server} cannot be resolved: check its spelling and the name servers of this computer."
            )
            return ldap_error(message, "NAME_NOT_RESOLVED")
        if "timed out" in text:
            message = (
                f"{self.where} did not answer within {self.options.connection_timeout} seconds: it is off, or a "
                "firewall drops the connection (connection_timeout)."
            )
            return ldap_error(message, "UNREACHABLE")
        numbers = [int(number) for number in _ERRNO.findall(text)]
        known = next((number for number in numbers if number in _REFUSED), None)
        if known is not None:
            code, why = _REFUSED[known]
            return ldap_error(f"{self.where} cannot be reached: {why}.", code)
        words = ", ".join(dict.fromkeys(errno.errorcode.get(number, str(number)) for number in numbers))
        tail = f" ({words})" if words else ""
        return ldap_error(f"{self.where} cannot be reached{tail}. Check server, port and network.", "UNREACHABLE")

    def peer_certificate(self) -> bytes | None:
        """Return the server's certificate (DER), None without TLS."""
        source = self.ldap3.socket
        return source.getpeercert(binary_form=True) if isinstance(source, ssl.SSLSocket) else None

    def simple_bind(self, name: str, password: str) -> ber.Answer:
        """Send a simple bind and return the answer.

        Raises:
            LdapError: the connection broke.
        """
        return self._ask(lambda number: ber.simple_bind(number, name, password))

    def sasl_bind(self, mechanism: str, token: bytes | None) -> ber.Answer:
        """Send one step of a SASL bind and return the answer.

        Raises:
            LdapError: the connection broke.
        """
        return self._ask(lambda number: ber.sasl_bind(number, mechanism, token))

    def who_am_i(self) -> str | None:
        """Return whom the server takes this connection for ("u:CONTOSO\\name"), "" for nobody, None where it won't say.

        Raises:
            LdapError: the connection broke.
        """
        answer = self._ask(lambda number: ber.extended_request(number, _WHO_AM_I))
        return (answer.value or b"").decode("utf-8", "replace") if answer.code == SUCCESS else None

    def _ask(self, request: t.Callable[[int], bytes]) -> ber.Answer:
        number = self.ldap3.server.next_message_id()
        self.wire.expect(number)
        self.send(request(number))
        answer = self.wire.wait(number).answer
        if answer is None:
            raise AssertionError("wait() returns when it is there")
        return answer

    def send(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            LdapError: the connection is gone.
        """
        try:
            if self.ldap3.socket is None:
                raise ConnectionError
            self.ldap3.socket.sendall(data)
        except OSError:
            raise ldap_error(f"The connection to {self.where} broke. Run it again.", "CONNECTION_LOST") from None

    def wrap(self, wrapper: t.Callable[[socket.socket], t.Any]) -> None:
        """Put a layer between the messages and the socket; everything from now on goes through it."""
        self.ldap3.socket = wrapper(self.ldap3.socket)

    def close(self) -> None:
        """End the connection. Further calls do nothing."""
        source = self.ldap3.socket
        with contextlib.suppress(Exception):
            # No unbind: it may wait for a server that is gone. Closing says the same.
            self.ldap3.strategy.close()
        self.ldap3.socket = None
        if source is not None:
            # ldap3 leaves a socket open that was never connected.
            source.close()


def require_ldap3() -> None:
    """Make sure that ldap3 is there.

    Raises:
        MissingLibraryError: it is not.
    """
    if LDAP3_MISSING:
        raise MissingLibraryError(
            "The Python library ldap3 is missing, which transport ldap needs: install it into the interpreter that "
            "runs the modules (pip install 'ldap3>=2.9.1')."
        )


def _tls(context: ssl.SSLContext, connection: LdapConnection) -> t.Any:
    """Return ldap3's TLS object with the standard library's own verification.

    ldap3 verifies nothing by default, and its check of names cannot match addresses on newer versions of Python.
    """

    class VerifiedTls(ldap3.Tls):
        def wrap_socket(self, holder: t.Any, do_handshake: bool = False) -> None:
            try:
                name = connection.server
                holder.socket = context.wrap_socket(holder.socket, server_hostname=name, do_handshake_on_connect=True)
            except (OSError, ValueError) as error:
                connection.tls_error = error
                raise

    return VerifiedTls(validate=context.verify_mode)
