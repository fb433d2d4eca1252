# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# mypy: disable-error-code="import-not-found, import-untyped"
"""Load a sample directory into a stopped domain controller, with the sample's own GUIDs and SIDs.

What the domain controller refuses is written past its checks; what can be had in no way is reported.
"""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

import ldb

from .. import ldif
from . import raw
from .attributes import IDENTITY, INVENTED, OWNED, SchemaFacts
from .compare import compare
from .store import partition, sam

# "relax" lets an object keep the GUID, SID and system attributes that it comes with. No control switches the
# checks of values off.
_CONTROLS = ["relax:0"]

# What an object cannot be made without.
_CORE = frozenset({"objectclass", "objectguid", "objectsid", "grouptype", "useraccountcontrol"})
_NAMING = frozenset({"cn", "ou", "dc"})


def run(job: dict[str, t.Any]) -> dict[str, t.Any]:
    """Load a sample.

    Job: ``directory``; ``sample``, the path of an LDIF file; ``contexts`` and ``others``, DNs of the
    naming contexts that this domain controller has and that only others have.
    Result: ``objects`` (loaded), ``refused`` (DN to attributes that were written raw), ``renamed`` (DNs that were
    given raw), ``kept`` (DNs of objects that were there before: their GUIDs are the server's own), ``failed`` (DN to
    reason: the object is not there), ``different`` (DN to attribute to how it reads otherwise than in the sample).
    """
    text = Path(job["sample"]).read_text(encoding="utf-8")
    entries = [entry for entry in ldif.parse(text) if _is_here(entry[0], job["contexts"], job["others"])]
    loader = Loader(job["directory"], entries)
    loader.load()
    return {
        "objects": len(entries) - len(loader.failed),
        "refused": loader.refused,
        "renamed": list(loader.renamed),
        "kept": loader.kept,
        "failed": loader.failed,
        "different": loader.differences(),
    }


def _is_here(dn: str, contexts: list[str], others: list[str]) -> bool:
    """Return whether the deepest naming context that holds a name is one of this domain controller."""
    folded = dn.lower()
    holders = [name for name in contexts + others if folded == name.lower() or folded.endswith("," + name.lower())]
    return bool(holders) and max(holders, key=len) in contexts


