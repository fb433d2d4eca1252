# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS as the standard library does it: verified, host name and addresses included, unless told otherwise."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
import typing as t

from .._model.errors import OptionError
from .ldap_errors import LdapError, ldap_error
from .ldap_options import LdapOptions, is_pem

# What OpenSSL says about a certificate (X509_V_ERR_...), in words and with what to do.
_VERIFY = {
    9: ("is not valid yet", "Check the clock of this computer"),
    10: ("has expired", "Renew it on the server"),
    18: ("is signed by itself", "Give it, or better the authority that should sign it, in ca_cert"),
    19: ("comes from an authority that is not trusted here", "Give that authority's certificate in ca_cert"),
    20: ("comes from an authority that is not known here", "Give that authority's certificate in ca_cert"),
    21: ("comes without the authorities between it and a known one", "Give all authorities of its chain in ca_cert"),
    62: ("is not for this name", "Use a name that the certificate holds as server, or set cert_validation ignore_hostname"),
    64: ("is not for this address", "Use a name that the certificate holds as server"),
}  # fmt: skip
_HOST_ERRORS = frozenset((62, 63, 64))


def build_context(options: LdapOptions) -> ssl.SSLContext:
    """Return the settings of TLS.

    Raises:
        OptionError: a certificate or key cannot be read; the message names the option.
    """
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    if options.ca_cert:
        # Only the given authorities count then: a system's list would let any public authority stand in.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _load_authorities(context, options.ca_cert)
    # Python 3.13 refuses certificates that earlier versions take, as those of many internal authorities: the same
    # server would pass or fail by the interpreter.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = options.cert_validation == "always"
    context.verify_mode = ssl.CERT_NONE if options.cert_validation == "ignore" else ssl.CERT_REQUIRED
    if options.certificate:
        _load_certificate(context, options)
    return context


def _load_authorities(context: ssl.SSLContext, value: str) -> None:
    try:
        if is_pem(value):
            context.load_verify_locations(cadata=value)
        elif os.path.isdir(value):
            _load_directory(context, value)
        else:
            context.load_verify_locations(cafile=value)
    except (ssl.SSLError, OSError, ValueError) as error:
        raise OptionError(f"ca_cert: {_shown(value)} holds no certificates in PEM form ({_why(error)}).") from None
    if not context.cert_store_stats()["x509"]:
        raise OptionError(f"ca_cert: {_shown(value)} holds no certificates in PEM form.")


def _load_directory(context: ssl.SSLContext, path: str) -> None:
    """Load every PEM file of a directory; OpenSSL itself would want names made of hashes."""
    for name in sorted(os.listdir(path)):
        file = os.path.join(path, name)
        if os.path.isfile(file):
            with contextlib.suppress(ssl.SSLError):
                context.load_verify_locations(cafile=file)


def _load_certificate(context: ssl.SSLContext, options: LdapOptions) -> None:
    password = options.certificate_password or ""
    with contextlib.ExitStack() as stack:
        certificate = stack.enter_context(_as_file(t.cast(str, options.certificate)))
        key = stack.enter_context(_as_file(options.certificate_key)) if options.certificate_key else None
        try:
            # An empty password instead of none: OpenSSL would ask the terminal for one.
            context.load_cert_chain(certificate, key, password=password)
        except (ssl.SSLError, OSError, ValueError) as error:
            raise OptionError(
                "certificate: the certificate and its key could not be loaded. They must be in PEM form and belong "
                f"together, and certificate_password must open the key ({_why(error)})."
            ) from None


@contextlib.contextmanager
def _as_file(value: str) -> t.Iterator[str]:
    """Give a path for a value that may be PEM text. A key given as text is never written to a disk where that can be."""
    if not is_pem(value):
        yield value
        return
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("pem")
        try:
            os.write(descriptor, value.encode())
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(value)
        file.flush()
        yield file.name


def tls_error(server: str, port: int, error: BaseException) -> LdapError:
    """Return why TLS with a server did not come about."""
    where = f"{server}:{port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        number = error.verify_code
        what, advice = _VERIFY.get(number, (f"is not accepted ({error.verify_message})", "Check it on the server"))
        code = "HOST_NAME_MISMATCH" if number in _HOST_ERRORS else "UNTRUSTED_CERTIFICATE"
        return ldap_error(f"The certificate of {where} {what}. {advice}.", code)
    if isinstance(error, TimeoutError):
        message = f"{where} accepts connections but does not answer the TLS handshake. Check port and firewall."
        return ldap_error(message, "TLS_FAILED")
    if isinstance(error, ssl.SSLError) and error.reason and "EOF" not in error.reason:
        reason = error.reason.lower().replace("_", " ")
        if reason in ("wrong version number", "record layer failure", "unexpected message", "packet length too long"):
            message = f"{where} does not speak TLS on this port: use tls_mode start_tls, or the port for LDAPS (636)."
            return ldap_error(message, "NO_TLS")
        message = f"TLS with {where} failed ({reason}). Check which versions of TLS and which certificates it takes."
        return ldap_error(message, "TLS_FAILED")
    message = (
        f"{where} ended the connection during the TLS handshake. Use tls_mode start_tls or the port for LDAPS (636), and "
        "check that the server has a certificate."
    )
    return ldap_error(message, "TLS_FAILED")


def _shown(value: str) -> str:
    return "the PEM text" if is_pem(value) else value


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return str(error.reason).lower().replace("_", " ")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
