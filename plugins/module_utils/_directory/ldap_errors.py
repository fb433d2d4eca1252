# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong with a domain controller, in words that help."""

from __future__ import annotations

import re

from .._model.errors import DirectoryError, SyncreadyError

# Result codes of LDAP that something is done about.
SUCCESS = 0
OPERATIONS_ERROR = 1
TIME_LIMIT = 3
SIZE_LIMIT = 4
STRONGER_AUTH = 8
REFERRAL = 10
ADMIN_LIMIT = 11
CRITICAL_EXTENSION = 12
CONFIDENTIALITY = 13
SASL_IN_PROGRESS = 14
NO_SUCH_ATTRIBUTE = 16
CONSTRAINT = 19
VALUE_EXISTS = 20
INVALID_SYNTAX = 21
NO_SUCH_OBJECT = 32
INVALID_DN = 34
INVALID_CREDENTIALS = 49
NO_RIGHTS = 50
BUSY = 51
UNAVAILABLE = 52
UNWILLING = 53

_NAMES = {
    1: "operationsError", 2: "protocolError", 3: "timeLimitExceeded", 4: "sizeLimitExceeded",
    7: "authMethodNotSupported", 8: "strongerAuthRequired", 10: "referral", 11: "adminLimitExceeded",
    12: "unavailableCriticalExtension", 13: "confidentialityRequired", 16: "noSuchAttribute",
    17: "undefinedAttributeType", 18: "inappropriateMatching", 19: "constraintViolation", 20: "attributeOrValueExists",
    21: "invalidAttributeSyntax", 32: "noSuchObject", 34: "invalidDNSyntax", 48: "inappropriateAuthentication",
    49: "invalidCredentials", 50: "insufficientAccessRights", 51: "busy", 52: "unavailable", 53: "unwillingToPerform",
    65: "objectClassViolation", 67: "notAllowedOnRDN", 68: "entryAlreadyExists", 69: "objectClassModsProhibited",
    80: "other",
}  # fmt: skip

_WINDOWS_CODE = re.compile(r"\s*([0-9A-Fa-f]{8}):")
_DATA = re.compile(r"\bdata ([0-9A-Fa-f]+)\b")

# The Windows error behind a refused sign-in ("data 52e").
_SIGN_IN = {
    0x525: ("BAD_CREDENTIALS", "there is no such user", "Check username"),
    0x52E: ("BAD_CREDENTIALS", "the password is wrong or there is no such user", "Check username and password"),
    0x52F: ("ACCOUNT_RESTRICTED", "the account is restricted", "Check its logon restrictions"),
    0x530: ("ACCOUNT_RESTRICTED", "the account may not sign in at this time", "Check its logon hours"),
    0x531: ("ACCOUNT_RESTRICTED", "the account may not sign in from this computer", "Check its allowed workstations"),
    0x532: ("PASSWORD_EXPIRED", "the password has expired", "Set a new one"),
    0x533: ("ACCOUNT_DISABLED", "the account is disabled", "Enable it or use another"),
    0x568: ("ACCOUNT_RESTRICTED", "the account is in too many groups", "Use an account with fewer memberships"),
    0x569: (
        "ACCOUNT_RESTRICTED",
        "the account has not been granted this kind of logon",
        "Grant it network logon on the domain controllers",
    ),
    0x701: ("ACCOUNT_EXPIRED", "the account has expired", "Extend it or use another"),
    0x773: ("PASSWORD_EXPIRED", "the password must be changed at the next logon", "Change it once"),
    0x775: ("ACCOUNT_LOCKED", "the account is locked out", "Unlock it or wait, and find out what locks it"),
}
_BAD_BINDINGS = "80090346"


class LdapError(DirectoryError):
    """A domain controller could not be asked, or answered with an error.

    Attributes:
        result: result code of LDAP, None where there was no answer.
        windows_code: the eight hexadecimal digits that Active Directory's message begins with, in capitals, or "".
    """

    result: int | None = None
    windows_code: str = ""


class MissingLibraryError(SyncreadyError):
    """A Python library that an option needs is not installed."""

    code = "MISSING_LIBRARY"


def ldap_error(message: str, code: str, result: int | None = None, text: str = "") -> LdapError:
    """Return an error with its codes; the text is the server's message."""
    error = LdapError(message, code=code)
    error.result = result
    error.windows_code = windows_code(text)
    return error


def windows_code(text: str) -> str:
    """Return the eight hexadecimal digits at the start of a message of Active Directory, in capitals, or ""."""
    found = _WINDOWS_CODE.match(text)
    return found.group(1).upper() if found else ""


def result_name(code: int) -> str:
    """Return a result code with its name in the standard."""
    return f"{code} {_NAMES[code]}" if code in _NAMES else str(code)


def said(text: str) -> str:
    """Return what the server said as the end of a sentence, short and on one line; "" where it said nothing."""
    words = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if not words:
        return ""
    if len(words) > 200:
        words = words[:200] + "..."
    return f' The server said: "{words}".'


