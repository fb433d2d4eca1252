# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's checks of the sign-in: what the server is, its clock, who signs in, what protection it demands."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from . import ldap_auth, ldap_auth_spnego
from .doctor import Check, Patient
from .filters import escape_value
from .ldap_connection import LdapConnection
from .ldap_entries import EntryParser
from .ldap_errors import LdapError, ldap_error
from .ldap_options import LdapOptions, TlsMode
from .ldap_root import ATTRIBUTES, RootDse
from .ldap_search import Request

# Kerberos stops at 5 minutes; a clock that far off makes other things wrong too.
_MAX_SKEW = 300
_WARN_SKEW = 60
_LEVELS = {
    "0": "2000", "2": "2003", "3": "2008", "4": "2008 R2", "5": "2012", "6": "2012 R2", "7": "2016", "10": "2025",
}  # fmt: skip


def root_dse(patient: Patient) -> t.Iterator[Check]:
    """Read what the server says of itself, which needs no sign-in."""
    connection = patient.connected()
    request = Request("", "base", attributes=ATTRIBUTES)
    try:
        entries = list(patient.searching().entries(request, EntryParser()))
    except LdapError as error:
        # Some servers tell nothing before the sign-in; it is read again after it.
        if error.result is None:
            raise
        entries = []
    if not entries:
        text = f"{connection.where} tells nothing of itself before the sign-in."
        yield Check("root_dse", "warning", text, "Nothing, if the checks that follow are well.")
        return
    patient.root = root = RootDse.of(entries[0])
    yield from _judge(connection.where, root)


def _judge(where: str, root: RootDse) -> t.Iterator[Check]:
    if not root.active_directory:
        yield Check(
            "root_dse",
            "warning",
            f"{where} is a directory server, but not a domain controller of Active Directory.",
            "Check server: the collection is made for domain controllers.",
        )
    elif root.read_only:
        yield Check(
            "root_dse",
            "warning",
            f"{root.host} is a read-only domain controller of {root.domain}: it can be audited, as far as it holds the "
            "attributes, but not written.",
            "Use a writable domain controller.",
        )
    elif not root.synchronized:
        yield Check(
            "root_dse",
            "warning",
            f"{root.host} has not finished its first replication: it may not hold everything yet.",
            "Use another domain controller, or wait.",
        )
    else:
        level = _LEVELS.get(root.levels[1], root.levels[1] or "unknown")
        yield Check(
            "root_dse",
            "ok",
            f"{root.host} is a writable domain controller of {root.domain} in the forest {root.forest} "
            f"(functional level {level}).",
        )


def clock(patient: Patient) -> t.Iterator[Check]:
    """Compare the clocks."""
    time = patient.root.time
    if time is None:
        yield Check("clock", "skipped", "The server does not tell its time.")
        return
    seconds = round((datetime.datetime.now(datetime.timezone.utc) - time).total_seconds())
    # The server's time has no fractions of a second.
    text = f"This computer's clock is {abs(seconds)} seconds {'ahead of' if seconds > 0 else 'behind'} the server's."
    if abs(seconds) > _MAX_SKEW:
        advice = "Set the clocks (NTP): Kerberos fails beyond 5 minutes, and certificates may seem invalid."
        status: t.Literal["failed", "warning"] = (
            "failed" if patient.options.protocol in ("kerberos", "negotiate") else "warning"
        )
        yield Check("clock", status, text, advice, "CLOCK_SKEW")
    elif abs(seconds) > _WARN_SKEW:
        yield Check(
            "clock", "warning", text, "Set the clocks (NTP) before they drift further: Kerberos allows 5 minutes."
        )
    else:
        yield Check("clock", "ok", text if abs(seconds) > 1 else "The clocks agree.")


def bind(patient: Patient) -> t.Iterator[Check]:
    """Sign in as the options say."""
    connection = patient.connected()
    ldap_auth.sign_in(connection)
    options = patient.options
    how = {
        "ldaps": "inside TLS",
        "start_tls": "inside TLS (StartTLS)",
        "none": "signed and sealed" if options.encrypt else "signed",
    }[options.tls_mode]
    yield Check("bind", "ok", f"The sign-in by {options.protocol} succeeded, {how}.")


