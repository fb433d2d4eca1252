# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions that need more than one object: registered suffixes, linked mailboxes, anchors, mailbox locations, and
values of one object that differ although neither has a fault of its own."""

from __future__ import annotations

import json

from .._exchange.location import MailboxAttributes, locate
from .._model.entry import sid_bytes, sid_text
from .._model.finding import Finding
from .._rules.catalogue import finding
from .._rules.names import MISSING_AND_SAM_FAULTY
from .._rules.objects import ANCHOR
from .._rules.population import linked_mailbox_unresolved, sam_missing
from .forest import Forest, domain_of_sid
from .recorder import finding_row
from .snapshot import Row, Snapshot

_SELF = "S-1-5-10"


def leave_out_late(snapshot: Snapshot, forest: Forest) -> None:
    """Leave out objects of which only the whole source tells that they are: before any value is compared."""
    waiting = list(snapshot.ask("SELECT w.oid, w.reason, w.sid, o.standing FROM waiting w JOIN objects o USING (oid)"))
    if not waiting:
        return
    snapshot.run("CREATE INDEX IF NOT EXISTS findings_oid ON findings (oid)")
    masters: list[Row] = []
    for row in waiting:
        if row[1] == "master":
            masters.append(row)
        elif "samaccountname" in forest.exchange.shown:
            # Without any sAMAccountName in the whole source, the export left the attribute out.
            _leave_out(snapshot, row[0], "no sAMAccountName", sam_missing())
    if masters:
        _resolve_masters(snapshot, forest, masters)


def _leave_out(snapshot: Snapshot, oid: int, reason: str, found: Finding) -> None:
    snapshot.run("DELETE FROM findings WHERE oid = ?", (oid,))
    snapshot.run("DELETE FROM differing WHERE oid = ?", (oid,))
    snapshot.run("UPDATE objects SET standing = 'left_out', reason = ?, suffix = NULL WHERE oid = ?", (reason, oid))
    snapshot.add("findings", finding_row(oid, found))


def _resolve_masters(snapshot: Snapshot, forest: Forest, masters: list[Row]) -> None:
    snapshot.run("CREATE TEMP TABLE wanted (sid BLOB PRIMARY KEY) WITHOUT ROWID")
    sids = {oid: sid_bytes(value) for oid, _reason, value, _standing in masters}
    for sid in set(sids.values()):
        if sid is not None:
            snapshot.run("INSERT INTO temp.wanted VALUES (?)", (sid,))
    known = {
        row[0] for row in snapshot.ask("SELECT DISTINCT sid FROM objects WHERE sid IN (SELECT sid FROM temp.wanted)")
    }
    for oid, _reason, value, standing in masters:
        sid = sids[oid]
        if standing != "judged" or sid in known:
            continue
        text = (sid_text(sid) if sid is not None else None) or value.hex()
        if text == _SELF:
            continue
        audited = sid is not None and domain_of_sid(sid) in forest.domain_sids
        found = linked_mailbox_unresolved(text, audited)
        if audited:
            _leave_out(snapshot, oid, "linked mailbox without account", found)
        else:
            snapshot.add("findings", finding_row(oid, found))


def unregistered(suffix: str) -> str:
    """Return what is said of a UPN suffix that the forest does not know."""
    return f"{suffix} is neither a DNS domain of the forest nor registered as a UPN suffix."


def judge_suffixes(snapshot: Snapshot, forest: Forest) -> None:
    """Report UPN suffixes that are neither a domain of the forest nor registered."""
    if not forest.partitions_known:
        return
    used = snapshot.ask("SELECT id, value FROM texts WHERE id IN (SELECT DISTINCT suffix FROM objects)")
    unknown = {number: suffix for number, suffix in used if not forest.is_registered(suffix)}
    for number, suffix in unknown.items():
        message = unregistered(suffix)
        holders = list(snapshot.ask("SELECT oid, identity FROM objects WHERE suffix = ?", (number,)))
        for oid, identity in holders:
            value = json.loads(identity)[0]
            found = finding("upn-suffix-not-registered", "userPrincipalName", value, message)
            snapshot.add("findings", finding_row(oid, found))


def escalate_missing_upns(snapshot: Snapshot) -> None:
    """Make upn-missing an error where sAMAccountName, which would take its place, is somebody else's as well."""
    snapshot.run(
        "UPDATE findings SET severity = 0, message = ? WHERE rule = 'upn-missing' AND oid IN "
        "(SELECT oid FROM findings WHERE rule = 'sam-duplicate' AND severity = 0)",
        (MISSING_AND_SAM_FAULTY,),
    )


