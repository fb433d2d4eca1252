# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who signs in at the WinRM server of the tests, and what is sealed with the keys of that."""

from __future__ import annotations

import base64
import struct
import typing as t
from dataclasses import dataclass, field

import spnego
from spnego import NegotiateOptions

BOUNDARY = b"--Encrypted Boundary"
_PIECE = 16384
_PROTOCOLS = {
    "Negotiate": b"application/HTTP-SPNEGO-session-encrypted",
    "CredSSP": b"application/HTTP-CredSSP-session-encrypted",
}
_CERTIFICATE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"


class Unsealable(Exception):
    """A message was sealed with other keys, or is no sealed message."""


@dataclass
class Rules:
    """Who may sign in, and how.

    Attributes:
        users: ``DOMAIN\\name`` to password, for Basic; NTLM and CredSSP read the file that NTLM_USER_FILE names.
        schemes: what is offered of Negotiate, CredSSP, Basic, Certificate.
        unencrypted: whether messages may come in clear text over http.
        binding: the channel binding that is demanded; None for none.
        name: DNS name of the host, for Kerberos; its key is in the file that KRB5_KTNAME names.
    """

    users: dict[str, str] = field(default_factory=dict)
    schemes: tuple[str, ...] = ("Negotiate", "CredSSP", "Basic", "Certificate")
    unencrypted: bool = False
    binding: bytes | None = None
    name: str = ""


class Visitor:
    """Somebody on one connection.

    Attributes:
        user: who it is; None before the sign-in.
        scheme: how that came about.
    """

    def __init__(self, rules: Rules, certificate: bool) -> None:
        self.user: str | None = None
        self.scheme = ""
        self._rules = rules
        self._certificate = certificate
        self._context: t.Any = None

    def knock(self, header: str | None) -> tuple[bool, list[str]]:
        """Take an Authorization header; return whether the visitor may come in, and the headers to answer with."""
        offers = [name for name in self._rules.schemes if name != "Certificate"]
        if header is None:
            return self.user is not None and self.scheme in ("Negotiate", "CredSSP"), offers
        if header == _CERTIFICATE:
            self.scheme = "Certificate"
            self.user = "certificate" if self._certificate and "Certificate" in self._rules.schemes else None
            return self.user is not None, offers
        scheme, _blank, word = header.partition(" ")
        if scheme not in self._rules.schemes:
            return False, offers
        if scheme == "Basic":
            self.scheme = scheme
            name, _colon, password = base64.b64decode(word).decode("utf-8").partition(":")
            self.user = name if self._rules.users.get(name) == password else None
            return self.user is not None, offers
        return self._step(scheme, base64.b64decode(word), offers)

    def _step(self, scheme: str, token: bytes, offers: list[str]) -> tuple[bool, list[str]]:
        if self._context is None or self._context.complete:
            self._context = self._new_context(scheme, token)
            self.user = None
        try:
            answer = self._context.step(token)
        except Exception:
            self._context = None
            return False, offers
        words = [f"{scheme} {base64.b64encode(answer).decode('ascii')}"] if answer else []
        if not self._context.complete:
            return False, words
        self.scheme = scheme
        self.user = str(self._context.client_principal or "somebody")
        return True, words

    def _new_context(self, scheme: str, token: bytes) -> t.Any:
        binding = None
        if self._rules.binding is not None and scheme == "Negotiate":
            binding = spnego.channel_bindings.GssChannelBindings(application_data=self._rules.binding)
        if scheme == "CredSSP":
            return spnego.server(protocol="credssp", options=NegotiateOptions.use_negotiate)
        if token.startswith(b"NTLMSSP\0"):
            return spnego.server(protocol="ntlm", options=NegotiateOptions.use_ntlm, channel_bindings=binding)
        return spnego.server(protocol="kerberos", hostname=self._rules.name, service="HTTP", channel_bindings=binding)

    # Sealing

    def unseal(self, content_type: str, body: bytes) -> bytes:
        """Return what a sealed body holds.

        Raises:
            Unsealable: it was sealed with other keys.
        """
        parts = body.split(BOUNDARY + b"\r\n")
        message = b""
        try:
            for part in parts[2::2]:
                data = part.partition(b"application/octet-stream\r\n")[2]
                data = data.removesuffix(BOUNDARY + b"--\r\n")
                (length,) = struct.unpack("<i", data[:4])
                if self.scheme == "CredSSP":
                    message += self._context.unwrap(data[4:]).data
                else:
                    message += self._context.unwrap_winrm(data[4 : 4 + length], data[4 + length :])
        except Exception:
            raise Unsealable from None
        if not message:
            raise Unsealable
        return message

    def seal(self, message: bytes) -> tuple[str, bytes]:
        """Return content type and body of a sealed message."""
        protocol = _PROTOCOLS[self.scheme]
        pieces = [message]
        kind = "encrypted"
        if self.scheme == "CredSSP" and len(message) > _PIECE:
            kind = "x-multi-encrypted"
            pieces = [message[start : start + _PIECE] for start in range(0, len(message), _PIECE)]
        body = b""
        for piece in pieces:
            if self.scheme == "CredSSP":
                data = struct.pack("<i", 16) + self._context.wrap(piece).data
            else:
                sealed = self._context.wrap_winrm(piece)
                data = struct.pack("<i", len(sealed.header)) + sealed.header + sealed.data
            body += (
                BOUNDARY + b"\r\n\tContent-Type: " + protocol + b"\r\n"
                b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n" % len(piece)
                + BOUNDARY + b"\r\n\tContent-Type: application/octet-stream\r\n" + data
            )  # fmt: skip
        return (
            f'multipart/{kind};protocol="{protocol.decode()}";boundary="Encrypted Boundary"',
            body + BOUNDARY + b"--\r\n",
        )