class Loader:
    """Puts entries into the databases of one domain controller.

    Attributes:
        refused: DN to the attributes that the domain controller refused and that were written raw.
        renamed: DNs that it refused, to the ones that their objects were made with.
        failed: DN to the reason why the object is not there.
        kept: DNs of objects that every domain controller is born with; they keep the GUIDs they were born with.
    """

    def __init__(self, directory: str, entries: list[ldif.Entry]) -> None:
        self._directory = directory
        self._entries = entries
        self._database = sam(directory)
        self._facts = SchemaFacts(self._database)
        self.refused: dict[str, list[str]] = {}
        self.renamed: dict[str, str] = {}
        self.failed: dict[str, str] = {}
        self.kept: list[str] = []

    def load(self) -> None:
        """Load objects first, then the links between them, then what only raw writing can do."""
        by_depth = sorted(self._entries, key=lambda entry: len(ldb.Dn(self._database, entry[0])))
        # No transaction around them: what is refused must leave nothing behind.
        for dn, attributes in by_depth:
            self._object(dn, attributes)
        for dn, made in self.renamed.items():
            partition(self._directory, dn).rename(made, dn)
        there = [entry for entry in self._entries if entry[0] not in self.failed]
        for dn, attributes in there:
            self._links(dn, attributes)
        for dn, attributes in there:
            self._restore(dn, attributes)

    def differences(self) -> dict[str, dict[str, str]]:
        """Return what reads otherwise than in the sample, server-owned attributes apart."""
        result = {}
        for dn, attributes in self._entries:
            if dn not in self.failed:
                found = compare(self._read(dn), self._wanted(attributes), self._facts)
                ignored = IDENTITY if dn in self.kept else ()
                result[dn] = {name: why for name, why in found.items() if name.lower() not in (*OWNED, *ignored)}
        return {dn: found for dn, found in result.items() if found}

    def _object(self, dn: str, attributes: ldif.Attributes) -> None:
        needed = self._facts.mandatory(attributes.get("objectClass", ())) | _CORE
        plain = {name: values for name, values in attributes.items() if self._is_plain(name, needed)}
        if self._exists(dn):
            for name in compare(self._read(dn), plain, self._facts):
                if name.lower() in IDENTITY:
                    self.kept.append(dn)
                elif name.lower() not in _NAMING:
                    self._set(dn, name, plain[name], dn)
            return
        try:
            self._add(dn, plain)
        except ldb.LdbError:
            self._in_pieces(dn, plain, needed)

    def _in_pieces(self, dn: str, plain: ldif.Attributes, needed: t.Collection[str]) -> None:
        """Make an object of what it needs most, then give it one attribute after the other."""
        core = {name: values for name, values in plain.items() if name.lower() in needed}
        made, reason = self._make(dn, core)
        if made is None:
            self.failed[dn] = reason
            return
        if made != dn:
            self.renamed[dn] = made
        for name, values in plain.items():
            if name.lower() not in (*needed, *_NAMING):
                self._set(made, name, values, dn)

    def _make(self, dn: str, core: ldif.Attributes) -> tuple[str | None, str]:
        """Make an object, if not as it should be, then with an ordinary account, then under an ordinary name."""
        ordinary = {name: values for name, values in core.items() if name.lower() != "useraccountcontrol"}
        other_name = f"CN=lab-{len(self.renamed)},{ldb.Dn(self._database, dn).parent()}"
        reason = ""
        for name, attributes in ((dn, core), (dn, ordinary), (other_name, core), (other_name, ordinary)):
            try:
                self._add(name, attributes)
            except ldb.LdbError as error:
                reason = reason or str(error.args[1])
            else:
                if attributes is ordinary and ordinary != core:
                    self.refused.setdefault(dn, []).append("userAccountControl")
                return name, ""
        return None, reason

    def _links(self, dn: str, attributes: ldif.Attributes) -> None:
        for name, values in attributes.items():
            if self._facts.points_to_objects(name) and not self._facts.is_derived(name) and name.lower() not in OWNED:
                if name in compare(self._read(dn), {name: values}, self._facts):
                    self._set(dn, name, values, dn)

    def _restore(self, dn: str, attributes: ldif.Attributes) -> None:
        """Write raw what the domain controller refused or filled by itself, and remove what it invented."""
        wanted, there = self._wanted(attributes), self._read(dn)
        found = compare(there, wanted, self._facts)
        values = {name: wanted[name] for name in found if self._facts.knows(name) and name.lower() not in IDENTITY}
        if dn not in self.kept:
            given = {name.lower() for name in attributes}
            values |= {name: [] for name in there if name.lower() in INVENTED and name.lower() not in given}
        file = partition(self._directory, dn)
        for name, data in values.items():
            # What even the database refuses shows among the differences.
            with contextlib.suppress(ValueError):
                raw.write(file, dn, {name: data})

    def _wanted(self, attributes: ldif.Attributes) -> ldif.Attributes:
        return {name: values for name, values in attributes.items() if not self._facts.is_derived(name)}

    def _is_plain(self, name: str, needed: t.Collection[str]) -> bool:
        """Return whether an attribute is given to an object when it is made."""
        if self._facts.is_derived(name) or not self._facts.knows(name) or name.lower() in OWNED:
            return False
        return name.lower() in needed or not self._facts.points_to_objects(name)

    def _exists(self, dn: str) -> bool:
        try:
            return bool(self._database.search(dn, scope=ldb.SCOPE_BASE, attrs=["objectClass"]))
        except ldb.LdbError:
            return False

    def _read(self, dn: str) -> ldif.Attributes:
        row = self._database.search(dn, scope=ldb.SCOPE_BASE, attrs=["*"])[0]
        return {name: [bytes(value) for value in row[name]] for name in row if name != "dn"}

    def _add(self, dn: str, attributes: ldif.Attributes) -> None:
        message = ldb.Message(ldb.Dn(self._database, dn))
        for name, values in attributes.items():
            message[name] = ldb.MessageElement(values, ldb.FLAG_MOD_ADD, name)
        self._database.add(message, _CONTROLS)

    def _set(self, dn: str, name: str, values: list[bytes], label: str) -> None:
        message = ldb.Message(ldb.Dn(self._database, dn))
        message[name] = ldb.MessageElement(values, ldb.FLAG_MOD_REPLACE, name)
        try:
            self._database.modify(message, _CONTROLS)
        except ldb.LdbError:
            self.refused.setdefault(label, []).append(name)
