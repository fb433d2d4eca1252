# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# mypy: disable-error-code="import-not-found, import-untyped"
"""Write values past every check of the domain controller."""

from __future__ import annotations

import base64
import typing as t

import ldb

from .store import partition


def run(job: dict[str, t.Any]) -> dict[str, t.Any]:
    """Replace values of objects. The domain controller may be running; uSNChanged does not move.

    Job: ``directory``, ``changes``: a list of ``dn`` and ``values`` (attribute to values in base64, none: removed).
    Result: ``objects``.
    """
    files: dict[int, t.Any] = {}
    for change in job["changes"]:
        values = {name: [base64.b64decode(value) for value in texts] for name, texts in change["values"].items()}
        file = partition(job["directory"], change["dn"])
        files[id(file)] = file
        write(file, change["dn"], values)
    return {"objects": len(job["changes"])}


def write(file: t.Any, dn: str, values: dict[str, list[bytes]]) -> None:
    """Replace the values of some attributes of one object in an open partition file."""
    message = ldb.Message()
    message.dn = ldb.Dn(file, dn)
    for name, data in values.items():
        message[name] = ldb.MessageElement(data, ldb.FLAG_MOD_REPLACE, name)
    try:
        file.modify(message)
    except ldb.LdbError as error:
        raise ValueError(f"{dn} cannot be written raw ({', '.join(values)}): {error.args[1]}") from error
