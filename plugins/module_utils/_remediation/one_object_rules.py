# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules say against a change of one object."""

from __future__ import annotations

import dataclasses
import typing as t

from .._directory.filters import escape_value
from .._directory.interface import Directory, Modification, Selection
from .._model.entry import Entry
from .._model.finding import Finding, Severity
from .._model.kinds import JUDGED, kind_of
from .._model.text import fold, shown
from .._rules.catalogue import finding
from .._rules.options import RuleOptions
from .._rules.subject import Proxy, Subject
from .verify import Judgement, repaired

_ADDRESSES = ("mail", "proxyaddresses")
_RULE = {
    "userprincipalname": "upn-duplicate",
    "mail": "mail-duplicate",
    "proxyaddresses": "proxy-duplicate",
    "samaccountname": "sam-duplicate",
    "mailnickname": "nickname-duplicate",
}
_OTHERS = Selection(("objectClass", "objectGUID"))


def new_errors(
    directory: Directory,
    before: Entry,
    after: Entry,
    changes: t.Sequence[Modification],
    options: RuleOptions,
    severities: t.Mapping[str, Severity],
    disabled: t.Container[str],
) -> list[Finding]:
    """Return the errors that an object would have after a change and does not have now.

    Args:
        directory: where other holders of the new values are looked for.
        before: the object as it is, with all attributes that the rules read.
        after: the object as it would be.
        changes: what lies between.
        options: options of the rules.
        severities: rule to the severity that its findings get.
        disabled: rules that are left out.

    Raises:
        DirectoryError: the directory could not be searched.
        EntryError: a value is no text.
    """
    kind = kind_of(before.attributes.get("objectclass", []))
    if kind not in JUDGED:
        return []
    states = []
    for entry in (before, after):
        subject = Subject(entry, kind, options.sign_in_attribute.lower())
        subject.in_licence_scope = subject.default_licence_scope
        states.append(Judgement(subject, options).findings)
    found = repaired(states[1], states[0])
    found += _taken(directory, before, changes)
    judged = [
        dataclasses.replace(one, severity=severities.get(one.rule, one.severity))
        for one in found
        if one.rule not in disabled
    ]
    return [one for one in judged if one.severity == "error"]


def _taken(directory: Directory, entry: Entry, changes: t.Sequence[Modification]) -> t.Iterator[Finding]:
    """Yield a finding for each new value that another object holds."""
    for change in changes:
        name = change.attribute.lower()
        if name not in _RULE:
            continue
        mine = {fold(value.decode("utf-8", "replace")) for value in entry.attributes.get(name, [])}
        for value in change.add:
            text = value.decode("utf-8")
            if fold(text) in mine:
                continue
            for other in directory.search(None, "subtree", _OTHERS, _condition(change.attribute, text)):
                if other.dn != entry.dn:
                    message = f"{shown(other.dn)} holds it already."
                    yield finding(_RULE[name], change.attribute, text, message)
                    break


def _condition(attribute: str, text: str) -> str:
    if attribute.lower() not in _ADDRESSES:
        return f"({attribute}={escape_value(text)})"
    proxy = Proxy(text) if attribute.lower() == "proxyaddresses" else Proxy(f"smtp:{text}")
    if not proxy.is_smtp:
        return f"(proxyAddresses={escape_value(text)})"
    address = escape_value(proxy.address)
    return f"(|(proxyAddresses=smtp:{address})(mail={address}))"
