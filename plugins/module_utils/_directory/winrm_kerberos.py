# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Kerberos ticket for WinRM: pywinrm takes no password for Kerberos, so kinit gets a ticket into a file of our own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile

from .ldap_errors import ldap_error
from .winrm_options import WinrmOptions

_CACHE = "KRB5CCNAME"
_SECONDS = 60
_REASONS = {
    "Preauthentication failed": ("BAD_CREDENTIALS", "the password is wrong", "Check winrm_password"),
    "Password incorrect": ("BAD_CREDENTIALS", "the password is wrong", "Check winrm_password"),
    "not found in Kerberos database": ("BAD_CREDENTIALS", "there is no such user", "Check winrm_user"),
    "Cannot find KDC": ("NO_KDC", "no domain controller of the realm is known", "Check krb5.conf and DNS"),
    "Cannot contact any KDC": (
        "NO_KDC",
        "no domain controller of the realm answers",
        "Check krb5.conf and the network",
    ),
    "Clock skew": ("CLOCK_SKEW", "the clocks differ too much", "Set the clocks (NTP)"),
    "revoked": ("ACCOUNT_DISABLED", "the account is disabled or locked", "Enable it or use another"),
    "expired": ("PASSWORD_EXPIRED", "the password has expired", "Set a new one"),
}


class Ticket:
    """A ticket in a private folder, which this process uses until it is given back.

    Args:
        options: who needs it. Nothing is got where there is no password, or the user manages tickets himself.
    """

    def __init__(self, options: WinrmOptions) -> None:
        self._options = options
        self._folder: str | None = None
        self._before: str | None = None

    @property
    def needed(self) -> bool:
        """Whether a ticket must be got."""
        options = self._options
        return options.transport == "kerberos" and options.kinit_mode == "managed" and bool(options.password)

    def get(self) -> None:
        """Get the ticket, once.

        Raises:
            LdapError: there is none to be had.
        """
        if not self.needed or self._folder is not None:
            return
        folder = tempfile.mkdtemp(prefix="syncready-krb5-")
        cache = f"FILE:{folder}/ticket"
        try:
            self._kinit(cache)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._folder = folder
        # The Kerberos library knows no other way to be told.
        self._before = os.environ.get(_CACHE)
        os.environ[_CACHE] = cache

    def _kinit(self, cache: str) -> None:
        options = self._options
        arguments = shlex.split(options.kinit_args or "")
        if not arguments and options.kerberos_delegation:
            arguments = ["-f"]
        # The realm is in capitals wherever Active Directory is.
        name, _at, realm = (options.user or "").rpartition("@")
        principal = f"{name}@{realm.upper()}"
        try:
            # Ansible's run_command belongs to a module, of which nothing is known here.
            run = subprocess.run(  # pylint: disable=ansible-bad-function
                [options.kinit_cmd, *arguments, principal],
                input=f"{options.password}\n".encode(),
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env={**os.environ, _CACHE: cache, "LC_ALL": "C"},
            )
        except FileNotFoundError:
            message = (
                f"{options.kinit_cmd} is not installed here, which winrm_transport kerberos needs: install krb5-user or "
                "krb5-workstation, or name it in winrm_kinit_cmd."
            )
            raise ldap_error(message, "NO_KINIT") from None
        except (OSError, subprocess.TimeoutExpired) as error:
            message = f"{options.kinit_cmd} did not do its work ({type(error).__name__}). Check krb5.conf."
            raise ldap_error(message, "NO_TICKET") from None
        if run.returncode:
            raise self._error(run.stderr.decode("utf-8", "replace"))

    def _error(self, text: str) -> Exception:
        principal = self._options.user
        for words, (code, why, what) in _REASONS.items():
            if words in text:
                return ldap_error(f"There is no Kerberos ticket for {principal}: {why}. {what}.", code)
        words = re.sub(r"\s+", " ", text.replace(self._options.password or "\0", "***")).strip()[:200]
        message = f'There is no Kerberos ticket for {principal}; kinit said: "{words}". Check krb5.conf and winrm_user.'
        return ldap_error(message, "NO_TICKET")

    def give_back(self) -> None:
        """Remove the ticket. Further calls do nothing."""
        if self._folder is None:
            return
        if self._before is None:
            os.environ.pop(_CACHE, None)
        else:
            os.environ[_CACHE] = self._before
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None