def bind_error(server: str, user: str, code: int, text: str, *, tls: bool) -> LdapError:
    """Return why a sign-in was refused.

    Args:
        server: the server's name.
        user: who signed in.
        code: result code of LDAP.
        text: the server's message.
        tls: whether the connection is inside TLS.
    """
    who = f"{server} refused to sign in {user}" if user else f"{server} refused the sign-in"
    found = _DATA.search(text)
    data = int(found.group(1), 16) if found else 0
    if windows_code(text) == _BAD_BINDINGS or (found and found.group(1).lower() == _BAD_BINDINGS):
        message = (
            f"{who}: it demands channel binding, and did not accept the one that was sent; the password may well be "
            "right. Use auth_protocol simple or certificate over TLS, which channel binding does not concern, or "
            "connect past whatever ends TLS between here and the server."
        )
        return ldap_error(message, "CHANNEL_BINDING", code, text)
    if code == INVALID_CREDENTIALS:
        error_code, why, what = _SIGN_IN.get(data, _SIGN_IN[0x52E])
        return ldap_error(f"{who}: {why}. {what}.", error_code, code, text)
    if code in (STRONGER_AUTH, CONFIDENTIALITY):
        if tls:
            message = (
                f"{who}: it takes this auth_protocol only with signing, which is not possible inside TLS. "
                "Use auth_protocol simple or certificate, or tls_mode none with negotiate, kerberos or ntlm."
            )
        else:
            message = f"{who}: it demands a signed or encrypted connection. Use tls_mode ldaps or start_tls."
        return ldap_error(message, "STRONGER_AUTH_REQUIRED", code, text)
    if code == 7:
        message = f"{who}: it does not offer this auth_protocol.{said(text)} Use another one."
        return ldap_error(message, "AUTH_NOT_SUPPORTED", code, text)
    if code in (BUSY, UNAVAILABLE):
        return ldap_error(f"{who}: it is busy or not available now. Try again later.", "SERVER_BUSY", code, text)
    if code == INVALID_DN:
        message = f"{who}: it does not understand the name. Give user@domain, DOMAIN\\user, or a complete DN."
        return ldap_error(message, "BAD_CREDENTIALS", code, text)
    return ldap_error(f"{who} (result {result_name(code)}).{said(text)}", "BIND_FAILED", code, text)


def search_error(server: str, base: str, code: int, text: str, *, read: int = 0) -> LdapError:
    """Return why a search did not come to its end.

    Args:
        server: the server's name.
        base: where the search began.
        code: result code of LDAP.
        text: the server's message.
        read: entries that had been read; they are no complete answer.
    """
    where = f"below {base!r} on {server}" if base else f"on {server}"
    partial = f" after {read} entries, so nothing of it is used" if read else ""
    if code == NO_SUCH_OBJECT:
        return ldap_error(f"There is no object {base!r} on {server}: check the spelling.", "BASE_NOT_FOUND", code, text)
    if code == INVALID_DN:
        return ldap_error(f"{base!r} is no DN that {server} understands: check the spelling.", "BAD_BASE", code, text)
    if code == REFERRAL:
        message = (
            f"{server} does not hold {base!r} and refers to another server: name a domain controller of that domain "
            "in domain_controllers."
        )
        return ldap_error(message, "REFERRAL", code, text)
    if code in (TIME_LIMIT, SIZE_LIMIT, ADMIN_LIMIT):
        limit = {TIME_LIMIT: "time", SIZE_LIMIT: "size", ADMIN_LIMIT: "administrative"}[code]
        message = (
            f"The search {where} hit the server's {limit} limit{partial}. Read part by part by search_bases, "
            "lower page_size, or have the limit raised for this account."
        )
        return ldap_error(message, "LIMIT_EXCEEDED", code, text)
    if code == OPERATIONS_ERROR and windows_code(text) in ("000004DC", "00002020", ""):
        message = f"{server} does not let this connection search; the sign-in did not last.{said(text)}"
        return ldap_error(message, "NOT_SIGNED_IN", code, text)
    if code == NO_RIGHTS:
        message = f"The account may not read {where}: give it the right to read, or use another account."
        return ldap_error(message, "NO_RIGHTS", code, text)
    if code in (BUSY, UNAVAILABLE):
        message = f"{server} became busy or unavailable while {base!r} was read{partial}. Try again later."
        return ldap_error(message, "SERVER_BUSY", code, text)
    if read and code in (UNWILLING, CRITICAL_EXTENSION, 2):
        message = f"{server} lost its place in the search below {base!r}{partial}. Run it again."
        return ldap_error(message, "SEARCH_LOST", code, text)
    if code == CRITICAL_EXTENSION:
        message = f"{server} cannot answer in pages, so it is no domain controller that can be read in whole."
        return ldap_error(message, "NO_PAGING", code, text)
    if code in (STRONGER_AUTH, CONFIDENTIALITY):
        message = f"{server} answers only over a protected connection: use tls_mode ldaps or start_tls."
        return ldap_error(message, "STRONGER_AUTH_REQUIRED", code, text)
    message = f"The search {where} failed{partial} (result {result_name(code)}).{said(text)}"
    return ldap_error(message, "SEARCH_FAILED", code, text)
