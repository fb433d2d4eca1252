# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The domains of a forest, and which attributes its schema has."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._model.dn import normalise
from .._model.errors import OptionError
from .dns import find_servers
from .ldap_entries import EntryParser
from .ldap_errors import ldap_error
from .ldap_options import ALL_DOMAINS, LdapOptions
from .ldap_root import RootDse
from .ldap_search import Request, Searcher

_DOMAIN = "(&(objectClass=crossRef)(systemFlags:1.2.840.113556.1.4.803:=2))"
_MAX_NAMES = 100


@dataclass(frozen=True)
class Domain:
    """A domain of the forest: DNS name in lower case and DN."""

    name: str
    dn: str


def domains_of(searcher: Searcher, root: RootDse) -> tuple[Domain, ...]:
    """Return the domains of the forest; of a server that is no domain controller, its partitions.

    Raises:
        LdapError: they could not be read.
    """
    if not root.configuration_dn:
        return tuple(Domain(dn.lower(), dn) for dn in root.naming_contexts)
    request = Request(
        f"CN=Partitions,{root.configuration_dn}", "one_level", _DOMAIN, ("objectClass", "nCName", "dnsRoot")
    )
    found = []
    for entry in searcher.entries(request, EntryParser()):
        dn, name = entry.text("ncname"), entry.text("dnsroot")
        if dn and name:
            found.append(Domain(name.lower(), dn))
    if normalise(root.domain_dn) not in {normalise(domain.dn) for domain in found}:
        # The account may not read the partitions; the server's own domain is known all the same.
        found.append(Domain(root.domain, root.domain_dn))
    # A parent comes before its children.
    return tuple(sorted(found, key=lambda domain: (domain.name.count("."), domain.name)))


def chosen(domains: tuple[Domain, ...], wanted: t.Sequence[str]) -> tuple[Domain, ...]:
    """Return the domains that an option names.

    Raises:
        OptionError: one of them is no domain of the forest.
    """
    if any(name.lower() == ALL_DOMAINS for name in wanted):
        return domains
    by_name = {domain.name: domain for domain in domains}
    for name in wanted:
        if name.lower() not in by_name:
            raise OptionError(
                f"domains: '{name}' is no domain of this forest, which has {', '.join(by_name)}. Check the spelling."
            )
    names = {name.lower() for name in wanted}
    return tuple(domain for domain in domains if domain.name in names)


def servers_for(domain: Domain, options: LdapOptions) -> list[str]:
    """Return the domain controllers to try for a domain other than the server's own, best first.

    Raises:
        LdapError: none is known.
    """
    given = {name.lower(): server for name, server in options.domain_controllers.items()}
    if domain.name in given:
        return [given[domain.name]]
    servers = find_servers(domain.name)
    if not servers:
        message = (
            f"No domain controller of {domain.name} is known: DNS has no SRV record for it here. Name one in "
            "domain_controllers, or leave the domain out by domains."
        )
        raise ldap_error(message, "NO_DOMAIN_CONTROLLER")
    return servers


def absent_attributes(searcher: Searcher, root: RootDse, names: t.Iterable[str]) -> tuple[str, ...]:
    """Return those of the given attributes that the schema does not have; none where that cannot be found out.

    Raises:
        LdapError: the schema could not be read.
    """
    if not (root.schema_dn and root.active_directory):
        return ()
    wanted = list(dict.fromkeys(names))
    known: set[str] = set()
    # objectClass is in every schema: when it is not seen, the account cannot read the schema.
    asked = ["objectClass", *wanted]
    for start in range(0, len(asked), _MAX_NAMES):
        terms = "".join(f"(lDAPDisplayName={name})" for name in asked[start : start + _MAX_NAMES])
        condition = f"(&(objectClass=attributeSchema)(!(isDefunct=TRUE))(|{terms}))"
        request = Request(root.schema_dn, "one_level", condition, ("lDAPDisplayName",))
        for entry in searcher.entries(request, EntryParser()):
            known.update(name.lower() for name in entry.texts("ldapdisplayname"))
    if "objectclass" not in known:
        return ()
    return tuple(name for name in wanted if name.lower() not in known)
