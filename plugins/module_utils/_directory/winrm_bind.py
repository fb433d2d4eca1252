# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in to a domain controller from a WinRM host, and why that fails."""

from __future__ import annotations

import typing as t

from . import winrm_protocol
from .ldap_errors import INVALID_CREDENTIALS, LdapError, bind_error, ldap_error, said
from .winrm_options import WinrmOptions
from .winrm_protocol import Reply, encode

_AUTH = {"negotiate": "Negotiate", "kerberos": "Kerberos", "ntlm": "Ntlm", "simple": "Basic"}
_TLS = {"none": "none", "ldaps": "ldaps", "start_tls": "starttls"}


def bind_words(options: WinrmOptions, server: str) -> list[str]:
    """Return what a bind says."""
    ldap = options.ldap
    protocol = ldap.protocol
    words = [
        f"server={encode(server)}",
        f"port={ldap.effective_port}",
        f"auth={_AUTH[protocol]}",
        f"tls={_TLS[ldap.tls_mode]}",
        f"timeout={ldap.read_timeout}",
    ]
    if ldap.tls_mode == "none":
        words.append("sign=1")
        if ldap.encrypt:
            words.append("seal=1")
    if options.compression:
        words.append("gzip=1")
    if options.signs_in_to(server):
        user, domain = ldap.username or "", ""
        if protocol != "simple" and "\\" in user:
            domain, _slash, user = user.partition("\\")
        words += [f"user={encode(user)}", f"password={encode(ldap.password or '')}", f"domain={encode(domain)}"]
    return words


def bind_failure(options: WinrmOptions, server: str, reply: Reply, clean: t.Callable[[str], str]) -> LdapError:
    """Return why a bind failed.

    Args:
        options: how it was tried.
        server: the domain controller.
        reply: what the bridge said.
        clean: takes secrets out of a text.
    """
    ldap = options.ldap
    code, text = int(reply.get("rc", -1)), clean(winrm_protocol.text_of(reply, "server"))
    explicit = options.signs_in_to(server)
    where = f"{server}:{ldap.effective_port}"
    if reply.get("kind") == "client" and code in (81, 91):
        message = (
            f"{options.host} does not reach the domain controller {where}: check server, port and tls_mode, and that "
            f"{options.host} trusts its certificate where there is TLS."
        )
        return ldap_error(message, "UNREACHABLE", None, text)
    if not explicit and code in (1, 8, 82, INVALID_CREDENTIALS):
        return second_hop(options, server)
    if reply.get("kind") == "client" and code == 85:
        message = f"{where} did not answer {options.host} within {ldap.read_timeout} seconds (read_timeout)."
        return ldap_error(message, "TIMEOUT", None, text)
    if reply.get("kind") == "bridge" or code < 0:
        words = clean(winrm_protocol.text_of(reply, "message"))
        return ldap_error(f"{options.host} could not sign in to {where}.{said(words)}", "BIND_FAILED", None, text)
    error = bind_error(where, ldap.username or "" if explicit else "", code, text, tls=ldap.tls_mode != "none")
    if error.code == "BIND_FAILED" and not text:
        words = clean(winrm_protocol.text_of(reply, "message"))
        return ldap_error(f"{options.host} could not sign in to {where}.{said(words)}", "BIND_FAILED", code, text)
    return error


def second_hop(options: WinrmOptions, server: str) -> LdapError:
    """Return that the host has nothing to sign in with."""
    message = (
        f"{options.host} cannot sign in to {server}: WinRM hands no credentials on to another computer. "
        "Give username and password, or use winrm_transport credssp or Kerberos delegation, or the domain controller "
        "itself as winrm_host."
    )
    return ldap_error(message, "SECOND_HOP")
