# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's checks up to the sign-in: libraries, names, the way to the server, TLS."""

from __future__ import annotations

import dataclasses
import datetime
import re
import socket
import ssl
import time
import typing as t

from .dns import DnsError, in_order, kerberos_settings, name_servers, query_services, resolves
from .doctor import Check, Patient
from .ldap_auth_spnego import missing_for_kerberos, require_spnego
from .ldap_connection import LdapConnection, require_ldap3
from .ldap_errors import ldap_error
from .ldap_options import SASL_PROTOCOLS, is_address

_WARN_DAYS = 30
_DEFAULT_REALM = re.compile(r"^\s*default_realm\s*=\s*(\S+)", re.MULTILINE)
_SLOW = 0.1


def libraries(patient: Patient) -> t.Iterator[Check]:
    """Check that the Python libraries are there that the options need."""
    require_ldap3()
    options = patient.options
    if options.protocol not in SASL_PROTOCOLS:
        yield Check("libraries", "ok", "ldap3 is installed; no other library is needed.")
        return
    require_spnego(options)
    if options.protocol == "negotiate" and missing_for_kerberos():
        yield Check(
            "libraries",
            "warning",
            "ldap3 and pyspnego are installed, gssapi and krb5 are not: negotiate will use NTLM.",
            "Install pyspnego[kerberos] where NTLM is not allowed.",
        )
        return
    yield Check("libraries", "ok", "All libraries that the options need are installed.")


def kerberos(patient: Patient) -> t.Iterator[Check]:
    """Check the Kerberos settings, and the ticket where no password is given."""
    options = patient.options
    if options.protocol == "negotiate" and missing_for_kerberos():
        yield Check("kerberos", "skipped", "Kerberos is not used: its libraries are not installed.")
        return
    if options.protocol not in ("kerberos", "negotiate"):
        yield Check("kerberos", "skipped", f"auth_protocol {options.protocol} does not use Kerberos.")
        return
    path = kerberos_settings()
    realm = _default_realm(path)
    if path is None:
        what, status = "There is no krb5.conf", "warning"
    elif not realm:
        what, status = f"{path} names no default realm", "warning"
    else:
        what, status = f"{path} names the realm {realm}", "ok"
    if not options.password:
        ticket = _ticket()
        if ticket is None:
            raise ldap_error(
                "There is no valid Kerberos ticket, and no password is given. Get one (kinit), or give username and "
                "password.",
                "NO_TICKET",
            )
        what += f"; there is a ticket for {ticket}"
    advice = "Kerberos then finds its servers by DNS alone; write a krb5.conf if it does not." if status != "ok" else ""
    yield Check("kerberos", "ok" if status == "ok" else "warning", f"{what}.", advice)


def _default_realm(path: str | None) -> str:
    if path is None:
        return ""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = _DEFAULT_REALM.search(file.read())
    except OSError:
        return ""
    return found.group(1) if found else ""


def _ticket() -> str | None:
    """Return whom the ticket is for, None where there is none that is still valid."""
    import gssapi  # only where an earlier check has found it

    try:
        credentials = gssapi.Credentials(usage="initiate")
        return str(credentials.name) if credentials.lifetime > 0 else None
    except Exception:
        return None


def srv_records(patient: Patient) -> t.Iterator[Check]:
    """Find the domain controllers that DNS knows, and choose one where the options name none."""
    options = patient.options
    domain = options.domain_realm or _domain_part(options.server)
    if not domain:
        yield Check(
            "srv_records", "skipped", "The server is given by a short name or an address, so the domain is unknown."
        )
        return
    try:
        services = in_order(query_services(f"_ldap._tcp.dc._msdcs.{domain}"))
        problem = f"DNS has no SRV record for the domain controllers of {domain}"
    except DnsError as error:
        services, problem = [], f"The SRV records of {domain} could not be asked for: {error}"
    hosts = [service.host for service in services]
    if not hosts:
        if not options.server:
            raise ldap_error(
                f"{problem}. Check domain_realm and the name servers of this computer "
                f"({', '.join(name_servers()) or 'none'}), or name a server.",
                "NO_DOMAIN_CONTROLLER",
            )
        yield Check(
            "srv_records",
            "warning",
            f"{problem}; server is given, so only other domains and Kerberos miss them.",
            "Let this computer use the name servers of the domain, or name domain controllers in domain_controllers.",
        )
        return
    if not options.server:
        patient.options = dataclasses.replace(options, server=hosts[0])
    elif options.server.lower() not in (host.lower() for host in hosts):
        yield Check(
            "srv_records",
            "warning",
            f"DNS knows {_few(hosts)} for {domain}, but not {options.server}.",
            "Check whether server is a domain controller of that domain.",
        )
        return
    yield Check("srv_records", "ok", f"DNS knows {_few(hosts)} for {domain}; {patient.options.server} is used.")


