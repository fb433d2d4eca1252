# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reader of LDIF that shares nothing with the writer."""

from __future__ import annotations

import base64


def read_ldif(text: str) -> list[tuple[str, dict[str, list[bytes]]]]:
    """Return the entries of an LDIF text: the distinguished name and the values by attribute."""
    entries: list[tuple[str, dict[str, list[bytes]]]] = []
    for block in text.replace("\n ", "").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(("#", "version:"))]
        values: dict[str, list[bytes]] = {}
        for line in lines:
            name, _colon, rest = line.partition(":")
            value = base64.b64decode(rest[2:], validate=True) if rest.startswith(":") else rest[1:].encode("utf-8")
            values.setdefault(name, []).append(value)
        if values:
            entries.append((values.pop("dn")[0].decode("utf-8"), values))
    return entries
