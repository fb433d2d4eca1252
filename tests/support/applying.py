# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans that are applied to servers of the lab, in this process or in one that is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import typing as t
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._remediation.guard import Settings
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal import Journal, read_journal
from ansible_collections.syncready.m365.plugins.module_utils._remediation.limits import Limits
from ansible_collections.syncready.m365.plugins.module_utils._remediation.link import Link
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan import ObjectChange, PlanRow, by_object
from ansible_collections.syncready.m365.plugins.module_utils._remediation.rollback import way_back
from ansible_collections.syncready.m365.plugins.module_utils._remediation.run import Errand, Execution, execute
from ansible_collections.syncready.m365.plugins.module_utils._remediation.state_dir import StateDirectory, lay_marker
from ansible_collections.syncready.m365.tests.lab import accounts
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD

NO_LIMITS = Limits(None, None, max_errors=None)
ALL = Settings(protected_accounts=True, policy_managed_recipients=True)
DIGEST = "ab" * 32
_WHOLE = Selection(
    ("objectClass", "objectGUID", "cn", "sAMAccountName", "userPrincipalName", "displayName", "proxyAddresses")
)


def options(dc: DomainController, account: str = accounts.CHANGE) -> LdapOptions:
    """Return what reaches a domain controller as an account of the lab."""
    return LdapOptions(
        server=dc.address,
        username=f"{account}@{dc.forest.domain}",
        password=PASSWORD,
        ca_cert=str(dc.layout.authority),
        domains=(dc.forest.domain,),
        read_timeout=30,
    )


def people(dc: DomainController, most: int) -> list[PlanRow]:
    """Return a plan that gives made-up users another domain and name, three attributes each."""
    directory = LdapDirectory(options(dc))
    rows = []
    for entry in directory.search(selection=_WHOLE, filter="(&(sAMAccountName=u0*)(telephoneNumber=*))"):
        reference = ObjectReference(entry.dn, entry.guid, "user", entry.text("cn") or "")
        upn, name = entry.text("userprincipalname") or "", entry.text("displayname") or ""
        login = entry.text("samaccountname") or ""
        rows += [
            PlanRow(reference, "userPrincipalName", upn, upn.replace("@contoso.com", "@fabrikam.com"), "EDIT", ("r",)),
            PlanRow(reference, "displayName", name, f"{name} \u2013 {login}", "EDIT", ("r",)),
            PlanRow(
                reference, "proxyAddresses", f"smtp:{login}@contoso.com", f"smtp:{login}@fabrikam.com", "EDIT", ("r",)
            ),
        ]
    directory.close()
    return rows[: 3 * most]


def state_dir(folder: Path) -> Path:
    """Return a directory for journals that was marked in an earlier job."""
    path = folder / "state"
    lay_marker(str(path), "an earlier job")
    return path


def apply(
    dc: DomainController,
    changes: t.Sequence[PlanRow] | t.Sequence[ObjectChange],
    state: Path,
    *,
    limits: Limits = NO_LIMITS,
    settings: Settings = ALL,
    account: str = accounts.CHANGE,
    check_mode: bool = False,
    purpose: t.Literal["apply", "rollback"] = "apply",
    digest: str = DIGEST,
) -> Execution:
    """Apply rows or changes to a domain controller."""
    listed = [one for one in changes if isinstance(one, ObjectChange)]
    listed += by_object(one for one in changes if isinstance(one, PlanRow))
    chosen = options(dc, account)
    directory = LdapDirectory(chosen)
    link = Link(directory, lambda: LdapDirectory(chosen), delays=(0.5, 1, 1, 2, 2))
    try:
        with StateDirectory(str(state)) as kept:
            return execute(link, listed, Errand(purpose, digest), settings, limits, kept, check_mode=check_mode)
    finally:
        link.close()
        directory.close()


def roll_back(dc: DomainController, execution_journal: str, state: Path) -> Execution:
    """Take back what a journal says."""
    return apply(dc, way_back([read_journal(execution_journal)]), state, purpose="rollback")


def counts(execution: Execution) -> dict[str, int]:
    """Return the numbers of a run that are not 0, without the number of planned objects."""
    return {name: number for name, number in execution.report.counts().items() if number and name != "planned"}


def assert_complete(journal: Journal, done: int) -> None:
    """Make sure that every change is in a journal exactly once, as done or not done."""
    assert journal.finished
    assert journal.doubtful == []
    keys = [entry.object.key for entry in journal.entries if entry.done]
    assert len(keys) == len(set(keys)) == done
    assert len({entry.object.key for entry in journal.entries}) == len(journal.entries)


class Process:
    """Work in a process of its own, which can be killed.

    Args:
        work: what it does.
    """

    def __init__(self, work: t.Callable[[], t.Any]) -> None:
        self._process = multiprocessing.get_context("fork").Process(target=_work, args=(work,))
        self._process.start()

    def kill_when(self, ready: t.Callable[[], bool]) -> bool:
        """Kill it (SIGKILL) as soon as something is so; return whether it was still there."""
        while self._process.is_alive():
            if ready():
                assert self._process.pid is not None
                os.kill(self._process.pid, signal.SIGKILL)
                self._process.join()
                return self._process.exitcode == -signal.SIGKILL
            time.sleep(0.0005)
        self._process.join()
        return False

    def end(self) -> int | None:
        """Wait for it and return its exit code."""
        self._process.join()
        return self._process.exitcode


def _work(work: t.Callable[[], t.Any]) -> None:
    # The parent's own ways of ending (fixtures, servers) are not the child's.
    try:
        work()
    except BaseException:
        os._exit(1)
    os._exit(0)
