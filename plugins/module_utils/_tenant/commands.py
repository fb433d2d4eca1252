# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands of Microsoft Graph PowerShell for people to read and to run. Nothing here runs anything."""

from __future__ import annotations

import re

from .._model.text import shown

# PowerShell takes all of these for the sign that ends a text in single quotes.
_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")


def quoted(text: str) -> str | None:
    """Return a text as PowerShell reads it literally; None where it holds something that a line of a script cannot."""
    if not text.isprintable():
        return None
    return "'" + _QUOTES.sub(lambda sign: sign.group() * 2, text) + "'"


def set_upn(user: str, upn: str, via: str | None = None) -> tuple[str, ...]:
    """Return the commands that give a user another sign-in name.

    Args:
        user: its object id.
        upn: the new name.
        via: a name to be given first, for a user who moves between two federated domains.
    """
    commands = []
    for name in (via, upn):
        if name is not None:
            who, what = quoted(user), quoted(name)
            if who is None or what is None:
                return ()
            commands.append(f"Update-MgUser -UserId {who} -UserPrincipalName {what}")
    return tuple(commands)


def set_immutable_id(user: str, immutable_id: str) -> tuple[str, ...]:
    """Return the command that prepares a user of the cloud for the match by anchor."""
    who, what = quoted(user), quoted(immutable_id)
    if who is None or what is None:
        return ()
    return (f"Update-MgUser -UserId {who} -OnPremisesImmutableId {what}",)


def release_anchor(user: str) -> tuple[str, ...]:
    """Return the command that lets a synchronized user be joined with another object of the directory.

    It needs the permission User-OnPremisesSyncBehavior.ReadWrite.All.
    """
    # An id that could lead to another address is no object id.
    if not user.isascii() or not all(char.isalnum() or char in "-@._" for char in user):
        return ()
    address = quoted(f"https://graph.microsoft.com/beta/users/{user}")
    body = quoted('{"onPremisesObjectIdentifier": null}')
    return (f"Invoke-MgGraphRequest -Method PATCH -Uri {address} -ContentType 'application/json' -Body {body}",)


def comment(text: str) -> str:
    """Return a comment line; whatever could end the line shows as an escape."""
    return "# " + shown(text)


def script(groups: list[tuple[str, tuple[str, ...]]]) -> str:
    """Return a script of commands, each group under a comment that says whom it is about and why."""
    lines = [
        comment(
            "Corrections in the tenant. Nothing has run them. Read each one, delete what is not wanted, and then run it:"
        ),
        comment("Connect-MgGraph -Scopes 'User.ReadWrite.All','User-OnPremisesSyncBehavior.ReadWrite.All'"),
        comment("Each command changes one account of the tenant at once; there is no way back but the old value."),
    ]
    for about, commands in groups:
        lines += ["", comment(about), *commands]
    return "\ufeff" + "\r\n".join(lines) + "\r\n"