def identity(patient: Patient) -> t.Iterator[Check]:
    """Ask whom the server takes the account for."""
    connection = patient.connected()
    who = connection.who_am_i()
    request = Request("", "base", attributes=ATTRIBUTES)
    entries = list(patient.searching().entries(request, EntryParser()))
    if entries and not patient.root.host:
        patient.root = RootDse.of(entries[0])
    if who == "":
        raise ldap_error(
            f"{connection.where} took the sign-in, but signed nobody in: what can be read is what anybody can read. "
            "Check username.",
            "BAD_CREDENTIALS",
        )
    if who is not None:
        name = who.removeprefix("u:").removeprefix("dn:")
        yield Check("identity", "ok", f"The server takes the account for {name}.")
        return
    found = _account(patient)
    text = f"The account is {found}." if found else "The server does not say whom it takes the account for."
    yield Check("identity", "ok", text)


def _account(patient: Patient) -> str | None:
    """Return the DN of the account that signed in, None where it cannot be found by its name."""
    name = patient.options.username
    if not name or not patient.root.active_directory:
        return None
    if "=" in name:
        return name
    user = escape_value(name.rpartition("\\")[2])
    short = escape_value(name.rpartition("\\")[2].partition("@")[0])
    condition = f"(&(objectClass=user)(|(userPrincipalName={user})(sAMAccountName={short})))"
    request = Request(patient.root.domain_dn, filter=condition, attributes=("1.1",))
    found = list(patient.searching().entries(request, EntryParser()))
    return found[0].dn if len(found) == 1 else None


def protection(patient: Patient) -> t.Iterator[Check]:
    """Find out what the server demands, by signing in once without it on a connection of its own."""
    options = patient.options
    name = "protection"
    if ldap_auth_spnego.SPNEGO_MISSING:
        text = "Whether the server demands signing and channel binding is not known: finding out needs pyspnego."
        yield Check(name, "skipped", text, "Install pyspnego to find out.")
        return
    if options.protocol == "certificate" or not options.username or not options.password:
        text = "Whether the server demands signing and channel binding is found out with username and password only."
        yield Check(name, "skipped", text)
        return
    if options.username and "=" in options.username and "," in options.username:
        text = "Whether the server demands signing and channel binding cannot be found out with a DN as username."
        yield Check(name, "skipped", text, "Give username as user@domain or DOMAIN\\user to find out.")
        return
    found = [
        _demand(options, "none", "signing (LDAP without TLS)", "STRONGER_AUTH_REQUIRED"),
        _demand(options, "ldaps", "channel binding (inside TLS)", "CHANNEL_BINDING"),
    ]
    if all(part.endswith("unknown") for part in found):
        yield Check(name, "skipped", "Whether the server demands signing and channel binding could not be found out.")
        return
    yield Check(name, "ok", f"{'; '.join(found)}. The options used here meet what is demanded.")


def _demand(options: LdapOptions, tls_mode: TlsMode, what: str, code: str) -> str:
    """Return whether the server demands something, in words."""
    # The port of the options belongs to their tls_mode.
    port = options.port if options.tls_mode == tls_mode else None
    protocol = options.protocol if options.protocol in ("kerberos", "ntlm") else "negotiate"
    if protocol == "kerberos" and ldap_auth_spnego.missing_for_kerberos():
        return f"{what}: unknown"
    probe = dataclasses.replace(options, tls_mode=tls_mode, port=port, auth_protocol=protocol)
    connection = LdapConnection(probe, probe.server)
    try:
        connection.open()
        ldap_auth_spnego.sign_in_unprotected(connection)
    except LdapError as error:
        return f"{what}: demanded" if error.code == code else f"{what}: unknown"
    finally:
        connection.close()
    return f"{what}: not demanded"
