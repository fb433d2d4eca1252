# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing what the scan sees of each object into the snapshot."""

from __future__ import annotations

import json
import typing as t

from .._exchange.location import Target
from .._model.dn import rdn_value
from .._model.finding import SEVERITIES, Finding
from .._model.kinds import ACCOUNTS
from .._model.text import fold
from .._rules.domains import is_cloud_route
from .._rules.objects import anchor_differs, anchor_of
from .._rules.options import RuleOptions
from .._rules.population import Population
from .._rules.subject import Proxy, Subject
from .scope import Place
from .snapshot import Row, Table

# Which attributes of an object hold an address: bits of ``addresses.holds``.
UPN, PROXY, MAIL, TARGET, IMPLICIT = 1, 2, 4, 8, 16
# What other values are compared among themselves: ``keys.space``.
NICKNAME, OTHER_PROXY, OTHER_TARGET = 1, 2, 3

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


def finding_row(oid: int, finding: Finding, clash: int | None = None) -> Row:
    """Return a finding as a row of the table."""
    return (
        oid,
        finding.rule,
        _RANK[finding.severity],
        finding.outcome,
        finding.attribute,
        finding.value,
        finding.message,
        finding.repair.kind,
        finding.repair.why,
        clash,
        None,
    )


class Sink(t.Protocol):
    """Takes rows: a snapshot, or what carries them to one."""

    def add(self, table: Table, row: Row) -> None:
        """Append a row to a table."""

    def add_all(self, table: Table, rows: t.Iterable[Row]) -> None:
        """Append rows to a table."""

    def text_id(self, text: str | None) -> int | None:
        """Return the number of a text that many objects share; None for None."""


