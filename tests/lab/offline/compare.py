# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell how an object reads otherwise than in the sample it was loaded from."""

from __future__ import annotations

from .. import ldif
from .attributes import SchemaFacts


def compare(read: ldif.Attributes, wanted: ldif.Attributes, facts: SchemaFacts) -> dict[str, str]:
    """Return the attributes of the sample that read otherwise, each with a reason.

    The order of values does not count: no directory keeps it. Names of objects are compared without case.
    """
    by_name = {name.lower(): values for name, values in read.items()}
    result: dict[str, str] = {}
    for name, values in wanted.items():
        if not facts.knows(name):
            result[name] = "the schema has no such attribute"
            continue
        there, sample = by_name.get(name.lower(), []), values
        if facts.points_to_objects(name):
            there, sample = [_fold(value) for value in there], [_fold(value) for value in sample]
        if name.lower() == "objectclass" and set(sample) <= set(there):
            continue  # the server completes the chain of classes
        if sorted(there) != sorted(sample):
            result[name] = f"{_show(there)} instead of {_show(sample)}"
    return result


def _fold(value: bytes) -> bytes:
    return value.decode("utf-8", "replace").casefold().encode()


def _show(values: list[bytes]) -> str:
    text = ", ".join(repr(value[:60])[1:] for value in values[:3])
    return f"{len(values)} values ({text})" if values else "nothing"
