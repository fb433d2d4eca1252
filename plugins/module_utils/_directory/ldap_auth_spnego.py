# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in by Kerberos or NTLM through pyspnego (SASL GSS-SPNEGO), bound to TLS or signing and sealing without it."""

from __future__ import annotations

import typing as t

from .ldap_connection import LdapConnection
from .ldap_errors import SASL_IN_PROGRESS, SUCCESS, LdapError, MissingLibraryError, bind_error, ldap_error
from .ldap_options import LdapOptions
from .ldap_sealed import SealedSocket

try:
    import spnego
    import spnego.channel_bindings

    # pyspnego brings it along.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
except ImportError:
    SPNEGO_MISSING = True
else:
    SPNEGO_MISSING = False

_MECHANISM = "GSS-SPNEGO"
_MAX_STEPS = 10
# Errors of the Kerberos library (krb5), signed 32 bit: what is wrong, what to do.
_KERBEROS = {
    -1765328378: ("BAD_CREDENTIALS", "Kerberos does not know the user. Check username (user@REALM)"),
    -1765328377: (
        "NO_SERVICE_NAME",
        "Kerberos does not know the server by that name. Use the server's full DNS name, by which it is registered",
    ),
    -1765328366: ("ACCOUNT_DISABLED", "the account is disabled, expired or locked out"),
    -1765328361: ("PASSWORD_EXPIRED", "the password has expired. Set a new one"),
    -1765328360: ("BAD_CREDENTIALS", "the password is wrong. Check username and password"),
    -1765328353: ("BAD_CREDENTIALS", "the password is wrong. Check username and password"),
    -1765328352: ("NO_TICKET", "the Kerberos ticket has expired. Get a new one (kinit), or give username and password"),
    -1765328347: ("CLOCK_SKEW", "the clocks differ by more than 5 minutes. Set the clock of this computer"),
    -1765328230: ("KERBEROS_REALM", "no Kerberos server is known for the realm. Check krb5.conf and DNS"),
    -1765328228: ("KERBEROS_REALM", "no Kerberos server of the realm answers. Check krb5.conf, DNS and the firewall"),
    -1765328243: ("NO_TICKET", "there is no Kerberos ticket for it. Get one (kinit), or give username and password"),
    -1765328189: ("NO_TICKET", "there is no Kerberos ticket. Get one (kinit), or give username and password"),
    -1765328164: ("KERBEROS_REALM", "no Kerberos server of the realm can be found. Check krb5.conf and DNS"),
    -1765328160: ("KERBEROS_REALM", "there is no default realm. Give username as user@REALM, or set it in krb5.conf"),
}  # fmt: skip


def sign_in(connection: LdapConnection) -> None:
    """Bind by negotiate, kerberos or ntlm. Without TLS, everything afterwards is signed and, by default, sealed.

    Raises:
        LdapError: the server refused, Kerberos failed, or the connection broke.
        MissingLibraryError: pyspnego, or for kerberos its libraries, are missing.
    """
    require_spnego(connection.options)
    context = _context(connection)
    _exchange(context, connection)
    if not connection.inside_tls:
        # A Kerberos library may offer to seal, asked or not, and the server then expects it.
        offered = context.context_attr & spnego.ContextReq.confidentiality
        sealed = connection.options.encrypt or bool(offered)
        connection.wrap(lambda source: SealedSocket(source, context, sealed))


def sign_in_unprotected(connection: LdapConnection) -> None:
    """Bind without signing, sealing and channel binding, to see whether the server allows that.

    Raises:
        LdapError: the server refused, Kerberos failed, or the connection broke.
        MissingLibraryError: a library is missing.
    """
    require_spnego(connection.options)
    context = _context(connection, unprotected=True)
    _exchange(context, connection)


def require_spnego(options: LdapOptions) -> None:
    """Make sure that the libraries are there that the options need.

    Raises:
        MissingLibraryError: one is missing.
    """
    protocol = options.protocol
    if SPNEGO_MISSING:
        raise MissingLibraryError(
            f"The Python library pyspnego is missing, which auth_protocol {protocol} needs: install it (pip install "
            "pyspnego), or use auth_protocol simple."
        )
    if protocol == "kerberos" or (protocol == "negotiate" and not options.password):
        missing = missing_for_kerberos()
        if missing:
            why = "kerberos" if protocol == "kerberos" else "negotiate without a password"
            raise MissingLibraryError(
                f"The Python libraries {' and '.join(missing)} are missing, which auth_protocol {why} needs: install "
                "them (pip install 'pyspnego[kerberos]'; they are built with the system's Kerberos headers)."
            )


def missing_for_kerberos() -> list[str]:
    """Return the names of the libraries that Kerberos needs and that are missing, or cannot be loaded."""
    missing = []
    try:
        import gssapi  # noqa: F401
    except (ImportError, OSError):
        missing.append("gssapi")
    try:
        import krb5  # noqa: F401
    except (ImportError, OSError):
        missing.append("krb5")
    return missing


