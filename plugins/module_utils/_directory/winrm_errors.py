# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong between here and a WinRM host, sorted: what may be tried again, and what a person must mend."""

from __future__ import annotations

import typing as t

from .ldap_errors import LdapError, MissingLibraryError, ldap_error, said
from .winrm_options import WinrmOptions

# Codes of WS-Management that something is done about.
SHELL_NOT_FOUND = 2150858843
ABORTED = 995
BUSY = 170
ACCESS_DENIED = 5
# ERROR_WSMAN_QUOTA_*: shells, operations, users.
QUOTAS = frozenset((*range(0x803381A5, 0x803381AC), *range(0x803381E4, 0x803381EC)))
_GONE = frozenset((SHELL_NOT_FOUND, ABORTED))

_WORDS_OF_QUOTA = ("quota", "maximum number of concurrent", "exceeded the maximum")


class BrokenError(Exception):
    """An exchange with the host did not come to its end; the same one may be tried again on a new connection.

    Attributes:
        final: what to say where that does not help.
        at_once: whether trying again makes no sense, if the host was never reached before.
        once: whether to try again once at the most: a password that is refused again and again locks its account.
    """

    def __init__(self, final: LdapError, *, at_once: bool = False, once: bool = False) -> None:
        super().__init__(str(final))
        self.final = final
        self.at_once = at_once or once
        self.once = once


class LostError(Exception):
    """The shell on the host, or the program in it, is gone, or its answers have a gap; a new one must be made.

    Attributes:
        final: what to say where that does not help.
    """

    def __init__(self, final: LdapError) -> None:
        super().__init__(str(final))
        self.final = final


class BusyError(Exception):
    """The host is still taking what was sent before."""


def require_pywinrm() -> None:
    """Make sure that pywinrm is there.

    Raises:
        MissingLibraryError: it is not.
    """
    try:
        import winrm  # noqa: F401
        from winrm.exceptions import WSManFaultError  # noqa: F401
    except ImportError:
        raise MissingLibraryError(
            "The Python library pywinrm is missing or too old, which transport winrm needs: install it into the "
            "interpreter that runs the modules (pip install 'pywinrm>=0.5.0')."
        ) from None


def require_for(options: WinrmOptions) -> None:
    """Make sure that the library is there that the way to sign in needs.

    Raises:
        MissingLibraryError: it is not.
    """
    require_pywinrm()
    from winrm import transport

    missing = {"kerberos": not transport.HAVE_KERBEROS, "credssp": not transport.HAVE_CREDSSP}
    if missing.get(options.transport):
        raise MissingLibraryError(
            f"winrm_transport {options.transport} needs a library more: install it into the interpreter that runs the "
            f"modules (pip install 'pywinrm[{options.transport}]>=0.5.0')."
        )


def sort_error(error: BaseException, options: WinrmOptions, before: str = "") -> Exception:
    """Return an error of pywinrm or below it as one of ours: BrokenError, LostError, BusyError or LdapError.

    Args:
        error: what was raised.
        options: how the host is reached.
        before: what the Kerberos library said meanwhile: pywinrm keeps it to itself.
    """
    import requests
    from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError

    if isinstance(error, (LdapError, BrokenError, LostError, BusyError)):
        return error
    if isinstance(error, WSManFaultError):
        return _fault(error, options)
    if isinstance(error, InvalidCredentialsError):
        return _kerberos(before, options) if before else _refused(options)
    if isinstance(error, WinRMTransportError):
        return _http(error.code, options)
    if isinstance(error, requests.exceptions.SSLError):
        return _tls(str(error), options)
    if isinstance(error, requests.exceptions.ProxyError):
        message = f"The proxy {options.proxy} does not lead to {options.where}: check winrm_proxy."
        return ldap_error(message, "PROXY_FAILED")
    if isinstance(error, (requests.exceptions.ConnectionError, requests.exceptions.Timeout)):
        return _connection(error, options)
    return _sign_in(error, options)


def _broken(options: WinrmOptions) -> BrokenError:
    message = f"The connection to {options.where} breaks again and again. Check the network between, and run it again."
    return BrokenError(ldap_error(message, "CONNECTION_LOST"))


