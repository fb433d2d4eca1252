# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's checks of a WinRM host, up to the program that runs on it."""

from __future__ import annotations

import dataclasses
import socket
import time
import typing as t
from dataclasses import dataclass, field

from .dns import name_servers, resolves
from .doctor import Check, Patient, Step
from .interface import ReadStatistics
from .ldap_entries import EntryParser
from .ldap_errors import LdapError, ldap_error
from .ldap_options import is_address
from .ldap_search import Pace, Request
from .winrm_client import WinrmClient
from .winrm_errors import LostError, require_for
from .winrm_kerberos import Ticket
from .winrm_options import WinrmOptions
from .winrm_pool import Bridges
from .winrm_protocol import text_of
from .winrm_search import BridgeSearcher
from .winrm_session import Bridge

_SLOW = 0.1


@dataclass
class WinrmPatient(Patient):
    """What the checks have found out so far.

    Attributes:
        winrm: how the host is reached.
        thorough: whether to do what takes minutes.
        ticket: for Kerberos.
        bridge: a program on the host that is not signed in to a domain controller.
        bridges: programs that are.
    """

    winrm: WinrmOptions = field(default=t.cast(WinrmOptions, None))
    thorough: bool = False
    ticket: Ticket | None = None
    bridge: Bridge | None = None
    bridges: Bridges | None = None

    def running(self) -> Bridge:
        """Return the program on the host; one that was lost is started again.

        Raises:
            LdapError: it cannot be started.
        """
        if self.bridge is None:
            self.bridge = started(self.winrm)
        return self.bridge

    def stop(self) -> None:
        """End the program that is not signed in."""
        if self.bridge is not None:
            self.bridge.close()
            self.bridge = None

    def close(self) -> None:
        """End everything."""
        self.stop()
        if self.bridges is not None:
            self.bridges.close()
        if self.ticket is not None:
            self.ticket.give_back()


def started(options: WinrmOptions, idle: int | None = None, envelope: int | None = None) -> Bridge:
    """Return a program on the host.

    Args:
        options: how the host is reached.
        idle: milliseconds after which it ends by itself.
        envelope: how many bytes an answer may have.

    Raises:
        LdapError: it cannot be started.
    """
    client = WinrmClient(options, envelope) if envelope else WinrmClient(options)
    bridge = Bridge(options, options.ldap.server, client)
    try:
        bridge.start(idle)
    except LostError as error:
        bridge.close()
        raise error.final from None
    except BaseException:
        bridge.close()
        raise
    return bridge


def _of(patient: Patient) -> WinrmPatient:
    return t.cast(WinrmPatient, patient)


def libraries(patient: Patient) -> t.Iterator[Check]:
    """Check that the Python libraries are there that the options need."""
    require_for(_of(patient).winrm)
    yield Check("libraries", "ok", "All libraries that the options need are installed.")


def kerberos(patient: Patient) -> t.Iterator[Check]:
    """Get a Kerberos ticket, where one is needed."""
    own = _of(patient)
    if own.winrm.transport != "kerberos":
        yield Check("kerberos", "skipped", f"winrm_transport {own.winrm.transport} does not use Kerberos.")
        return
    own.ticket = Ticket(own.winrm)
    if not own.ticket.needed:
        yield Check("kerberos", "ok", "The ticket that is there already will be used.")
        return
    own.ticket.get()
    yield Check("kerberos", "ok", f"There is a Kerberos ticket for {own.winrm.user}.")


def name_resolution(patient: Patient) -> t.Iterator[Check]:
    """Check that the host's name leads to an address."""
    host = _of(patient).winrm.host
    addresses = resolves(host)
    if not addresses:
        raise ldap_error(
            f"The name {host} cannot be resolved: check its spelling and the name servers of this computer "
            f"({', '.join(name_servers()) or 'none'}).",
            "NAME_NOT_RESOLVED",
        )
    if is_address(host):
        text = f"The WinRM host is given by its address {host}: certificates mostly hold names, and Kerberos needs one."
        yield Check("name_resolution", "warning", text, "Give the DNS name of the WinRM host.")
        return
    yield Check("name_resolution", "ok", f"{host} is {', '.join(addresses[:3])}.")