def judge_anchors(snapshot: Snapshot) -> None:
    """Report accounts whose anchor is also the anchor, or the objectGUID, of another."""
    # An anchor that equals the own objectGUID cannot clash with another of its kind, so the others are the key.
    foreign = (
        "SELECT oid, anchor, standing FROM objects WHERE anchor IS NOT NULL AND (guid IS NULL OR anchor <> guid) "
        "ORDER BY anchor"
    )
    by_anchor: dict[str, list[tuple[int, str]]] = {}
    for oid, anchor, standing in snapshot.ask(foreign):
        by_anchor.setdefault(anchor, []).append((oid, standing))
    if not by_anchor:
        return
    snapshot.run("CREATE INDEX IF NOT EXISTS objects_guid ON objects (guid)")
    clash = snapshot.count("SELECT coalesce(max(clash), 0) FROM clash_members")
    owners = (
        "SELECT oid, standing, anchor FROM objects WHERE guid = ? AND (anchor IS NULL OR anchor = guid) "
        "AND kind IN ('user', 'inetOrgPerson')"
    )
    for anchor, members in by_anchor.items():
        holders = {oid: (standing, ANCHOR) for oid, standing in members}
        for oid, standing, own in list(snapshot.ask(owners, (anchor,))):
            holders[oid] = (standing, ANCHOR if own else "objectGUID")
        if len(holders) > 1:
            clash += 1
            _anchor_clash(snapshot, anchor, holders, clash)


def _anchor_clash(snapshot: Snapshot, anchor: str, holders: dict[int, tuple[str, str]], clash: int) -> None:
    judged = sum(standing == "judged" for standing, _name in holders.values())
    for oid, (standing, attribute) in holders.items():
        snapshot.add("clash_members", (clash, oid, attribute))
        if standing != "judged":
            continue
        message = "Another account has the same anchor; the cloud identity can belong to one of them only."
        if attribute != ANCHOR:
            message = "Another account has this objectGUID as its anchor; the cloud identity can belong to one only."
        if judged > 1:
            found = finding("anchor-duplicate", attribute, anchor, message)
        else:
            found = finding("anchor-duplicate", attribute, anchor, message, severity="info", outcome="none")
        snapshot.add("findings", finding_row(oid, found, clash))


def judge_mailboxes(snapshot: Snapshot, forest: Forest) -> None:
    """Report mailboxes of judged users whose attributes do not agree on where they live."""
    answers: dict[Row, tuple[str, str]] = {}
    with_target_finding = {
        row[0] for row in snapshot.ask("SELECT DISTINCT oid FROM findings WHERE attribute = 'targetAddress'")
    }
    texts = read_texts(snapshot)
    for oid, *key in snapshot.ask(
        "SELECT m.* FROM mailboxes m JOIN objects o USING (oid) WHERE o.standing = 'judged' ORDER BY oid"
    ):
        row = tuple(key)
        answer = answers.get(row)
        if answer is None:
            answer = answers[row] = _notes(row, texts, forest)
        notes = answer[1] if oid in with_target_finding else answer[0]
        if notes:
            found = finding("mailbox-inconsistent", None, None, f"Where the mailbox lives is not clear: {notes}.")
            snapshot.add("findings", finding_row(oid, found))


Texts = dict["int | None", "str | None"]


def read_texts(snapshot: Snapshot) -> Texts:
    """Return the texts that the snapshot knows by number; None is None."""
    texts: Texts = {None: None}
    texts.update((number, text) for number, text in snapshot.ask("SELECT id, value FROM texts"))
    return texts


def mailbox_of(row: Row, texts: Texts) -> MailboxAttributes:
    """Return what decides where a mailbox lives from a row of ``mailboxes`` without its first column."""
    kind, flags, home, server, has_guid, target, has_address = row
    return MailboxAttributes(kind, flags, texts[home], texts[server], bool(has_guid), target, bool(has_address))


def _notes(row: Row, texts: Texts, forest: Forest) -> tuple[str, str]:
    """Return all notes on a mailbox, and those that do not speak of targetAddress."""
    notes = locate(mailbox_of(row, texts), forest.exchange).notes
    return (
        "; ".join(note.text for note in notes),
        "; ".join(note.text for note in notes if not note.about_target),
    )


def judge_differences(snapshot: Snapshot) -> None:
    """Report values that differ where neither has an error or a warning of its own. To be called last."""
    snapshot.run("CREATE INDEX IF NOT EXISTS findings_oid ON findings (oid)")
    snapshot.run(
        "DELETE FROM differing WHERE EXISTS (SELECT 1 FROM findings f WHERE f.oid = differing.oid AND f.severity < 2 AND "
        "((f.attribute = differing.attribute AND f.value = differing.value) OR "
        "(f.attribute = differing.other_attribute AND f.value = differing.other_value)))"
    )
    rows = snapshot.ask("SELECT oid, rule, attribute, value, other_value FROM differing")
    for oid, rule, attribute, value, other in list(rows):
        message = f"{attribute} differs from the primary SMTP address {other.partition(':')[2]}."
        if rule == "upn-differs-from-cloud":
            message = f"The sign-in name in the tenant is {other}."
        snapshot.add("findings", finding_row(oid, finding(rule, attribute, value, message)))
    # The anchor of a migrated account is worth a word only where nobody else has it.
    snapshot.run(
        "DELETE FROM findings WHERE rule = 'anchor-differs' AND oid IN "
        "(SELECT oid FROM findings WHERE rule = 'anchor-duplicate' AND severity < 2)"
    )
