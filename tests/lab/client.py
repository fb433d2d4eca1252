# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a test does to a domain controller and reads from it, through the programs of OpenLDAP and Samba.

Nothing here uses the collection: what is compared with its work must come another way.
"""

from __future__ import annotations

import base64
import os
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

from . import ldif
from .controller import DomainController
from .errors import LabError
from .forest import PASSWORD
from .helper import command, offline

Scope = t.Literal["base", "one", "sub"]


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in.

    Attributes:
        name: sAMAccountName.
        dn: distinguished name.
        password: known to everybody.
    """

    name: str
    dn: str
    password: str = PASSWORD


def administrator(controller: DomainController) -> Account:
    """Return the account that may do everything."""
    return Account("Administrator", f"CN=Administrator,CN=Users,{controller.forest.dn}")


def search(
    controller: DomainController,
    base: str,
    filter: str = "(objectClass=*)",  # noqa: A002
    attributes: t.Sequence[str] = ("*",),
    scope: Scope = "sub",
    account: Account | None = None,
    options: t.Sequence[str] = (),
) -> list[ldif.Entry]:
    """Return what ldapsearch finds, read in pages, as the administrator unless an account is given.

    Raises:
        LabError: the search failed, in whole or in part.
    """
    arguments = ["ldapsearch", *_bind(controller, account), "-LLL", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt"]
    arguments += [*options, "-b", base, "-s", scope, filter, *attributes]
    return list(ldif.parse(_ldap(controller, arguments)))


def root_dse(controller: DomainController, attribute: str) -> str:
    """Return one attribute of the root DSE, read anonymously."""
    arguments = ["ldapsearch", "-x", "-H", f"ldap://{controller.address}", "-LLL", "-o", "ldif-wrap=no"]
    found = list(ldif.parse(_ldap(controller, [*arguments, "-b", "", "-s", "base", attribute])))
    return found[0][1][attribute][0].decode()


def highest_usn(controller: DomainController) -> int:
    """Return highestCommittedUSN, which moves with every write."""
    return int(root_dse(controller, "highestCommittedUSN"))


def change(controller: DomainController, text: str, account: Account | None = None) -> None:
    """Apply LDIF change records, in one go, until one fails.

    Raises:
        LabError: the domain controller refused one; those before it stay applied.
    """
    _ldap(controller, ["ldapmodify", *_bind(controller, account)], text)


def create_account(
    controller: DomainController,
    name: str,
    parent: str | None = None,
    password: str = PASSWORD,
    attributes: t.Mapping[str, t.Sequence[str]] | None = None,
) -> Account:
    """Create a user that can sign in at once and has no rights but those of every user."""
    dn = f"CN={name},{parent or f'CN=Users,{controller.forest.dn}'}"
    values: dict[str, t.Sequence[str | bytes]] = {
        "objectClass": ["user"],
        "sAMAccountName": [name],
        "userPrincipalName": [f"{name}@{controller.forest.domain}"],
        "unicodePwd": [f'"{password}"'.encode("utf-16-le")],
        "userAccountControl": ["66048"],  # an ordinary account whose password does not expire
        **(attributes or {}),
    }
    change(controller, ldif.add(dn, values))
    return Account(name, dn, password)


def grant(controller: DomainController, dn: str, *entries: str) -> str:
    """Put access control entries in front of an object's list and return the list.

    Entries are SDDL with names in braces where SDDL wants identifiers: an attribute, a class, an account.
    ``(OA;CI;WP;{mail};{user};{svc-sync})`` lets svc-sync write the attribute mail of all users below;
    ``(D;CI;WP;;;{svc-sync})`` denies it every write.
    """
    return str(offline("access", {"directory": str(controller.layout.root), "dn": dn, "entries": entries})["sddl"])


def write_raw(controller: DomainController, changes: t.Mapping[str, t.Mapping[str, t.Sequence[bytes | str]]]) -> None:
    """Replace values past every check of the domain controller, which may be running.

    Args:
        changes: DN to attributes to values; no value removes the attribute. uSNChanged does not move.
    """
    job = [
        {"dn": dn, "values": {name: [_base64(value) for value in values] for name, values in attributes.items()}}
        for dn, attributes in changes.items()
    ]
    offline("raw", {"directory": str(controller.layout.root), "changes": job})


def samba_tool(controller: DomainController, *arguments: str) -> str:
    """Run samba-tool on the databases of a domain controller and return what it says."""
    where = ["-H", f"{controller.layout.root}/private/sam.ldb", "-s", str(controller.layout.settings)]
    return command(["samba-tool", *arguments, *where])


def kerberos_ticket(controller: DomainController, account: Account, cache: Path) -> dict[str, str]:
    """Get a ticket into a file and return the environment variables that make a client use it."""
    environment = {**controller.environment(), "KRB5CCNAME": f"FILE:{cache}"}
    command(
        ["kinit", f"{account.name}@{controller.forest.realm}"],
        input=account.password + "\n",
        env={**os.environ, **environment},
    )
    return environment


def _bind(controller: DomainController, account: Account | None) -> list[str]:
    """Return the arguments for a simple bind over LDAPS; the password goes by file, never by argument."""
    who = account or administrator(controller)
    secret = controller.layout.root / "etc" / f"{who.name}.password"
    if not secret.exists() or secret.read_text() != who.password:
        secret.touch(mode=0o600)
        secret.write_text(who.password)
    return ["-x", "-H", controller.url, "-D", who.dn, "-y", str(secret)]


def _ldap(controller: DomainController, arguments: list[str], text: str | None = None) -> str:
    environment = {**os.environ, "LDAPTLS_CACERT": str(controller.layout.authority), "LDAPTLS_REQCERT": "demand"}
    done = subprocess.run(arguments, input=text, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        words = " ".join(line.strip() for line in done.stderr.splitlines() if line.strip())
        raise LabError(f"{arguments[0]} ended with {done.returncode}: {words or 'no message'}")
    return done.stdout


def _base64(value: bytes | str) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode("ascii")