def reachability(patient: Patient) -> t.Iterator[Check]:
    """Check that the port accepts connections, and how far away it is."""
    options = _of(patient).winrm
    if options.proxy:
        yield Check("reachability", "skipped", f"The way goes through the proxy {options.proxy}.")
        return
    started_at = time.monotonic()
    try:
        with socket.create_connection((options.host, options.effective_port), patient.options.connection_timeout):
            seconds = time.monotonic() - started_at
    except ConnectionRefusedError:
        raise ldap_error(
            f"{options.where} cannot be reached: WinRM is not enabled there for {options.scheme}, or listens on another "
            "port. Enable it on that computer (winrm quickconfig), or check winrm_host, winrm_port and winrm_scheme.",
            "REFUSED",
        ) from None
    except OSError:
        raise ldap_error(
            f"{options.where} did not answer: it is off, or a firewall drops the connection. Have TCP port "
            f"{options.effective_port} opened.",
            "UNREACHABLE",
        ) from None
    text = f"{options.where} accepts connections after {seconds * 1000:.1f} ms."
    yield Check("reachability", "warning" if seconds > _SLOW else "ok", text, _far(seconds))


def _far(seconds: float) -> str:
    return "Every page takes a round trip: use a WinRM host that is nearer." if seconds > _SLOW else ""


def hello(patient: Patient) -> t.Iterator[Check]:
    """Sign in to the host and start the program: versions, language mode, identity."""
    own = _of(patient)
    begun = time.monotonic()
    said = own.running().hello
    options = own.winrm
    how = "sealed" if options.sealed else "inside TLS" if options.scheme == "https" else "in clear text"
    text = (
        f"{text_of(said, 'host') or options.host} runs PowerShell {said.get('powershell')} (.NET {said.get('clr')}) in full "
        f"language mode for {text_of(said, 'user') or 'nobody'}; signed in by {options.transport}, {how}; started in "
        f"{time.monotonic() - begun:.1f} s."
    )
    if options.server_cert_validation == "ignore" and options.scheme == "https":
        advice = "Give the authority in winrm_ca_trust_path and set winrm_server_cert_validation validate."
        yield Check("winrm", "warning", f"{text} The certificate is not verified.", advice)
    elif how == "in clear text":
        yield Check("winrm", "warning", text, "Use https, or winrm_transport ntlm, kerberos or credssp.")
    else:
        yield Check("winrm", "ok", text)


def bind(patient: Patient) -> t.Iterator[Check]:
    """Sign in to the domain controller behind the host."""
    own = _of(patient)
    options = own.winrm
    server = patient.options.server
    bridges = own.bridges = Bridges(options, server)
    bridges.give(bridges.take())
    ldap = patient.options
    explicit = options.signs_in_to(server)
    who = f"as {ldap.username}" if explicit else "as the one who signed in to the host"
    how = {"ldaps": "inside TLS", "start_tls": "inside TLS (StartTLS)", "none": "signed and sealed"}[ldap.tls_mode]
    text = f"{options.host} signed in to {server} by {ldap.protocol} {who}, {how}."
    if options.host.lower() == server.lower() or not explicit:
        yield Check("bind", "ok", text)
        return
    yield Check("bind", "ok", f"{text} Without those credentials {_without(own)}.")


def _without(own: WinrmPatient) -> str:
    """Return what becomes of a sign-in that hands nothing on."""
    plain = dataclasses.replace(own.options, username=None, password=None, auth_protocol="negotiate", tls_mode="none")
    bridges = Bridges(dataclasses.replace(own.winrm, ldap=plain), own.options.server)
    searcher = BridgeSearcher(bridges, ReadStatistics(), Pace(None))
    try:
        # Anybody may bind as nobody and see the root DSE; what is below it tells.
        (root,) = searcher.entries(Request("", "base", attributes=("defaultNamingContext",)), EntryParser())
        domain = root.text("defaultnamingcontext") or ""
        seen = list(searcher.entries(Request(domain, "base", attributes=("objectClass",)), EntryParser()))
    except (LdapError, ValueError):
        seen = []
    finally:
        bridges.close()
    return "it could too" if seen else "it could not (WinRM hands none on)"


STEPS = (
    Step("libraries", (), libraries),
    Step("kerberos", ("libraries",), kerberos),
    Step("name_resolution", (), name_resolution),
    Step("reachability", ("name_resolution",), reachability),
    Step("winrm", ("kerberos", "reachability"), hello),
)
