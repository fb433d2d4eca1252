# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sample directories, loaded into domain controllers: one for each domain that the sample holds."""

from __future__ import annotations

import json
import typing as t
import uuid
from dataclasses import dataclass
from pathlib import Path

from . import image, ldif, settings
from .controller import DomainController, Model
from .errors import LabError
from .forest import Forest
from .helper import offline

_INPUTS = ("ldif.py", "sample.py", "offline/*.py")
_HOST = "dc1"


@dataclass(frozen=True)
class Report:
    """What became of a sample.

    Attributes:
        objects: how many objects are there.
        refused: DN to attributes whose values the domain controller refused and that were written past its checks.
        renamed: DNs that the domain controller refused and that were given past its checks.
        kept: DNs of objects that every domain controller is born with: they have GUIDs of their own.
        failed: DN to reason: the object could not be loaded in any way.
        different: DN to attribute to how it reads otherwise than in the sample.
    """

    objects: int
    refused: dict[str, list[str]]
    renamed: list[str]
    kept: list[str]
    failed: dict[str, str]
    different: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Sample:
    """A sample directory.

    Attributes:
        objects: LDIF file with full entries, as ldapsearch writes them.
        labels: JSON file whose rows under ``objects`` say by DN what no domain controller takes (``ldif_only``) or only
            past its checks (``needs_raw_write``); None where there is none.
    """

    objects: Path
    labels: Path | None = None

    def forests(self) -> list[Forest]:
        """Return the domains that the sample holds, root first, with the SIDs and GUIDs that it gives them.

        Raises:
            LabError: it holds none.
        """
        heads: list[tuple[str, ldif.Attributes]] = []
        names: dict[str, str] = {}
        for dn, attributes in self._entries():
            classes = {value.lower() for value in attributes.get("objectClass", ())}
            if b"domaindns" in classes and "objectSid" in attributes:
                heads.append((dn, attributes))
            if b"crossref" in classes and "nETBIOSName" in attributes:
                names[attributes["nCName"][0].decode().lower()] = attributes["nETBIOSName"][0].decode()
        if not heads:
            raise LabError(
                f"{self.objects} holds no domain object with a SID, so no domain controller can be made for it."
            )
        heads.sort(key=lambda head: head[0].count(","))
        domains = [_domain_name(dn) for dn, _other in heads]
        return [
            Forest(
                domain=domain,
                netbios=names.get(dn.lower(), domain.partition(".")[0].upper()),
                host=_HOST,
                sid=_sid(attributes["objectSid"][0]),
                guid=str(uuid.UUID(bytes_le=attributes["objectGUID"][0])),
                root="" if domain == domains[0] else domains[0],
            )
            for (dn, attributes), domain in zip(heads, domains, strict=True)
        ]

    def ldif_only(self) -> dict[str, str]:
        """Return the DNs of objects that a domain controller need not be able to hold as they are, with the reason.

        Many of them can be had in the lab all the same: it tries every object.
        """
        return {row["dn"]: row["ldif_only"] for row in self.rows() if row.get("ldif_only")}

    def needs_raw_write(self) -> list[str]:
        """Return the DNs that the labels say need values past the checks."""
        return [row["dn"] for row in self.rows() if row.get("needs_raw_write")]

    def rows(self) -> list[dict[str, t.Any]]:
        """Return the labels of all objects."""
        if self.labels is None:
            return []
        return t.cast("list[dict[str, t.Any]]", json.loads(self.labels.read_text(encoding="utf-8"))["objects"])

    def image(self, forest: Forest) -> Path:
        """Return the image of one of the sample's domains with the sample loaded, built if need be."""
        base = image.base(forest)
        key = image.digest(base.name, self.objects.read_text(encoding="utf-8"), files=_INPUTS)
        return image.build(f"sample-{forest.domain}-{key}", lambda root: self._load(base, forest, root))

    def start(
        self, forest: Forest, root: Path, address: str | None = None, model: Model = "single"
    ) -> DomainController:
        """Start a domain controller for one of the sample's domains in an empty directory, the sample in it."""
        return image.start(self.image(forest), forest, root, address, model)

    def report(self, root: Path) -> Report:
        """Return what became of the sample in a domain controller's directory."""
        return Report(**json.loads((root / "sample.json").read_text()))

    def _load(self, base: Path, forest: Forest, root: Path, alone: bool = False) -> None:
        image.unpack(base, root)
        settings.write(settings.Layout(root), forest, "127.0.0.1")
        job = {
            "directory": str(root),
            "sample": str(self.objects.absolute()),
            "contexts": [forest.dn, forest.configuration_dn, forest.schema_dn],
            "others": [] if alone else [other.dn for other in self.forests() if other.dn != forest.dn],
        }
        (root / "sample.json").write_text(json.dumps(offline("load", job)))

    def _entries(self) -> t.Iterator[ldif.Entry]:
        return ldif.parse(self.objects.read_text(encoding="utf-8"))


def populated(name: str, forest: Forest, entries: t.Callable[[], t.Iterable[ldif.Entry]]) -> Path:
    """Return the image of a forest filled with given objects (about 300 a second the first time).

    Args:
        name: names the content: another content needs another name.
        forest: the forest, empty but for what every forest has.
        entries: gives the objects; they keep the GUIDs and SIDs that they come with.
    """
    base = image.base(forest)

    def make(root: Path) -> None:
        with image.short_directory("objects") as folder:
            source = folder / "objects.ldif"
            with source.open("w", encoding="utf-8") as out:
                for dn, attributes in entries():
                    lines = [ldif.line("dn", dn)]
                    lines += [ldif.line(key, value) for key, values in attributes.items() for value in values]
                    out.write("\n".join(lines) + "\n\n")
            Sample(source)._load(base, forest, root, alone=True)

    return image.build(f"{name}-{forest.domain}-{image.digest(base.name, files=_INPUTS)}", make)


def _domain_name(dn: str) -> str:
    return ".".join(part.partition("=")[2] for part in dn.split(",")).lower()


def _sid(value: bytes) -> str:
    parts = [str(int.from_bytes(value[2:8], "big"))]
    parts += [str(int.from_bytes(value[i : i + 4], "little")) for i in range(8, len(value), 4)]
    return "S-1-" + "-".join(parts)
