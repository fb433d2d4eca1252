# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's checks of what the account may do and of the server's limits."""

from __future__ import annotations

import typing as t

from .._model.dn import parent
from .._model.entry import Entry
from . import ldap_ber as ber
from . import ldap_topology
from .doctor import Check, Patient
from .ldap_entries import EntryParser
from .ldap_errors import NO_RIGHTS, NO_SUCH_OBJECT, SIZE_LIMIT, TIME_LIMIT, LdapError, ldap_error
from .ldap_search import Control, Request

SHOW_DELETED = "1.2.840.113556.1.4.417"
DIRSYNC = "1.2.840.113556.1.4.841"
_POLICIES = "CN=Default Query Policy,CN=Query-Policies,CN=Directory Service,CN=Windows NT,CN=Services,"
# What a remediation changes on an object.
CHANGED = (
    "userPrincipalName", "proxyAddresses", "mail", "mailNickname", "targetAddress", "displayName", "givenName", "sn",
    "countryCode",
)  # fmt: skip
_RECIPIENTS = "(|(objectClass=user)(objectClass=contact)(objectClass=group))"
_PEOPLE = "(&(objectClass=user)(!(objectClass=computer))(!(isCriticalSystemObject=TRUE)))"
# Enough places to see a pattern; each takes one round trip.
_MAX_PLACES = 25
_MAX_SHOWN = 3


def reading(patient: Patient) -> t.Iterator[Check]:
    """Check that the account sees objects, and the configuration."""
    root = patient.root
    seen = _first(patient, Request(root.domain_dn, filter=_RECIPIENTS, attributes=("objectGUID",)))
    if seen is None:
        raise ldap_error(
            f"The account sees no user, contact or group in {root.domain}. Give it the right to read, or use another "
            "account.",
            "NO_RIGHTS",
        )
    if root.configuration_dn:
        partitions = f"CN=Partitions,{root.configuration_dn}"
        if _first(patient, Request(partitions, "base", attributes=("objectClass",))) is None:
            yield Check(
                "reading",
                "warning",
                "The account reads objects of the domain, but not the configuration: UPN suffixes and Exchange stay unknown.",
                "Give it the right to read the configuration partition.",
            )
            return
    yield Check("reading", "ok", "The account reads objects of the domain and the configuration.")


def domains(patient: Patient) -> t.Iterator[Check]:
    """Check that every domain that is to be read has a domain controller that is known."""
    root = patient.root
    every = ldap_topology.domains_of(patient.searching(), root)
    wanted = ldap_topology.chosen(every, patient.options.domains)
    missing = []
    for domain in wanted:
        if domain.name != root.domain:
            try:
                ldap_topology.servers_for(domain, patient.options)
            except LdapError:
                missing.append(domain.name)
    if missing:
        raise ldap_error(
            f"No domain controller is known for {', '.join(missing)}. Name one in domain_controllers, or leave the "
            "domain out by domains.",
            "NO_DOMAIN_CONTROLLER",
        )
    names = ", ".join(domain.name for domain in wanted)
    left = f" ({len(every) - len(wanted)} more are left out by domains)" if len(every) > len(wanted) else ""
    yield Check("domains", "ok", f"The forest's domains to read: {names}{left}.")


def deleted_objects(patient: Patient) -> t.Iterator[Check]:
    """Check whether the account sees deleted objects."""
    base = f"CN=Deleted Objects,{patient.root.domain_dn}"
    controls: tuple[Control, ...] = ((SHOW_DELETED, True, None),)
    name = "deleted_objects"
    advice = "Grant it the right to list CN=Deleted Objects, if changes are to be read incrementally."
    try:
        found = _first(patient, Request(base, "one_level", attributes=("1.1",), controls=controls, page_size=1))
        container = found or _first(patient, Request(base, "base", attributes=("1.1",), controls=controls))
    except LdapError as error:
        if error.result is None:
            raise
        found = container = None
    if found is not None:
        yield Check(name, "ok", "The account sees deleted objects.")
    elif container is not None:
        text = "The account sees no deleted object: there is none, or it may not list them."
        yield Check(name, "warning", text, advice)
    else:
        yield Check(name, "warning", "The account may not see deleted objects.", advice)


def writing(patient: Patient) -> t.Iterator[Check]:
    """Check which attributes of a remediation the account may write, in each place that holds people."""
    absent = {name.lower() for name in ldap_topology.absent_attributes(patient.searching(), patient.root, CHANGED)}
    wanted = [name for name in CHANGED if name.lower() not in absent]
    places = _places(patient)
    allowed = {place: [name for name in wanted if name.lower() in names] for place, names in places.items()}
    full = [place for place, names in allowed.items() if len(names) == len(wanted)]
    none = [place for place, names in allowed.items() if not names]
    suffixes = _may_write_suffixes(patient)
    tail = f" UPN suffixes of the forest: {'yes' if suffixes else 'no'}."
    if not places:
        yield Check("writing", "skipped", f"There are no users to look at.{tail}")
    elif len(none) == len(places):
        yield Check(
            "writing",
            "ok",
            f"The account may write nothing of what a remediation changes: right for an audit.{tail}",
            f"For a remediation, grant it write access to {', '.join(wanted)}.",
        )
    elif len(full) == len(places):
        text = f"The account may write {', '.join(wanted)} in all {len(places)} places looked at.{tail}"
        yield Check("writing", "ok", text)
    else:
        yield Check(
            "writing", "warning", f"{_partly(allowed, wanted)}{tail}", "Grant the rights there before a remediation."
        )