class Recorder:
    """Writes objects into a snapshot, each under a number of its own.

    Attributes:
        last: the number of the object that was written last.

    Args:
        snapshot: takes them.
        options: the options of the rules.
        judging: whether to write what is judged and compared as well: findings, addresses, and other values that only
            one object may hold.
    """

    def __init__(self, snapshot: Sink, options: RuleOptions, *, judging: bool = True) -> None:
        self._snapshot = snapshot
        self._judging = judging
        self._options = options
        self._mail_signs_in = options.sign_in_attribute.lower() == "mail"
        self.last = 0

    def record(
        self, subject: Subject, population: Population, place: Place, findings: list[Finding], number: int | None = None
    ) -> int:
        """Write one object with its addresses and findings. Returns its number, the next one where none is given."""
        self.last = oid = self.last + 1 if number is None else number
        snapshot = self._snapshot
        entry = subject.entry
        judged = population.standing == "judged"
        guid = entry.guid
        sid = entry.attributes.get("objectsid")
        anchor = anchor_of(subject)
        suffix = snapshot.text_id(fold(subject.suffix_to_check)) if judged and subject.suffix_to_check else None
        row = (
            oid,
            guid,
            entry.dn,
            subject.kind,
            rdn_value(entry.dn),
            population.standing,
            population.reason,
            sid[0] if sid else None,
            int(subject.upn_valid),
            suffix,
            anchor,
            _identity(subject, self._options.signs_in_with_upn),
        )
        snapshot.add("objects", row)
        if subject.is_person:
            self._mailbox(oid, subject)
        if population.waits_for_sam:
            snapshot.add("waiting", (oid, "sam", None))
        elif judged and subject.is_person:
            self._wait_for_master(oid, subject)
        if self._judging:
            self._addresses(oid, subject, place)
            self._keys(oid, subject)
            if judged:
                if findings:
                    snapshot.add_all("findings", (finding_row(oid, finding) for finding in findings))
                self._differing(oid, subject, anchor, guid)
            elif population.finding is not None:
                snapshot.add("findings", finding_row(oid, population.finding))
        return oid

    def _addresses(self, oid: int, subject: Subject, place: Place) -> None:
        holds: dict[str, int] = {}
        if subject.is_person and subject.sign_in_name is not None and not subject.upn_broken:
            holds[fold(subject.sign_in_name)] = UPN
        for proxy in subject.smtp:
            if not proxy.broken:
                address = fold(proxy.address)
                holds[address] = holds.get(address, 0) | PROXY
        if subject.mail is not None and not subject.mail_broken:
            address = fold(subject.mail)
            holds[address] = holds.get(address, 0) | MAIL
        if subject.target is not None and not subject.target_broken:
            target = Proxy(subject.target)
            if target.is_smtp:
                address = fold(target.address)
                holds[address] = holds.get(address, 0) | TARGET
        if subject.kind in ACCOUNTS and subject.sam is not None and place.dns_domain:
            address = fold(f"{subject.sam}@{place.dns_domain}")
            holds[address] = holds.get(address, 0) | IMPLICIT
        self._snapshot.add_all("addresses", [(address, oid, bits) for address, bits in holds.items()])

    def _keys(self, oid: int, subject: Subject) -> None:
        add = self._snapshot.add
        if subject.nickname is not None:
            add("keys", (NICKNAME, fold(subject.nickname), oid))
        if len(subject.proxies) > len(subject.smtp):
            others = {
                fold(f"{proxy.type}:{proxy.address}") for proxy in subject.proxies if proxy.type not in (None, "smtp")
            }
            for other in others:
                add("keys", (OTHER_PROXY, other, oid))
        if subject.target is not None and not Proxy(subject.target).is_smtp and not subject.target_broken:
            add("keys", (OTHER_TARGET, fold(subject.target), oid))

    def _differing(self, oid: int, subject: Subject, anchor: str | None, guid: str | None) -> None:
        if anchor is not None and guid is not None and anchor != guid:
            self._snapshot.add("findings", finding_row(oid, anchor_differs(anchor, guid)))
        primary = subject.primary
        if primary is None:
            return
        address = fold(primary.address)
        if subject.mail is not None and fold(subject.mail) != address:
            row = (oid, "mail-differs-from-primary", "mail", subject.mail, "proxyAddresses", primary.raw)
            self._snapshot.add("differing", row)
        name = subject.sign_in_name
        if subject.in_licence_scope and name is not None and fold(name) != address and not self._mail_signs_in:
            attribute = self._options.sign_in_attribute
            row = (oid, "upn-differs-from-primary", attribute, name, "proxyAddresses", primary.raw)
            self._snapshot.add("differing", row)

    def _mailbox(self, oid: int, subject: Subject) -> None:
        entry = subject.entry
        server = entry.text("msexchhomeservername")
        has_guid = entry.has("msexchmailboxguid")
        has_address = subject.mail is not None or bool(subject.smtp)
        says_something = has_guid or has_address or server is not None or subject.home_mdb is not None
        if not says_something and subject.recipient_type is None:
            # Whoever has no row has no mailbox at all.
            return
        snapshot = self._snapshot
        row = (
            oid,
            subject.recipient_type,
            entry.integer("msexchremoterecipienttype"),
            snapshot.text_id(subject.home_mdb),
            snapshot.text_id(server),
            int(has_guid),
            _target(subject),
            int(has_address),
        )
        snapshot.add("mailboxes", row)

    def _wait_for_master(self, oid: int, subject: Subject) -> None:
        if subject.recipient_type not in (2, 2199023255552):
            return
        values = subject.entry.attributes.get("msexchmasteraccountsid")
        if values:
            self._snapshot.add("waiting", (oid, "master", values[0]))


def _identity(subject: Subject, signs_in_with_upn: bool) -> str:
    """Return the values by which the object is known, as they are: the snapshot is the only memory of the scan.

    Where another attribute is the sign-in name, userPrincipalName comes last.
    """
    values: list[str | list[str] | None] = [
        subject.sign_in_name,
        subject.mail,
        subject.nickname,
        subject.target,
        subject.sam,
        [proxy.raw for proxy in subject.proxies],
    ]
    if not signs_in_with_upn:
        values.append(subject.upn)
    return _json(values)


# An encoder that is made once is faster than json.dumps, which makes one for each call.
_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def _target(subject: Subject) -> Target:
    if subject.target is None:
        return "none"
    proxy = Proxy(subject.target)
    return "cloud" if proxy.is_smtp and is_cloud_route(proxy.address.rpartition("@")[2]) else "other"