def _context(connection: LdapConnection, *, unprotected: bool = False) -> t.Any:
    options = connection.options
    if options.protocol != "ntlm" and options.protocol != "negotiate" and options.has_address:
        raise ldap_error(
            f"Kerberos knows servers by name, and {connection.server} is an address: give the DNS name of the domain "
            "controller as server.",
            "NO_SERVICE_NAME",
        )
    request = spnego.ContextReq
    bindings = None
    if unprotected:
        flags = request.mutual_auth | request.no_integrity
    elif connection.inside_tls:
        # Active Directory refuses signing and sealing inside TLS: the channel binding takes their place.
        bindings = _bindings(connection.peer_certificate())
        flags = request.mutual_auth | request.no_integrity
    else:
        flags = request.mutual_auth | request.replay_detect | request.sequence_detect | request.integrity
        if options.encrypt:
            flags |= request.confidentiality
    try:
        return spnego.client(
            username=_name(options),
            password=options.password or None,
            hostname=connection.server,
            service="ldap",
            channel_bindings=bindings,
            context_req=flags,
            protocol=options.protocol,
        )
    except Exception as error:
        raise _failed(connection, error) from None


def _name(options: LdapOptions) -> str | None:
    """Return the user's name as the protocol wants it: Kerberos knows no DOMAIN\\name, and realms in capitals only."""
    name = options.username or None
    if name is None or options.protocol == "ntlm":
        return name
    _domain, backslash, user = name.partition("\\")
    if backslash:
        if options.protocol == "negotiate":
            return name
        # Without a realm, the Kerberos settings' own is taken.
        return f"{user}@{options.domain_realm.upper()}" if options.domain_realm else user
    user, at, realm = name.rpartition("@")
    return f"{user}@{realm.upper()}" if at else name


def _bindings(certificate: bytes | None) -> t.Any:
    """Return what ties the sign-in to this very TLS connection (tls-server-end-point, RFC 5929)."""
    if certificate is None:
        return None
    data = b"tls-server-end-point:" + _digest(certificate)
    return spnego.channel_bindings.GssChannelBindings(application_data=data)


def _digest(certificate: bytes) -> bytes:
    try:
        algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except Exception:
        algorithm = None
    # MD5 and SHA-1 give way to SHA-256; so do signatures that name no hash.
    if algorithm is None or algorithm.name in ("md5", "sha1"):
        algorithm = hashes.SHA256()
    digest = hashes.Hash(algorithm)
    digest.update(certificate)
    return digest.finalize()


def _exchange(context: t.Any, connection: LdapConnection) -> None:
    token = _step(context, connection, None)
    for _number in range(_MAX_STEPS):
        answer = connection.sasl_bind(_MECHANISM, token)
        if answer.code not in (SUCCESS, SASL_IN_PROGRESS):
            raise bind_error(connection.where, connection.user, answer.code, answer.text, tls=connection.inside_tls)
        more = answer.code != SUCCESS or answer.credentials is not None
        token = _step(context, connection, answer.credentials) if more and not context.complete else None
        if answer.code == SUCCESS:
            if not context.complete:
                message = (
                    f"{connection.where} did not prove who it is when signing in; it may not be the server it says."
                )
                raise ldap_error(message, "SERVER_UNPROVEN")
            return
    raise ldap_error(f"{connection.where} does not come to an end with the sign-in.", "BIND_FAILED")


def _step(context: t.Any, connection: LdapConnection, token: bytes | None) -> bytes | None:
    try:
        return t.cast("bytes | None", context.step(token))
    except Exception as error:
        raise _failed(connection, error) from None


def _failed(connection: LdapConnection, error: BaseException) -> LdapError:
    """Return why a security context could not be made, without the texts of libraries: they may hold anything."""
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        number = _number(cause)
        if number in _KERBEROS:
            code, words = _KERBEROS[number]
            return ldap_error(f"Signing in to {connection.where} failed: {words}.", code)
        cause = getattr(cause, "base_error", None) or cause.__cause__ or cause.__context__
    name = type(error).__name__
    if name in ("NoCredentialError", "InvalidCredentialError", "MissingCredentialsError"):
        message = (
            f"Signing in to {connection.where} failed: there is neither username and password nor a Kerberos ticket "
            "that fits. Give them, or get a ticket (kinit)."
        )
        return ldap_error(message, "NO_TICKET")
    message = (
        f"Signing in to {connection.where} by {connection.options.protocol} failed ({name}). Check username, and for "
        "Kerberos krb5.conf, the ticket and the server's name."
    )
    return ldap_error(message, "BIND_FAILED")


def _number(error: BaseException) -> int:
    for name in ("err_code", "min_code", "minor_code"):
        number = getattr(error, name, None)
        if isinstance(number, int):
            return number - (1 << 32) if number >= 1 << 31 else number
    return 0
