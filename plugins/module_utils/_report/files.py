# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a report: all of them, complete, or none.

They are made in a directory of their own inside the report directory and moved to their names when everything is
written, so that a run that fails leaves the files of the run before.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import secrets
import shutil
import time
import typing as t

from .._model.errors import OutputError
from .._model.finding import Finding
from .mounts import check_mounted
from .rows import CSV_COLUMNS, finding_as_csv, finding_as_dict

_PARTIAL = ".partial-"
_STALE_SECONDS = 24 * 3600


class ReportDirectory:
    """A report under construction.

    Args:
        path: where the report shall lie; made with mode 0700 when it does not exist.

    Raises:
        OutputError: the directory cannot be made or written (also from every method), or would be gone with the job.
    """

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)
        self._made: list[str] = []
        check_mounted(self.path)
        with _errors(self.path):
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            self._forget_stale()
            self._work = os.path.join(self.path, _PARTIAL + secrets.token_hex(6))
            os.mkdir(self._work, 0o700)

    def _forget_stale(self) -> None:
        """Remove what runs that were killed left behind, a day after."""
        for name in os.listdir(self.path):
            path = os.path.join(self.path, name)
            if name.startswith(_PARTIAL) and time.time() - os.stat(path).st_mtime > _STALE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)

    def file(self, name: str) -> str:
        """Return the path under which a file of the report is to be made; it is empty and readable by nobody else."""
        path = os.path.join(self._work, name)
        with _errors(self.path):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self._made.append(name)
        return path

    def write_findings(self, findings: t.Iterable[Finding]) -> None:
        """Write findings.jsonl and findings.csv in one pass."""
        rows = ((finding_as_dict(finding), finding_as_csv(finding)) for finding in findings)
        self.write_rows("findings", CSV_COLUMNS, rows)

    def write_rows(
        self, name: str, columns: t.Sequence[str], rows: t.Iterable[tuple[dict[str, t.Any], list[str]]]
    ) -> None:
        """Write NAME.jsonl and NAME.csv in one pass.

        Args:
            name: of the files, without ending.
            columns: the heads of the table.
            rows: what goes into the one file and into the other; the cells of the table are escaped already.
        """
        lines_path, table_path = self.file(f"{name}.jsonl"), self.file(f"{name}.csv")
        with (
            _errors(self.path),
            open(lines_path, "w", encoding="utf-8", newline="\n") as lines,
            # Excel takes a file for UTF-8 only with a byte order mark.
            open(table_path, "w", encoding="utf-8-sig", newline="") as table,
        ):
            writer = csv.writer(table, quoting=csv.QUOTE_ALL)
            writer.writerow(columns)
            for value, cells in rows:
                # ASCII alone: some readers break lines at U+2028, and nothing in it can play tricks on a terminal.
                lines.write(json.dumps(value) + "\n")
                writer.writerow(cells)
            _sync(lines)
            _sync(table)

    def write_table(self, name: str, rows: t.Iterable[list[str]]) -> None:
        """Write a CSV file; the cells are escaped already."""
        path = self.file(name)
        with _errors(self.path), open(path, "w", encoding="utf-8-sig", newline="") as table:
            csv.writer(table, quoting=csv.QUOTE_ALL).writerows(rows)
            _sync(table)

    def write_text(self, name: str, text: str) -> None:
        """Write a text file."""
        path = self.file(name)
        with _errors(self.path), open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            _sync(file)

    def write_json(self, name: str, value: object) -> None:
        """Write a JSON file for people and programs."""
        self.write_text(name, json.dumps(value, indent=2) + "\n")

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a file that was made, in hexadecimal."""
        with _errors(self.path):
            return _sha256(os.path.join(self._work, name))

    def publish(self) -> dict[str, dict[str, str]]:
        """Move the files to their names. Returns name without ending to path and sha256 of each."""
        artifacts = {}
        with _errors(self.path):
            digests = {name: self.digest(name) for name in self._made}
            for name in self._made:
                path = os.path.join(self.path, name)
                os.replace(os.path.join(self._work, name), path)
                artifacts[name.replace(".", "_")] = {"path": path, "sha256": digests[name]}
            os.rmdir(self._work)
        return artifacts

    def discard(self) -> None:
        """Remove what was made and not published. Never raises."""
        shutil.rmtree(self._work, ignore_errors=True)


def _sync(file: io.TextIOWrapper | t.TextIO) -> None:
    # A full disk or a lost share shows here at the latest, and not after the files took their names.
    file.flush()
    os.fsync(file.fileno())


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


class _errors:
    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            full = error.errno in (28, 122)
            hint = "Make room there" if full else "Give report_dir a directory that this user may write"
            raise OutputError(
                f"The report in {self._path} could not be written: {reason}. {hint}, then run it again.",
                code="DISK_FULL" if full else "OUTPUT_ERROR",
            ) from None
