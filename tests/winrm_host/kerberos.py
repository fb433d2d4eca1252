# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A WinRM host's own account in the lab's domain, and its key, so that Kerberos can be spoken with it."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.syncready.m365.tests.lab import client
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.forest import PASSWORD
from ansible_collections.syncready.m365.tests.lab.helper import command

HOST = "winhost"
_TYPES = ("aes256-cts-hmac-sha1-96", "aes128-cts-hmac-sha1-96", "arcfour-hmac")


def join(controller: DomainController, folder: Path) -> tuple[str, Path]:
    """Make an account for a host; return the host's DNS name and the file with its key (KRB5_KTNAME)."""
    forest = controller.forest
    name = f"{HOST}.{forest.domain}"
    account = client.create_account(controller, HOST, attributes={"servicePrincipalName": [f"HTTP/{name}"]})
    # Marked as the lab's other accounts are: no audit judges it.
    client.write_raw(controller, {account.dn: {"isCriticalSystemObject": ["TRUE"]}})
    found = client.search(controller, account.dn, attributes=["msDS-KeyVersionNumber"], scope="base")
    number = found[0][1]["msDS-KeyVersionNumber"][0].decode()
    path = folder / "host.keytab"
    lines = []
    for kind in _TYPES:
        salt = "" if kind == "arcfour-hmac" else f" -s {forest.realm}{HOST}"
        lines += [f"addent -password -p HTTP/{name}@{forest.realm} -k {number} -e {kind}{salt}", PASSWORD]
    command(["ktutil"], input="\n".join([*lines, f"wkt {path}", "quit", ""]))
    return name, path