def _connection(error: BaseException, options: WinrmOptions) -> Exception:
    import requests

    text = f"{error!r} {error}"
    where = options.where
    if isinstance(error, requests.exceptions.ConnectTimeout):
        message = (
            f"{where} did not answer within {options.read_timeout_sec} seconds: it is off, or a firewall drops the "
            f"connection. Have TCP port {options.effective_port} opened."
        )
        return BrokenError(ldap_error(message, "UNREACHABLE"), at_once=True)
    if "NameResolutionError" in text or "getaddrinfo" in text or "Name or service not known" in text:
        message = (
            f"The name {options.host} cannot be resolved: check its spelling and the name servers of this computer."
        )
        return BrokenError(ldap_error(message, "NAME_NOT_RESOLVED"), at_once=True)
    if "NewConnectionError" in text or "refused" in text.lower():
        message = (
            f"{where} cannot be reached: WinRM is not enabled there for {options.scheme}, or listens on another port. "
            "Enable it on that computer (winrm quickconfig), or check winrm_host, winrm_port and winrm_scheme."
        )
        return BrokenError(ldap_error(message, "REFUSED"), at_once=True)
    if isinstance(error, requests.exceptions.Timeout):
        message = (
            f"{where} did not answer within {options.read_timeout_sec} seconds (winrm_read_timeout_sec). Run it again."
        )
        return BrokenError(ldap_error(message, "TIMEOUT"))
    return _broken(options)


def _tls(text: str, options: WinrmOptions) -> Exception:
    where = options.where
    if "doesn't match" in text or "Hostname mismatch" in text or "IP address mismatch" in text:
        message = (
            f"The certificate of {where} is for another name: give that name as winrm_host, or renew the certificate."
        )
        return ldap_error(message, "HOST_NAME_MISMATCH")
    if "has expired" in text:
        return ldap_error(f"The certificate of {where} has expired: renew it on that computer.", "CERTIFICATE_EXPIRED")
    if "CERTIFICATE_VERIFY_FAILED" in text or "certificate verify failed" in text:
        message = (
            f"The certificate of {where} comes from an authority that is not known here. Give that authority's "
            "certificate in winrm_ca_trust_path."
        )
        return ldap_error(message, "UNTRUSTED_CERTIFICATE")
    if "WRONG_VERSION_NUMBER" in text or "UNKNOWN_PROTOCOL" in text or "HTTP_REQUEST" in text:
        message = (
            f"{where} does not speak TLS: check winrm_port, or use winrm_scheme http with a sealing winrm_transport."
        )
        return ldap_error(message, "NO_TLS")
    message = f"TLS with {where} does not come about or breaks. Check winrm_port and the certificate of that computer."
    return BrokenError(ldap_error(message, "TLS_FAILED"))


def _refused(options: WinrmOptions) -> LdapError:
    user = f" {options.user}" if options.user else ""
    if options.transport in ("certificate",) or (options.transport == "ssl" and options.cert_pem):
        message = (
            f"{options.where} refused the certificate: map it to a local account there, and allow certificates "
            '(winrm set winrm/config/service/auth @{Certificate="true"}).'
        )
        return ldap_error(message, "BAD_CREDENTIALS")
    if options.transport == "kerberos":
        message = (
            f"{options.where} refused the Kerberos sign-in{' of' + user if user else ''}: check winrm_user, the ticket "
            "(klist) and the host's name, which Kerberos takes from winrm_host."
        )
        return ldap_error(message, "BAD_CREDENTIALS")
    message = (
        f"{options.where} refused to sign in{user}: the password is wrong, there is no such user, or the host does not "
        f"allow {options.transport}. Check winrm_user, winrm_password and winrm_transport."
    )
    return ldap_error(message, "BAD_CREDENTIALS")


