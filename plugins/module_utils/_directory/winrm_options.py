# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a directory that is reached through WinRM, checked before anything is sent."""

from __future__ import annotations

import os
import re
import shlex
import typing as t
from dataclasses import dataclass, field

from .._model.errors import OptionError
from .ldap_options import LdapOptions, is_address

WinrmTransport = t.Literal["ntlm", "kerberos", "credssp", "certificate", "ssl", "basic"]
Scheme = t.Literal["https", "http"]
MessageEncryption = t.Literal["auto", "always", "never"]

# Those whose sign-in makes keys, by which every message is sealed.
SEALING = frozenset(("ntlm", "kerberos", "credssp"))
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?\Z")


@dataclass(frozen=True)
class WinrmOptions:
    """How a WinRM host is reached, and the domain controller behind it.

    Attributes:
        host: DNS name or address of the Windows computer that is signed in to.
        ldap: how that computer reaches the domain controller: server, port, protection, account, what is read.
        port: TCP port; None for 5986 with ``https`` and 5985 with ``http``.
        scheme: https or http.
        path: path of the service's URL.
        transport: how to sign in.
        user: who signs in.
        password: goes nowhere but into the sign-in.
        ca_trust_path: file or directory with the authorities to trust; None: the system's.
        server_cert_validation: validate or ignore.
        message_encryption: seal what is sent: auto (over http), always, never.
        allow_unencrypted: send passwords and data in clear text where the other options say so.
        cert_pem: file with the client's certificate.
        cert_key_pem: file with its key.
        kerberos_delegation: hand the ticket over, so that the host can sign in elsewhere with it.
        kerberos_hostname_override: name of the host for Kerberos, where it differs.
        kinit_mode: managed: a ticket is got with the password; manual: there is one already.
        kinit_cmd: the program that gets it.
        kinit_args: its arguments instead of the usual ones.
        send_cbt: bind the sign-in to the TLS channel.
        proxy: URL of a proxy; None: none, whatever the environment says.
        operation_timeout_sec: seconds after which the host answers that there is nothing yet.
        read_timeout_sec: seconds to wait for an answer; more than the former.
        compression: whether entries travel as gzip.
    """

    host: str
    ldap: LdapOptions
    port: int | None = None
    scheme: Scheme = "https"
    path: str = "wsman"
    transport: WinrmTransport = "ntlm"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_trust_path: str | None = None
    server_cert_validation: t.Literal["validate", "ignore"] = "validate"
    message_encryption: MessageEncryption = "auto"
    allow_unencrypted: bool = False
    cert_pem: str | None = None
    cert_key_pem: str | None = None
    kerberos_delegation: bool = False
    kerberos_hostname_override: str | None = None
    kinit_mode: t.Literal["managed", "manual"] = "managed"
    kinit_cmd: str = "kinit"
    kinit_args: str | None = None
    send_cbt: bool = True
    proxy: str | None = None
    operation_timeout_sec: int = 20
    read_timeout_sec: int = 30
    compression: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot work, and what would send secrets in clear text.

        Raises:
            OptionError: an option is missing or does not go with another; the message names it.
        """
        self._check_host()
        self._check_numbers()
        self._check_protection()
        self._check_credentials()
        self._check_files()
        if self.ldap.auth_protocol == "certificate":
            raise OptionError(
                "auth_protocol certificate is not possible with transport winrm: use negotiate, kerberos, ntlm or simple."
            )

    @property
    def effective_port(self) -> int:
        """The TCP port, decided."""
        return self.port or (5986 if self.scheme == "https" else 5985)

    @property
    def endpoint(self) -> str:
        """The URL of the service."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.effective_port}/{self.path.lstrip('/')}"

    @property
    def where(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.effective_port}"

    @property
    def sealed(self) -> bool:
        """Whether pywinrm seals what it sends."""
        if self.transport not in SEALING:
            return False
        return self.message_encryption == "always" or (self.message_encryption == "auto" and self.scheme == "http")

    def signs_in_to(self, server: str) -> bool:
        """Return whether the domain controller gets name and password of its own.

        Without them the host's session speaks for itself, which needs no second hop only where both are one computer.
        """
        ldap = self.ldap
        if not (ldap.username and ldap.password):
            return False
        same = server.rstrip(".").lower() == self.host.rstrip(".").lower()
        who = ldap.username.lower() == (self.user or "").lower()
        return not (same and who) or ldap.protocol == "simple"

    def _check_host(self) -> None:
        if not self.host:
            raise OptionError("winrm_host is missing: give the DNS name of the Windows computer to sign in to.")
        if not _HOST.match(self.host) and not is_address(self.host):
            raise OptionError(
                f"winrm_host: '{self.host}' is no DNS name. Give one such as dc1.contoso.local, and the rest by "
                "winrm_scheme, winrm_port and winrm_path."
            )
        if self.transport == "kerberos" and is_address(self.host) and not self.kerberos_hostname_override:
            raise OptionError(
                f"winrm_host: {self.host} is an address, and Kerberos needs a DNS name: give that, or set "
                "winrm_kerberos_hostname_override."
            )

    def _check_numbers(self) -> None:
        if self.port is not None and not 0 < self.port < 65536:
            raise OptionError(f"winrm_port is {self.port}; a TCP port lies between 1 and 65535.")
        if not 1 <= self.operation_timeout_sec <= 60:
            raise OptionError(
                f"winrm_operation_timeout_sec is {self.operation_timeout_sec}; hosts allow 1 to 60 seconds."
            )
        if self.read_timeout_sec <= self.operation_timeout_sec:
            raise OptionError(
                f"winrm_read_timeout_sec is {self.read_timeout_sec}; it must be more than winrm_operation_timeout_sec "
                f"({self.operation_timeout_sec})."
            )

    def _check_protection(self) -> None:
        if self.message_encryption == "always" and self.transport not in SEALING:
            raise OptionError(
                f"winrm_message_encryption always is not possible with winrm_transport {self.transport}: use ntlm, "
                "kerberos or credssp, or rely on https."
            )
        if self.scheme == "https":
            return
        if self.transport == "certificate" or (self.transport == "ssl" and self.cert_pem):
            raise OptionError(f"winrm_scheme http is not possible with winrm_transport {self.transport}: use https.")
        if self.sealed or self.allow_unencrypted:
            return
        if self.transport in SEALING:
            raise OptionError(
                "winrm_message_encryption never with winrm_scheme http would send everything in clear text: use auto "
                "or https. Only for a test, set winrm_allow_unencrypted."
            )
        raise OptionError(
            f"winrm_transport {self.transport} with winrm_scheme http would send the password and everything else in "
            "clear text: use https, or ntlm, kerberos or credssp. Only for a test, set winrm_allow_unencrypted."
        )

    def _check_credentials(self) -> None:
        for option, value in (("winrm_user", self.user), ("winrm_password", self.password)):
            if value and "\0" in value:
                raise OptionError(f"{option} holds a null character, which no account's name or password does.")
        if self.transport == "certificate" or (self.transport == "ssl" and self.cert_pem):
            if not (self.cert_pem and self.cert_key_pem):
                raise OptionError(
                    f"winrm_cert_pem and winrm_cert_key_pem are missing: winrm_transport {self.transport} needs both."
                )
            return
        if self.transport == "kerberos":
            self._check_kerberos()
            return
        if not self.user or not self.password:
            raise OptionError(
                f"winrm_user and winrm_password (or username and password) are missing: winrm_transport "
                f"{self.transport} needs both. With a Kerberos ticket, use winrm_transport kerberos."
            )

    def _check_kerberos(self) -> None:
        if self.user and ("\\" in self.user or "@" not in self.user):
            raise OptionError(f"winrm_user: Kerberos needs the form user@DOMAIN, and this is '{self.user}'.")
        if self.kinit_mode == "managed" and self.password and not self.user:
            raise OptionError("winrm_user is missing: winrm_password is set, and a ticket needs both.")
        try:
            shlex.split(self.kinit_args or "")
        except ValueError:
            raise OptionError("winrm_kinit_args cannot be taken apart: a quotation mark is missing.") from None

    def _check_files(self) -> None:
        for option, value in (
            ("winrm_ca_trust_path", self.ca_trust_path),
            ("winrm_cert_pem", self.cert_pem),
            ("winrm_cert_key_pem", self.cert_key_pem),
        ):
            if value and not os.path.exists(value):
                raise OptionError(f"{option}: there is no {value}.")
