# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the templates of the page ask for: numbers, texts and rows, as people read them.

Texts from a directory go through ``visible``, which leaves nothing in them that turns the text around or hides.
"""

from __future__ import annotations

import datetime
import typing as t
import unicodedata

from .._model.dn import parent
from .html_parts import Part, Plain

Rows = list[tuple[str, t.Any]]

_HIDDEN = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
_BLANKS = frozenset("\u00a0\u115f\u1160\u3164\uffa0\ufffc")
_ANSWERS = {
    "supported": "yes",
    "conditional": "conditional",
    "not_supported": "no",
    "not_promised": "not synchronized",
}
_VERDICTS = {
    "verified": "verified",
    "ok": "can be verified",
    "unverified": "not verified",
    "not-routable": "can never be verified",
    "unknown-tld": "does not exist",
}
_JOINS = {
    "none": "nothing: every object is a person of its own",
    "mail": "mail",
    "master_account": "the master account of linked mailboxes",
    "attribute": "an attribute",
}
_PERSONS = {
    "joined": "People with objects in several forests",
    "ambiguous": "Values that two users of one forest have, which join nobody",
    "galsync_contacts": "Contacts that stand for people of another forest",
    "galsync_contacts_without_person": "Such contacts without a person",
    "linked_mailboxes": "Linked mailboxes",
    "linked_mailboxes_unresolved": "Linked mailboxes without their account",
}


class Box(t.NamedTuple):
    """A piece of a bar: which piece it is, where it begins and how wide it is, in thousandths of the whole."""

    place: int
    x: int
    width: int


def boxes(numbers: t.Sequence[int], whole: int) -> list[Box]:
    """Return the pieces of a bar. A piece that is not empty can always be seen."""
    found = []
    x = 0
    for place, number in enumerate(numbers):
        if number > 0:
            width = max(6, round(1000 * number / max(1, whole)))
            found.append(Box(place, x, width))
            x += width
    # Narrow pieces that were widened may not push the others out of the picture.
    over = x / 1000 if x > 1000 else 1
    return [Box(box.place, round(box.x / over), max(1, round(box.width / over))) for box in found]


def number(value: float) -> str:
    """Return a number with thin spaces between its thousands."""
    return f"{value:,}".replace(",", "\u202f")


def in_words(numbers: t.Sequence[int]) -> str:
    """Return the findings of something in words."""
    names = ("error", "warning", "info")
    said = [f"{count} {name}{'' if count == 1 else 's'}" for count, name in zip(numbers, names, strict=True) if count]
    return ", ".join(said) or "nothing"


def is_hidden(char: str) -> bool:
    """Return whether a character cannot be seen, or does something to the text around it."""
    return unicodedata.category(char) in _HIDDEN or char in _BLANKS


def visible_text(value: object) -> str:
    """Return a text in which hidden characters show as U+202E, for places that take no marks."""
    return "".join(f"[U+{ord(char):04X}]" if is_hidden(char) else char for char in str(value))


def moment(value: str) -> str:
    """Return a time in ISO 8601 as people read it, in UTC."""
    try:
        found = datetime.datetime.fromisoformat(value)
    except ValueError:
        return visible_text(value)
    zone = " UTC" if found.tzinfo else ""
    if found.tzinfo:
        found = found.astimezone(datetime.timezone.utc)
    return f"{found.day} {found:%B %Y, %H:%M}{zone}"


def answers(users: t.Mapping[str, int]) -> str:
    """Return how many users come to which answer."""
    said = [f"{number(users[answer])} {word}" for answer, word in _ANSWERS.items() if users.get(answer)]
    return ", ".join(said) or "no users"


def most_users(by_location: t.Mapping[str, t.Mapping[str, int]]) -> int:
    """Return the most users that a location has."""
    return max((numbers["users"] for numbers in by_location.values()), default=1)


def verdict(word: str) -> str:
    """Return what the cloud says to a domain."""
    return _VERDICTS.get(word, word)


def yes_no(value: bool | None) -> str:
    """Return an answer; None is unknown."""
    return "not known" if value is None else "yes" if value else "no"


def source_rows(part: Part) -> Rows:
    """Return where the directory was read from."""
    source = part.source
    summary = part.summary
    load = summary.get("load") or {}
    return [
        ("Read", moment(part.created)),
        ("From", {"ldap": "a domain controller", "ldif": "an export"}.get(source.get("transport", ""))),
        ("Server", source.get("server")),
        ("File", source.get("path")),
        ("Domains", source.get("domains")),
        ("Entries", number(load["entries"]) if load else None),
        ("Took", f"{summary['seconds']} s"),
        ("List of top-level domains", summary["suffix_data"]),
        ("Attributes the schema lacks", ", ".join(summary["absent_attributes"]) or None),
    ]


def object_rows(part: Part) -> Rows:
    """Return what was judged, left out and skipped."""
    summary = part.summary
    rows: Rows = [(f"Judged: {kind}", number(count)) for kind, count in summary["judged_kind"].items()]
    rows += [(f"Left out: {reason}", number(count)) for reason, count in summary["left_out"].items()]
    skipped = sum(summary["skipped"].values())
    if skipped:
        rows.append(("Skipped: system, or read for addresses only", number(skipped)))
    waivers = summary["waivers"]
    for name in ("waived", "expired", "unused"):
        if waivers[name]:
            rows.append((f"Waivers: {name}", number(waivers[name])))
    return rows


def across_rows(part: Part) -> Rows:
    """Return how people of different forests were joined."""
    known = part.across or {}
    persons = known["persons"]
    return [("People are joined by", _JOINS.get(known["join"], known["join"]))] + [
        (label, number(persons[name])) for name, label in _PERSONS.items() if persons.get(name) is not None
    ]


def forest_rows(part: Part) -> Rows:
    """Return what is known of the forest."""
    known = part.forest or {}
    forest = known["forest"]
    live = known["synchronization"]["live"]
    trusts = known["trusts"]
    missing = known["missing_suffixes"]
    return [
        ("Root domain", forest["root_domain"]),
        ("Functional level", forest["functional_level_name"] or forest["functional_level"]),
        ("Domains", ", ".join(domain["dns_name"] for domain in known["domains"]) or None),
        ("Recycle bin", yes_no(forest["recycle_bin"])),
        ("UPNs kept unique by the server", yes_no(forest["upn_uniqueness_checked"])),
        ("Synchronization runs already", yes_no(live)),
        ("Trusts", None if trusts is None else ", ".join(trust["partner"] for trust in trusts) or "none"),
        ("Verified domains that are no suffix", ", ".join(missing) or "none"),
    ]


def exchange_rows(part: Part) -> Rows:
    """Return what is known of Exchange."""
    exchange: Plain = (part.forest or {})["exchange"]
    servers = exchange["servers"]
    return [
        ("Organization", exchange["organisation"]),
        ("Schema of Exchange", exchange["schema_version_name"] or yes_no(exchange["schema"])),
        ("Servers", "not known" if servers is None else _servers(servers)),
        ("Hybrid configuration", yes_no(exchange["hybrid"]["configured"])),
        ("OAuth with Exchange Online", yes_no(exchange["oauth"]["configured"])),
    ]


def _servers(servers: t.Sequence[Plain]) -> str:
    counts: dict[str, int] = {}
    for server in servers:
        label = server["version"] or "version not known"
        counts[label] = counts.get(label, 0) + 1
    return ", ".join(label if count == 1 else f"{count} x {label}" for label, count in sorted(counts.items())) or "none"


def in_order(names: t.Iterable[str], order: t.Iterable[str]) -> list[str]:
    """Return names in the order of another list; JSON in a snapshot does not keep it."""
    known = set(names)
    return [name for name in order if name in known]


def sort_numbers(names: t.Iterable[str]) -> list[str]:
    """Return numbers in their order, as they are written."""
    return sorted(names, key=int)


def above(dn: str) -> str:
    """Return the DN of the object above."""
    return parent(dn)