def _http(code: int, options: WinrmOptions) -> Exception:
    where = options.where
    if code == 400 or code in (502, 503, 504):
        # 400: what was sealed for a connection that is no more. A new one seals anew.
        return _broken(options)
    if code == 404:
        message = f"{where} has no WinRM service at /{options.path.lstrip('/')}: check winrm_path and winrm_port."
        return ldap_error(message, "NO_SERVICE")
    if code == 403:
        message = (
            f"{options.user or 'The account'} may not use WinRM on {where}: make it a member of Remote Management Users "
            "there."
        )
        return ldap_error(message, "NO_RIGHTS")
    if code == 407:
        return ldap_error(f"The proxy {options.proxy} asks for a password: check winrm_proxy.", "PROXY_FAILED")
    if code == 500 and not options.sealed and options.scheme == "http":
        message = f"{where} takes no unencrypted messages: use https, or winrm_transport ntlm, kerberos or credssp."
        return ldap_error(message, "ENCRYPTION_REQUIRED")
    return ldap_error(f"{where} answered with HTTP status {code}. Check that WinRM listens there.", "PROTOCOL_ERROR")


def _fault(error: t.Any, options: WinrmOptions) -> Exception:
    code, wmi = error.wsman_fault_code, error.wmierror_code
    reason = error.reason or ""
    where = options.where
    if code == BUSY:
        return BusyError()
    if code in QUOTAS or wmi in QUOTAS or any(words in reason.lower() for words in _WORDS_OF_QUOTA):
        message = (
            f"{where} allows this account no more shells or operations now (a quota of WinRM was reached). Run it "
            "again later, or raise MaxShellsPerUser and MaxConcurrentOperationsPerUser there."
        )
        return LostError(ldap_error(message, "QUOTA_EXCEEDED"))
    if code in _GONE:
        message = f"The shell on {where} ended again and again: it was ended by somebody, or the computer restarts. Run it again."
        return LostError(ldap_error(message, "CONNECTION_LOST"))
    if code == ACCESS_DENIED or "AccessDenied" in (error.fault_subcode or ""):
        message = (
            f"{options.user or 'The account'} may not open a shell on {where}: make it a member of Remote Management "
            "Users there, and allow remote shells."
        )
        return ldap_error(message, "NO_RIGHTS")
    number = f" ({code})" if code else ""
    return ldap_error(f"{where} refused the request{number}.{said(reason)} Run it again.", "WINRM_FAULT")


def _sign_in(error: BaseException, options: WinrmOptions) -> Exception:
    """Return an error of the libraries that sign in and seal."""
    module = type(error).__module__
    name = type(error).__name__
    text = str(error)
    if "kerberos" in module or name in ("KerberosExchangeError", "MutualAuthenticationError"):
        return _kerberos(text, options)
    if module.startswith("requests_credssp"):
        # Said of a refused password, and also where a message was sealed for a connection that is no more.
        return BrokenError(_refused(options), once=True)
    if module.startswith("spnego"):
        message = (
            f"The sign-in to {options.where} by {options.transport} failed ({name}). Check winrm_user, winrm_password and "
            "that the host allows it."
        )
        return BrokenError(ldap_error(message, "BAD_CREDENTIALS"), once=True)
    if name in (
        "WinRMError",
        "ParseError",
        "AssertionError",
        "StopIteration",
        "UnicodeDecodeError",
        "KeyError",
        "error",
    ):
        # An answer that is none: the end of a connection, or a security context that no longer fits.
        return _broken(options)
    if isinstance(error, OSError):
        return _broken(options)
    return ldap_error(f"The way to {options.where} failed unexpectedly ({name}). Run it again.", "PROTOCOL_ERROR")


def _kerberos(text: str, options: WinrmOptions) -> LdapError:
    """Return why Kerberos does not sign in, from the words of its library."""
    if "Clock skew" in text:
        message = f"The clocks of this computer and of {options.host}'s domain differ too much. Set the clocks (NTP)."
        return ldap_error(message, "CLOCK_SKEW")
    if "Server not found" in text or "Cannot determine realm" in text or "not found in Kerberos database" in text:
        message = (
            f"Kerberos knows no service HTTP/{options.kerberos_hostname_override or options.host}: give the "
            "computer's own DNS name as winrm_host, or winrm_kerberos_hostname_override."
        )
        return ldap_error(message, "NO_SERVICE_NAME")
    if "No Kerberos credentials" in text or "No credentials" in text or "expired" in text:
        message = "There is no valid Kerberos ticket. Get one (kinit), or give winrm_user and winrm_password."
        return ldap_error(message, "NO_TICKET")
    message = f"The Kerberos sign-in to {options.where} failed. Check krb5.conf, the ticket and winrm_host."
    return ldap_error(message, "KERBEROS_FAILED")
