# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One object by a name that people know it by, and what is to be written so that it has given values."""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import dataclass

from .._directory.filters import escape_value
from .._directory.interface import Directory, Modification, Selection
from .._model.entry import Entry
from .._model.errors import DirectoryError, OptionError
from .._model.text import fold, shown
from .compare import MANY_VALUES

State = t.Literal["present", "absent", "exact"]

_SHOWN = 5
_SCHEMA = Selection(("lDAPDisplayName", "isSingleValued", "systemOnly"))


@dataclass(frozen=True)
class Schema:
    """What is known of some attributes.

    Attributes:
        names: name in lower case to the name as it is written.
        single: names in lower case of those that hold one value.
    """

    names: dict[str, str]
    single: frozenset[str]


def find_object(directory: Directory, name: str, selection: Selection) -> Entry:
    """Return the object that a name means.

    Args:
        directory: where to look.
        name: DN, objectGUID, user principal name or sAMAccountName.
        selection: the attributes to read.

    Raises:
        OptionError: there is none (code NOT_FOUND), or more than one (code AMBIGUOUS).
        DirectoryError: the directory could not be read.
    """
    name = name.strip()
    if not name:
        raise OptionError("object is empty. Give a DN, objectGUID, user principal name or sAMAccountName.")
    found = list(_matching(directory, name, selection))
    if not found:
        raise OptionError(
            f"object: there is no {shown(name)} in what is read, or the account may not see it. Give its DN, objectGUID, "
            "user principal name or sAMAccountName.",
            code="NOT_FOUND",
        )
    if len(found) > 1:
        names = ", ".join(shown(entry.dn) for entry in found[:_SHOWN])
        raise OptionError(
            f"object: {shown(name)} may be any of {len(found)} objects ({names}). Give a DN or objectGUID.",
            code="AMBIGUOUS",
        )
    return found[0]


def _matching(directory: Directory, name: str, selection: Selection) -> t.Iterator[Entry]:
    try:
        guid = uuid.UUID(name)
    except ValueError:
        pass
    else:
        data = "".join(f"\\{byte:02x}" for byte in guid.bytes_le)
        yield from directory.search(None, "subtree", selection, f"(objectGUID={data})")
        return
    if "=" in name:
        try:
            yield from directory.search(name, "base", selection)
        except DirectoryError as error:
            if error.code not in ("BASE_NOT_FOUND", "BAD_BASE", "NO_SUCH_OBJECT"):
                raise
        return
    attribute = "userPrincipalName" if "@" in name else "sAMAccountName"
    yield from directory.search(None, "subtree", selection, f"({attribute}={escape_value(name)})")


def schema_of(directory: Directory, names: t.Sequence[str]) -> Schema:
    """Return what a directory's schema says of some attributes; of an export, what is known anyway.

    Raises:
        OptionError: the schema has no such attribute, or only the system may write it.
        DirectoryError: the schema could not be read.
    """
    root = directory.root_dse
    wanted = {name.lower(): name for name in names}
    if not (root.active_directory and root.schema_dn) or directory.attribute_names() is not None:
        return Schema(wanted, frozenset(name for name in wanted if name not in MANY_VALUES))
    terms = "".join(f"(lDAPDisplayName={escape_value(name)})" for name in wanted)
    found: dict[str, str] = {}
    single = set()
    for entry in directory.search(root.schema_dn, "one_level", _SCHEMA, f"(&(objectClass=attributeSchema)(|{terms}))"):
        name = entry.text("ldapdisplayname") or ""
        found[name.lower()] = name
        if entry.boolean("systemonly"):
            raise OptionError(f"attributes: only the system may write {name}.")
        if entry.boolean("issinglevalued"):
            single.add(name.lower())
    for key, name in wanted.items():
        if key not in found:
            raise OptionError(f"attributes: the schema has no attribute {shown(name)}. Check the spelling.")
    return Schema(found, frozenset(single))


def modifications(
    entry: Entry, wanted: t.Mapping[str, t.Sequence[str]], state: State, schema: Schema
) -> tuple[Modification, ...]:
    """Return what is to be written; nothing where the object is as it should be.

    Raises:
        OptionError: values do not go together.
        DirectoryError: the source does not show all values of an attribute.
    """
    found = []
    for name, texts in wanted.items():
        key = name.lower()
        if key in entry.incomplete:
            raise DirectoryError(f"The source does not show all values of {name} of {shown(entry.dn)}.")
        values = [text.encode("utf-8") for text in texts]
        _check(name, texts, state, single=key in schema.single)
        current = entry.attributes.get(key, [])
        delete, add = _work_out(current, values, state, single=key in schema.single)
        if delete or add:
            found.append(Modification(schema.names.get(key, name), tuple(delete), tuple(add)))
    return tuple(found)


def _check(name: str, texts: t.Sequence[str], state: State, *, single: bool) -> None:
    folded = [fold(text) for text in texts]
    if len(set(folded)) < len(folded):
        raise OptionError(f"attributes: {name} is given a value twice (case does not tell values apart).")
    if any(not text for text in texts):
        raise OptionError(f"attributes: {name} is given an empty value, which no directory holds.")
    if single and state != "absent" and len(texts) > 1:
        raise OptionError(f"attributes: {name} holds one value, and {len(texts)} are given.")
    if state != "exact" and not texts:
        raise OptionError(f"attributes: {name} is given no value. State exact with an empty list takes all away.")


def _work_out(
    current: list[bytes], values: list[bytes], state: State, *, single: bool
) -> tuple[list[bytes], list[bytes]]:
    if state == "exact" or (state == "present" and single):
        return [one for one in current if one not in values], [one for one in values if one not in current]
    if state == "absent":
        gone = []
        for value in values:
            gone += [value] if value in current else [one for one in current if _same(one, value)]
        return gone, []
    missing = [value for value in values if value not in current]
    # The directory takes two spellings for one value, so the old one must go.
    return [one for one in current if any(_same(one, value) for value in missing)], missing


def _same(one: bytes, other: bytes) -> bool:
    try:
        return fold(one.decode("utf-8")) == fold(other.decode("utf-8"))
    except UnicodeDecodeError:
        return one == other


def changed_entry(entry: Entry, changes: t.Iterable[Modification]) -> Entry:
    """Return the object as it is after some changes."""
    attributes = {name: list(values) for name, values in entry.attributes.items()}
    for change in changes:
        name = change.attribute.lower()
        values = [value for value in attributes.get(name, []) if value not in change.delete] + list(change.add)
        attributes[name] = values
        if not values:
            del attributes[name]
    return Entry(entry.dn, attributes, entry.counts, entry.incomplete, entry.origin)
