# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pywinrm's protocol as it is used here, and what it keeps to itself."""

from __future__ import annotations

import logging
import ssl
import typing as t

from .winrm_options import WinrmOptions


class Overheard(logging.Handler):
    """Hears what pywinrm's Kerberos part says of an error, which it tells nobody else."""

    _LOGGER = "winrm.vendor.requests_kerberos.kerberos_"

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.text = f"{self.text} {record.getMessage()} {record.exc_info[1] if record.exc_info else ''}"[-2000:]

    def __enter__(self) -> None:
        self.text = ""
        logging.getLogger(self._LOGGER).addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger(self._LOGGER).removeHandler(self)


def protocol_of(options: WinrmOptions, envelope: int) -> t.Any:
    """Return pywinrm's protocol with larger envelopes, and with the collection's own idea of certificates."""
    import winrm.protocol

    # They print errors that are handled here, with their texts.
    for name in ("winrm", "urllib3", "requests_credssp", "spnego"):
        logging.getLogger(name).addHandler(logging.NullHandler())

    class Protocol(winrm.protocol.Protocol):  # type: ignore[misc,unused-ignore]
        def build_wsman_header(self, *arguments: t.Any, **named: t.Any) -> dict[str, t.Any]:
            header: dict[str, t.Any] = super().build_wsman_header(*arguments, **named)
            header["env:Header"]["w:MaxEnvelopeSize"]["#text"] = str(envelope)
            return header

    protocol = Protocol(
        options.endpoint,
        transport=options.transport,
        username=_user(options),
        password=options.password,
        # None, which the types forget, stands for those that requests brings along.
        ca_trust_path=t.cast(str, options.ca_trust_path or _system_authorities()),
        cert_pem=options.cert_pem,
        cert_key_pem=options.cert_key_pem,
        server_cert_validation=options.server_cert_validation,
        kerberos_delegation=options.kerberos_delegation,
        kerberos_hostname_override=options.kerberos_hostname_override,
        read_timeout_sec=options.read_timeout_sec,
        operation_timeout_sec=options.operation_timeout_sec,
        message_encryption=options.message_encryption,
        send_cbt=options.send_cbt,
        proxy=options.proxy,
    )
    _prepare(protocol.transport, validate=options.server_cert_validation == "validate")
    return protocol


def _user(options: WinrmOptions) -> str | None:
    """Return the name to sign in with; realms are in capitals, and Kerberos takes no other."""
    if options.transport != "kerberos" or not options.user:
        return options.user
    name, _at, realm = options.user.rpartition("@")
    return f"{name}@{realm.upper()}"


def _prepare(transport: t.Any, *, validate: bool) -> None:
    """Let certificates be judged alike on every Python, and let no socket stay open.

    Python 3.13 refuses certificates that earlier versions take, as those of many internal authorities. A sign-in that
    fails leaves an answer unread, and with it its socket.
    """
    from requests.adapters import HTTPAdapter
    from urllib3.util.ssl_ import create_urllib3_context

    class Adapter(HTTPAdapter):
        last: t.Any = None

        def init_poolmanager(self, *arguments: t.Any, **named: t.Any) -> None:
            if validate:
                context = named["ssl_context"] = create_urllib3_context()
                context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
            super().init_poolmanager(*arguments, **named)

        def send(self, *arguments: t.Any, **named: t.Any) -> t.Any:
            self.last = super().send(*arguments, **named)
            return self.last

        def close(self) -> None:
            if self.last is not None:
                self.last.close()
                self.last = None
            super().close()

    build, seal = transport.build_session, transport.setup_encryption

    def mounted(session: t.Any) -> t.Any:
        for scheme in ("https://", "http://"):
            if not isinstance(session.get_adapter(scheme), Adapter):
                session.mount(scheme, Adapter())
        return session

    # Both, because making a session may already send something.
    transport.setup_encryption = lambda session: seal(mounted(session))
    transport.build_session = lambda: mounted(build())


def _system_authorities() -> str | None:
    """Return where the system keeps the authorities that it trusts; None for those that requests brings along."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath
