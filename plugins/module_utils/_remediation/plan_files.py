# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans as files: JSON Lines, written and read, and the one way to read whatever a person hands in.

The first line is the header; it holds a digest over the lines that follow, one for each row. All of it is ASCII.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import typing as t
from dataclasses import dataclass

from .._model.errors import OutputError
from .._model.finding import ObjectReference
from . import plan_csv
from .errors import PlanError
from .plan import FORMAT, PlanHeader, PlanRow

Form = t.Literal["jsonl", "csv", "idfix"]

_ACTIONS = ("EDIT", "REMOVE", "COMPLETE", "")
_MAX_BYTES = 2 << 30


@dataclass(frozen=True)
class Plan:
    """A plan as it was read.

    Attributes:
        header: what it says of itself; of a table, as much of it as the table holds.
        rows: the rows in the order of the file.
        digest: SHA-256 of the file's bytes: what an approval names.
        path: the file.
        form: what kind of file it is.
        notes: what was read in another way than it is written, in words, for people.
    """

    header: PlanHeader
    rows: tuple[PlanRow, ...]
    digest: str
    path: str
    form: Form
    notes: tuple[str, ...] = ()


def finished(header: PlanHeader, rows: t.Sequence[PlanRow]) -> PlanHeader:
    """Return a header with the numbers and the digest of its rows."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(_line(row).encode("ascii"))
    objects = len({row.object.key for row in rows})
    return dataclasses.replace(header, rows=len(rows), objects=objects, digest=digest.hexdigest())


def write_plan(path: str, header: PlanHeader, rows: t.Sequence[PlanRow]) -> PlanHeader:
    """Write a plan as JSON Lines, readable by its owner alone, and return the header with its numbers and digest.

    Raises:
        OutputError: it cannot be written.
    """
    header = finished(header, rows)
    with _written(path), open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write((json.dumps({"format": FORMAT, **dataclasses.asdict(header)}) + "\n").encode("ascii"))
        for row in rows:
            file.write(_line(row).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    return header


def write_sheet(path: str, header: PlanHeader, rows: t.Sequence[PlanRow]) -> None:
    """Write a plan as a table for people: UTF-8 with a byte order mark, commas, every cell quoted.

    Raises:
        OutputError: it cannot be written.
        PlanError: a value holds a character that no table can hold.
    """
    content = plan_csv.sheet(finished(header, rows), rows)
    with _written(path), open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_plan(path: str, *, digest: str | None = None, original: Plan | None = None) -> Plan:
    """Read a plan, in whatever form it comes: JSON Lines, our table as a spreadsheet saved it, or IdFix's export.

    Args:
        path: the file.
        digest: what was approved: SHA-256 of the file, in hexadecimal digits; None where nothing was.
        original: the plan that an edited table was made from; its rows are held against it one by one.

    Raises:
        PlanError: it cannot be read, says something unusable, or is not the file that was approved.
    """
    data = _read(path)
    actual = hashlib.sha256(data).hexdigest()
    if digest is not None and digest.strip().lower().removeprefix("sha256:") != actual:
        raise PlanError(
            f"{path} is not the plan that was approved: its SHA-256 is {actual}. Have this file approved, or name the one "
            "that was.",
            code="PLAN_DIGEST",
        )
    if data.lstrip()[:1] == b"{":
        header, rows = parse_plan(data, path)
        return Plan(header, rows, actual, path, "jsonl")
    header, rows, form, notes = plan_csv.parse_sheet(
        data, path, original.header if original else None, original.rows if original else None
    )
    return Plan(finished(header, rows), rows, actual, path, form, notes)


def parse_plan(data: bytes, path: str) -> tuple[PlanHeader, tuple[PlanRow, ...]]:
    """Return header and rows of a plan in JSON Lines.

    Raises:
        PlanError: something in it is not as it was written.
    """
    head, _newline, body = data.partition(b"\n")
    header = _header(head, path)
    if hashlib.sha256(body).hexdigest() != header.digest:
        raise PlanError(
            f"{path} was changed after it was made: its rows do not have the digest of its header. To change a plan, "
            "edit its table (CSV) and apply that.",
            code="PLAN_ALTERED",
        )
    lines = body.split(b"\n")
    if lines.pop() != b"":
        raise PlanError(f"{path} ends in the middle of line {len(lines) + 2}.", code="PLAN_ALTERED")
    rows = tuple(_row(line, number, path) for number, line in enumerate(lines, 2))
    if len(rows) != header.rows:
        raise PlanError(f"{path} holds {len(rows)} rows and says {header.rows}.", code="PLAN_ALTERED")
    return header, rows


def row_as_dict(row: PlanRow) -> dict[str, t.Any]:
    """Return a row as plain values, the shape of a line."""
    return {
        "object": dataclasses.asdict(row.object),
        "attribute": row.attribute,
        "value": row.value,
        "update": row.update,
        "action": row.action,
        "rules": list(row.rules),
        "fingerprints": list(row.fingerprints),
        "why": row.why,
    }


def _line(row: PlanRow) -> str:
    return json.dumps(row_as_dict(row)) + "\n"


def _header(line: bytes, path: str) -> PlanHeader:
    value = _json(line, 1, path)
    if value.get("format") != FORMAT:
        raise PlanError(
            f"{path}, line 1: this is no plan, or one of another version of the collection. Make a new one.",
            code="PLAN_FORMAT",
        )
    fields = {field.name for field in dataclasses.fields(PlanHeader)}
    known = {name: item for name, item in value.items() if name in fields}
    try:
        header = PlanHeader(**known)
    except TypeError:
        raise PlanError(f"{path}, line 1: the header lacks something.", code="PLAN_FORMAT") from None
    if (
        not all(isinstance(item, str) for item in (header.plan_id, header.created, header.collection, header.digest))
        or not isinstance(header.directory, dict)
        or not all(isinstance(item, str) for item in (*header.directory, *header.directory.values()))
        or not isinstance(header.policies, dict)
        or not isinstance(header.options, dict)
        or not all(isinstance(item, int) for item in (header.rows, header.objects))
    ):
        raise PlanError(f"{path}, line 1: the header holds something else than it should.", code="PLAN_FORMAT")
    return header


def _row(line: bytes, number: int, path: str) -> PlanRow:
    value = _json(line, number, path)

    def fail(name: str) -> t.NoReturn:
        raise PlanError(f"{path}, line {number}: '{name}' holds something unusable.", code="PLAN_FORMAT")

    def text(source: dict[str, t.Any], name: str, *, optional: bool = False) -> t.Any:
        item = source.get(name)
        if item is None and optional:
            return None
        if not isinstance(item, str) or not _encodable(item):
            fail(name)
        return item

    def texts(name: str) -> tuple[str, ...]:
        items = value.get(name)
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            fail(name)
        return tuple(items)

    holder = value.get("object")
    if not isinstance(holder, dict):
        fail("object")
    reference = ObjectReference(
        text(holder, "dn"), text(holder, "guid", optional=True), text(holder, "kind"), text(holder, "name")
    )
    action = value.get("action")
    if action not in _ACTIONS:
        fail("action")
    row = PlanRow(
        reference,
        text(value, "attribute"),
        text(value, "value", optional=True),
        text(value, "update", optional=True),
        action,
        texts("rules"),
        texts("fingerprints"),
        text(value, "why"),
    )
    problem = plan_csv.unusable(row)
    if problem:
        raise PlanError(f"{path}, line {number}: {problem[1]}", code="PLAN_FORMAT")
    return row


def _json(line: bytes, number: int, path: str) -> dict[str, t.Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise PlanError(f"{path}, line {number}: this is no JSON.", code="PLAN_FORMAT") from None
    if not isinstance(value, dict):
        raise PlanError(f"{path}, line {number}: this is no JSON object.", code="PLAN_FORMAT")
    return value


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise PlanError(f"{path} cannot be read: {error.strerror}.", code="PLAN_UNREADABLE") from None
    if len(data) > _MAX_BYTES:
        raise PlanError(f"{path} is larger than 2 GB, which no plan is.", code="PLAN_UNREADABLE")
    if not data.strip():
        raise PlanError(f"{path} is empty.", code="PLAN_UNREADABLE")
    return data


class _written:
    """Turns errors of the system into ours."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise OutputError(
                f"The plan {self._path} could not be written: {error.strerror}. Name a directory with room that this user "
                "may write."
            ) from None