def _partly(allowed: dict[str, list[str]], wanted: list[str]) -> str:
    lacking = {place: [name for name in wanted if name not in names] for place, names in allowed.items()}
    lacking = {place: names for place, names in lacking.items() if names}
    shown = [
        f"{'none' if len(names) == len(wanted) else 'not ' + ', '.join(names)} in {place}"
        for place, names in list(lacking.items())[:_MAX_SHOWN]
    ]
    more = f" and {len(lacking) - _MAX_SHOWN} more places" if len(lacking) > _MAX_SHOWN else ""
    return (
        f"The account may write what a remediation changes in {len(allowed) - len(lacking)} of {len(allowed)} places: "
        f"{'; '.join(shown)}{more}."
    )


def _places(patient: Patient) -> dict[str, set[str]]:
    """Return containers that hold people, to the names in lower case of what may be written on one of them."""
    root = patient.root
    containers = [f"CN=Users,{root.domain_dn}"]
    request = Request(root.domain_dn, filter="(objectClass=organizationalUnit)", attributes=("1.1",), page_size=200)
    for entry in patient.searching().entries(request, EntryParser()):
        containers.append(entry.dn)
        if len(containers) >= 200:
            break
    found: dict[str, set[str]] = {}
    for container in containers:
        person = _first(patient, Request(container, "one_level", _PEOPLE, ("allowedAttributesEffective",), page_size=1))
        if person is not None:
            values = person.attributes.get("allowedattributeseffective", [])
            found[parent(person.dn)] = {value.decode("ascii", "replace").lower() for value in values}
        if len(found) >= _MAX_PLACES:
            break
    return found


def _may_write_suffixes(patient: Patient) -> bool:
    base = f"CN=Partitions,{patient.root.configuration_dn}"
    entry = _first(patient, Request(base, "base", attributes=("allowedAttributesEffective",)))
    values = entry.attributes.get("allowedattributeseffective", []) if entry is not None else []
    return b"upnsuffixes" in {value.lower() for value in values}


def limits(patient: Patient) -> t.Iterator[Check]:
    """Read the server's limits for queries."""
    root = patient.root
    entry = _first(patient, Request(_POLICIES + root.configuration_dn, "base", attributes=("lDAPAdminLimits",)))
    if entry is None or not entry.has("ldapadminlimits"):
        advice = "Nothing, if an audit comes through."
        yield Check("limits", "warning", "The server's limits for queries cannot be read.", advice)
        return
    values = dict(text.partition("=")[::2] for text in entry.texts("ldapadminlimits"))
    # A limit that is not set has Microsoft's default.
    page = _number(values.get("MaxPageSize"), 1000)
    duration = _number(values.get("MaxQueryDuration"), 120)
    span = _number(values.get("MaxValRange"), 1500)
    text = f"A page has {page} entries at the most, a query {duration} seconds, a range {span} values."
    if page < 1000 or duration < 120:
        advice = "Nothing, if an audit comes through; else have the limits of the query policy raised."
        yield Check("limits", "warning", f"{text} That is less than the default.", advice)
    elif patient.options.page_size > page:
        advice = "Set page_size to no more than that."
        yield Check("limits", "warning", f"{text} page_size {patient.options.page_size} is more.", advice)
    else:
        yield Check("limits", "ok", text)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def dirsync(patient: Patient) -> t.Iterator[Check]:
    """Check whether the account may follow changes by the DirSync control."""
    if DIRSYNC not in patient.root.controls:
        yield Check("dirsync", "skipped", "The server does not know the DirSync control.")
        return
    value = ber.element(ber.SEQUENCE, ber.integer(0), ber.integer(1), ber.element(0x04))
    request = Request(
        patient.root.domain_dn,
        filter="(objectClass=domainDNS)",
        attributes=("name",),
        controls=((DIRSYNC, True, value),),
        time_limit=5,
        in_pages=False,
    )
    try:
        for _entry in patient.searching().entries(request, EntryParser()):
            break
    except LdapError as error:
        if error.result is None:
            raise
        if error.result == NO_RIGHTS:
            yield Check(
                "dirsync",
                "ok",
                "The account has no replication rights: by DirSync it would follow changes of what it can read only.",
                "Grant Replicating Directory Changes, if it is to follow all of them.",
            )
            return
        # Rights come first: a server that ran into a limit has granted them.
        if error.result not in (TIME_LIMIT, SIZE_LIMIT):
            yield Check("dirsync", "warning", str(error), "Nothing: DirSync is not needed for an audit.")
            return
    yield Check("dirsync", "ok", "The account may follow changes by DirSync (Replicating Directory Changes).")


def _first(patient: Patient, request: Request) -> Entry | None:
    """Return the first entry of a search, None where there is none or the base is not there."""
    try:
        for entry in patient.searching().entries(request, EntryParser()):
            return entry
    except LdapError as error:
        if error.result != NO_SUCH_OBJECT:
            raise
    return None
