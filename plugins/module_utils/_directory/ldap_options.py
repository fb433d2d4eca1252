# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a connection to a domain controller, checked before anything is sent."""

from __future__ import annotations

import ipaddress
import os
import re
import typing as t
from dataclasses import dataclass, field

from .._model.errors import OptionError

TlsMode = t.Literal["ldaps", "start_tls", "none"]
AuthProtocol = t.Literal["simple", "certificate", "negotiate", "kerberos", "ntlm"]
CertValidation = t.Literal["always", "ignore_hostname", "ignore"]

ALL_DOMAINS = "all"
SASL_PROTOCOLS = frozenset(("negotiate", "kerberos", "ntlm"))
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?\Z")
_GLOBAL_CATALOG = frozenset((3268, 3269))


@dataclass(frozen=True)
class LdapOptions:
    """How a domain controller is reached, and what is read from it.

    Attributes:
        server: DNS name or address of the domain controller; empty: found by the SRV records of ``domain_realm``.
        port: TCP port; None for 636 with ``ldaps`` and 389 otherwise.
        tls_mode: how the connection is protected. ``none`` is possible only where the authentication itself signs
            and seals all that follows (negotiate, kerberos, ntlm).
        auth_protocol: how to sign in; None: by certificate where there is one, else simple.
        username: user principal name, DOMAIN\\name or, for simple, a DN.
        password: goes nowhere but to the domain controller or the Kerberos library.
        ca_cert: PEM file, directory of PEM files, or PEM text with the authorities to trust; None: the system's.
        cert_validation: what must be right about the server's certificate.
        certificate: PEM file or PEM text with the client's certificate, and its key unless ``certificate_key`` has it.
        certificate_key: PEM file or PEM text with the client's key.
        certificate_password: opens the key.
        encrypt: seal, not only sign, where there is no TLS.
        connection_timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for the next bytes of an answer.
        domain_realm: DNS name of the domain; needed only where no server is given.
        page_size: entries to ask for at once. Active Directory gives 1000 at the most, whatever is asked.
        max_rate: entries a second at the most; None for as fast as they come.
        domains: DNS names of the domains to read, or ``("all",)`` for every domain of the forest.
        domain_controllers: DNS name of a domain to the server to ask about it; others are found by SRV records.
        search_bases: DNs to read instead of whole domains; empty for whole domains.
    """

    server: str = ""
    port: int | None = None
    tls_mode: TlsMode = "ldaps"
    auth_protocol: AuthProtocol | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_cert: str | None = None
    cert_validation: CertValidation = "always"
    certificate: str | None = field(default=None, repr=False)
    certificate_key: str | None = field(default=None, repr=False)
    certificate_password: str | None = field(default=None, repr=False)
    encrypt: bool = True
    connection_timeout: int = 5
    read_timeout: int = 120
    domain_realm: str | None = None
    page_size: int = 1000
    max_rate: int | None = None
    domains: tuple[str, ...] = (ALL_DOMAINS,)
    domain_controllers: t.Mapping[str, str] = field(default_factory=dict)
    search_bases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            OptionError: an option is missing or does not go with another; the message names it.
        """
        self._check_server()
        self._check_numbers()
        self._check_protection()
        self._check_credentials()
        self._check_certificates()

    @property
    def protocol(self) -> AuthProtocol:
        """How to sign in, decided."""
        return self.auth_protocol or ("certificate" if self.certificate else "simple")

    @property
    def effective_port(self) -> int:
        """The TCP port, decided."""
        return self.port or (636 if self.tls_mode == "ldaps" else 389)

    @property
    def has_address(self) -> bool:
        """Whether the server is given by its IP address."""
        return is_address(self.server)

    def _check_server(self) -> None:
        if "://" in self.server:
            raise OptionError(
                f"server: '{self.server}' is a URL. Give the name of the domain controller alone, such as "
                "dc1.contoso.local, and the rest by tls_mode and port."
            )
        if not self.server and not self.domain_realm:
            raise OptionError(
                "server is missing: give the DNS name of a domain controller, or domain_realm to have one found by DNS."
            )
        for option, name in (("server", self.server), ("domain_realm", self.domain_realm or "")):
            if name and not _HOST.match(name) and not is_address(name):
                raise OptionError(f"{option}: '{name}' is no DNS name; give one such as dc1.contoso.local.")
        for domain, name in self.domain_controllers.items():
            if not _HOST.match(domain) or not (_HOST.match(name) or is_address(name)):
                raise OptionError(
                    f"domain_controllers: '{domain}: {name}' does not name a domain and a domain controller, as in "
                    "child.contoso.local: dc3.child.contoso.local."
                )
        if not self.domains:
            raise OptionError("domains is empty: name the domains to read, or say all.")

    def _check_numbers(self) -> None:
        for option, number, least in (
            ("connection_timeout", self.connection_timeout, 1),
            ("read_timeout", self.read_timeout, 1),
            ("page_size", self.page_size, 1),
            ("max_rate", self.max_rate, 1),
        ):
            if number is not None and number < least:
                raise OptionError(f"{option} is {number}; it must be {least} or more.")
        if self.port is not None and not 0 < self.port < 65536:
            raise OptionError(f"port is {self.port}; a TCP port lies between 1 and 65535.")
        if self.port in _GLOBAL_CATALOG:
            raise OptionError(
                f"port {self.port} is the global catalog, which lacks half of the attributes: "
                "use 636 (ldaps) or 389 (start_tls) of a domain controller."
            )

    def _check_protection(self) -> None:
        if self.tls_mode != "none" or self.protocol in SASL_PROTOCOLS:
            return
        raise OptionError(
            f"tls_mode none with auth_protocol {self.protocol} would send everything in clear text: use tls_mode ldaps "
            "or start_tls, or auth_protocol negotiate, kerberos or ntlm, which sign and seal."
        )

    def _check_credentials(self) -> None:
        protocol = self.protocol
        if protocol == "certificate":
            if not self.certificate:
                raise OptionError("certificate is missing: give one, or use another auth_protocol than certificate.")
            return
        if self.password and not self.username:
            raise OptionError(
                "username is missing, and password is set: give both, or neither where there is a Kerberos ticket."
            )
        if self.password is not None and "\0" in self.password:
            raise OptionError("password holds a null character, which no account's password does.")
        if protocol in ("simple", "ntlm"):
            if not self.username:
                raise OptionError(
                    f"username and password are missing: give both, which auth_protocol {protocol} needs. With a "
                    "Kerberos ticket, use auth_protocol kerberos."
                )
            if not self.password:
                # An empty password makes a simple bind anonymous, and it succeeds.
                raise OptionError(
                    f"password is missing, and username is set: give both, which auth_protocol {protocol} needs."
                )

    def _check_certificates(self) -> None:
        if self.certificate_key and not self.certificate:
            raise OptionError("certificate is missing, and certificate_key is set: give both, or neither.")
        if self.certificate_password and not self.certificate:
            raise OptionError("certificate is missing, and certificate_password is set: give both, or neither.")
        for option, value in (
            ("ca_cert", self.ca_cert),
            ("certificate", self.certificate),
            ("certificate_key", self.certificate_key),
        ):
            if value and not is_pem(value) and not os.path.exists(value):
                shown = value if len(value) <= 200 and "\n" not in value else "its value"
                raise OptionError(f"{option}: {shown} is neither a file nor PEM text.")


def is_pem(value: str) -> bool:
    """Return whether a value is PEM text itself and not the path of a file."""
    return "-----BEGIN " in value


def is_address(host: str) -> bool:
    """Return whether a host is given by its IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
