# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audits in tests: of entries made on the spot, and of files."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._audit.findings import read_findings
from ansible_collections.syncready.m365.plugins.module_utils._audit.options import AuditOptions, LicenceScope, SyncScope
from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import run_audit
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._audit.suffix_data import load_top_level_domains
from ansible_collections.syncready.m365.plugins.module_utils._audit.summary import Summary
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import (
    EVERYTHING,
    Directory,
    Modification,
    ReadStatistics,
    Scope,
    Selection,
)
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_root import RootDse
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._exchange.builds import parse_minimum_build
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding
from ansible_collections.syncready.m365.plugins.module_utils._rules.domains import Domains
from ansible_collections.syncready.m365.plugins.module_utils._rules.options import RuleOptions

Values = str | bytes | int | list[t.Any] | None
VERIFIED = ("contoso.com", "fabrikam.com")


@functools.cache
def top_level_domains() -> frozenset[str]:
    """Return the delegated top-level domains, loaded once."""
    return load_top_level_domains()


def rule_options(verified: Iterable[str] = VERIFIED, **choices: t.Any) -> RuleOptions:
    """Return options of the rules with the real list of top-level domains."""
    return RuleOptions(Domains(verified, top_level_domains()), **choices)


def entry(dn: str = "CN=Somebody,OU=Staff,DC=contoso,DC=local", **attributes: Values) -> Entry:
    """Return an entry; dashes of attribute names are written as underscores."""
    values: dict[str, list[bytes]] = {}
    for name, value in attributes.items():
        items = value if isinstance(value, list) else [] if value is None else [value]
        if items:
            values[name.replace("_", "-").lower()] = [
                item if isinstance(item, bytes) else str(item).encode() for item in items
            ]
    return Entry(dn, values)


def user(name: str, **attributes: Values) -> Entry:
    """Return an enabled user of contoso.local; ``name`` is its sAMAccountName and part of its DN."""
    base: dict[str, Values] = {
        "objectClass": ["top", "person", "organizationalPerson", "user"],
        "sAMAccountName": name,
        "userAccountControl": 512,
        "userPrincipalName": f"{name}@contoso.com",
    }
    return entry(f"CN={name},OU=Staff,DC=contoso,DC=local", **{**base, **attributes})


class Entries:
    """A directory that is a list of entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.statistics = ReadStatistics()
        self.root_dse = RootDse()
        self._entries = list(entries)

    def identity(self) -> dict[str, str]:
        """Return that it is a test."""
        return {"transport": "test"}

    def search(
        self,
        base: str | None = None,
        scope: Scope = "subtree",
        selection: Selection = EVERYTHING,
        filter: str | None = None,  # noqa: A002
    ) -> Iterator[Entry]:
        """Yield all entries; counted attributes are counted."""
        for item in self._entries:
            counts = {name.lower(): len(item.attributes.get(name.lower(), ())) for name in selection.counted}
            yield Entry(item.dn, item.attributes, {name: n for name, n in counts.items() if n}, item.incomplete)

    def attribute_names(self) -> None:
        """Return that nothing is hidden."""

    def modify(self, dn: str, changes: Sequence[Modification]) -> None:
        """Refuse: nothing is to be written."""
        raise AssertionError(f"{dn} was written")

    def close(self) -> None:
        """Do nothing."""


def audit(
    source: Path | str | Directory | Iterable[Entry], options: AuditOptions | None = None
) -> tuple[Summary, list[Finding]]:
    """Audit a file, a directory or some entries; return the summary and all findings."""
    directory: Directory
    if isinstance(source, (str, Path)):
        directory = LdifDirectory(str(source))
    elif hasattr(source, "search"):
        directory = t.cast(Directory, source)
    else:
        directory = Entries(source)
    snapshot = Snapshot()
    try:
        summary = run_audit(directory, options or AuditOptions(rule_options()), snapshot)
        return summary, [found for _row, found in read_findings(snapshot)]
    finally:
        snapshot.close()


def options_of(words: dict[str, t.Any]) -> AuditOptions:
    """Return the options that an option set of the labels names, in the words of the module."""
    known = {
        "verified_domains",
        "single_sign_on",
        "third_party_migration",
        "enabled_rules",
        "sync_scope",
        "sync_client",
        "minimum_exchange_build",
    }
    assert set(words) <= known, f"words that this helper does not know: {sorted(set(words) - known)}"
    sync = words.get("sync_scope", {})
    return AuditOptions(
        rule_options(
            words.get("verified_domains", ()),
            single_sign_on=words.get("single_sign_on", False),
            third_party_migration=words.get("third_party_migration", False),
            sync_client=words.get("sync_client", "connect"),
            non_ascii="non-ascii" in words.get("enabled_rules", ()),
            minimum_exchange_build=parse_minimum_build(words.get("minimum_exchange_build")),
        ),
        sync_scope=SyncScope(tuple(sync.get("include", ())), tuple(sync.get("exclude", ()))),
    )


def rules_of(findings: Iterable[Finding], name: str | None = None) -> list[str]:
    """Return the rules of the findings, of one object (by name) or of all, sorted."""
    return sorted(found.rule for found in findings if name is None or (found.object and found.object.name == name))


__all__ = ["Entries", "LicenceScope", "audit", "entry", "options_of", "rule_options", "rules_of", "user"]
