# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""LDIF, read and written, small and independent of the collection's own reader: a test must not prove itself."""

from __future__ import annotations

import base64
import re
import typing as t

Attributes = dict[str, list[bytes]]
Entry = tuple[str, Attributes]

_SAFE = re.compile(rb"[\x21-\x39\x3b\x3d-\x7e]([\x20-\x7e]*[\x21-\x7e])?\Z")


def parse(text: str) -> t.Iterator[Entry]:
    """Yield the entries of an LDIF text: DN, and attribute names as written to their values.

    Raises:
        ValueError: a line is no LDIF.
    """
    unfolded = re.sub(r"\r?\n ", "", text)
    dn: str | None = None
    attributes: Attributes = {}
    for line in [*unfolded.splitlines(), ""]:
        if not line:
            if dn is not None:
                yield dn, attributes
            dn, attributes = None, {}
            continue
        if line.startswith(("#", "version:", "search:", "result:", "ref:", "control:")):
            continue
        name, separator, rest = line.partition(":")
        if not separator:
            raise ValueError(f"no LDIF: {line[:60]!r}")
        value = base64.b64decode(rest[1:]) if rest.startswith(":") else rest.removeprefix(" ").encode()
        if dn is None:
            if name.lower() != "dn":
                raise ValueError(f"an entry begins with {line[:60]!r}")
            dn = value.decode()
        else:
            attributes.setdefault(name, []).append(value)


def line(name: str, value: bytes | str) -> str:
    """Return one line, base64 where it must be, never folded."""
    data = value.encode() if isinstance(value, str) else value
    if not data:
        return f"{name}:"
    if _SAFE.match(data):
        return f"{name}: {data.decode('ascii')}"
    return f"{name}:: {base64.b64encode(data).decode('ascii')}"


def add(dn: str, attributes: t.Mapping[str, t.Iterable[bytes | str]]) -> str:
    """Return a change record that adds an object."""
    lines = [line("dn", dn), "changetype: add"]
    lines += [line(name, value) for name, values in attributes.items() for value in values]
    return "\n".join(lines) + "\n\n"


def modify(
    dn: str, operation: t.Literal["add", "delete", "replace"], name: str, values: t.Iterable[bytes | str] = ()
) -> str:
    """Return a change record with one modification."""
    lines = [
        line("dn", dn),
        "changetype: modify",
        f"{operation}: {name}",
        *(line(name, value) for value in values),
        "-",
    ]
    return "\n".join(lines) + "\n\n"
