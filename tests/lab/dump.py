# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole directory as a value, to be compared before and after."""

from __future__ import annotations

import typing as t

from . import client, ldif
from .controller import DomainController

SERVER_OWNED: frozenset[str] = frozenset(
    "usnchanged usncreated whenchanged whencreated dscorepropagationdata replpropertymetadata replupdtodatevector "
    "repluptodatevector repsfrom repsto lastlogon lastlogontimestamp logoncount badpwdcount badpasswordtime "
    "ridnextrid ridpreviousallocationpool ridallocationpool ridavailablepool "
    "msds-lastsuccessfulinteractivelogontime".split()
)
"""Attributes that the server changes on its own account, in lower case."""

Directory = dict[str, dict[str, tuple[bytes, ...]]]


def take(controller: DomainController, deleted: bool = False) -> Directory:
    """Read every object of the domain and configuration partitions with all attributes that are stored.

    Args:
        deleted: whether deleted objects come, too.
    """
    options = ["-E", "!1.2.840.113556.1.4.417"] if deleted else []
    result: Directory = {}
    for base in (controller.forest.configuration_dn, controller.forest.dn):
        for dn, attributes in client.search(controller, base, options=options):
            result[dn] = {name.lower(): tuple(sorted(values)) for name, values in attributes.items()}
    return result


def differences(
    before: Directory, after: Directory, ignored: t.Collection[str] = SERVER_OWNED
) -> dict[str, dict[str, tuple[tuple[bytes, ...], tuple[bytes, ...]]]]:
    """Return what differs: DN to attribute to its values before and after (empty: it had none).

    Args:
        ignored: names of attributes in lower case that do not count.
    """
    result: dict[str, dict[str, tuple[tuple[bytes, ...], tuple[bytes, ...]]]] = {}
    for dn in sorted({*before, *after}):
        old, new = before.get(dn, {}), after.get(dn, {})
        changed = {
            name: (old.get(name, ()), new.get(name, ()))
            for name in sorted({*old, *new} - set(ignored))
            if old.get(name) != new.get(name)
        }
        if changed:
            result[dn] = changed
    return result


def as_ldif(directory: Directory) -> str:
    """Return it as LDIF, sorted by DN and attribute."""
    entries = []
    for dn in sorted(directory):
        lines = [ldif.line("dn", dn)]
        lines += [ldif.line(name, value) for name in sorted(directory[dn]) for value in directory[dn][name]]
        entries.append("\n".join(lines))
    return "\n\n".join(entries) + "\n"