def _few(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _domain_part(server: str) -> str:
    return "" if is_address(server) else server.rstrip(".").partition(".")[2]


def name_resolution(patient: Patient) -> t.Iterator[Check]:
    """Check that the server's name leads to an address."""
    server = patient.options.server
    patient.addresses = resolves(server)
    if not patient.addresses:
        raise ldap_error(
            f"The name {server} cannot be resolved: check its spelling and the name servers of this computer "
            f"({', '.join(name_servers()) or 'none'}).",
            "NAME_NOT_RESOLVED",
        )
    if is_address(server):
        yield Check(
            "name_resolution",
            "warning",
            f"The server is given by its address {server}: certificates mostly hold names, and Kerberos needs one.",
            "Give the DNS name of the domain controller.",
        )
        return
    yield Check("name_resolution", "ok", f"{server} is {_few(patient.addresses)}.")


def reachability(patient: Patient) -> t.Iterator[Check]:
    """Check that the port accepts connections, and how far away it is."""
    options = patient.options
    where = f"{options.server}:{options.effective_port}"
    started = time.monotonic()
    try:
        with socket.create_connection((options.server, options.effective_port), options.connection_timeout):
            seconds = time.monotonic() - started
    except ConnectionRefusedError:
        raise ldap_error(
            f"{where} refuses connections: nothing listens on that port. Check server and port, and whether the "
            "directory service runs.",
            "REFUSED",
        ) from None
    except TimeoutError:
        raise ldap_error(
            f"{where} did not answer within {options.connection_timeout} seconds: it is off, or a firewall drops the "
            f"connection. Have TCP port {options.effective_port} opened, or raise connection_timeout.",
            "UNREACHABLE",
        ) from None
    except OSError as error:
        raise ldap_error(
            f"There is no way to {where} ({error.strerror or 'network error'}). Check the network and the firewall.",
            "UNREACHABLE",
        ) from None
    text = f"{where} accepts connections after {seconds * 1000:.1f} ms."
    if seconds > _SLOW:
        advice = "Every page and every write takes a round trip: use a domain controller that is nearer."
        yield Check("reachability", "warning", text, advice)
        return
    yield Check("reachability", "ok", text)


def tls(patient: Patient) -> t.Iterator[Check]:
    """Open the connection; with TLS, check the certificate: authority, name, validity."""
    options = patient.options
    connection = LdapConnection(options, options.server)
    patient.connection = connection
    connection.open()
    if not connection.inside_tls:
        yield Check("tls", "ok", f"There is no TLS (tls_mode none): {options.protocol} signs and seals instead.")
        return
    source = connection.ldap3.socket
    version = source.version() if isinstance(source, ssl.SSLSocket) else ""
    if options.cert_validation == "ignore":
        yield Check(
            "tls",
            "warning",
            f"{version} works, but the certificate is not verified (cert_validation ignore).",
            "Give the authority in ca_cert and set cert_validation always.",
        )
        return
    days = _days_left(source)
    if options.cert_validation == "ignore_hostname":
        text, advice = f"{version} works; the certificate's name is not verified.", "Set cert_validation always."
        yield Check("tls", "warning", text, advice)
    elif days is not None and days < _WARN_DAYS:
        text = f"{version} works; the certificate of the server expires in {days} days."
        yield Check("tls", "warning", text, "Renew it on the server.")
    else:
        tail = f", valid for {days} days more" if days is not None else ""
        yield Check("tls", "ok", f"{version} works; the certificate fits the name and a trusted authority{tail}.")


def _days_left(source: ssl.SSLSocket) -> int | None:
    certificate = source.getpeercert() or {}
    end = certificate.get("notAfter")
    if not isinstance(end, str):
        return None
    moment = datetime.datetime.fromtimestamp(ssl.cert_time_to_seconds(end), datetime.timezone.utc)
    return (moment - datetime.datetime.now(datetime.timezone.utc)).days
