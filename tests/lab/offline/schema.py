# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# mypy: disable-error-code="import-not-found, import-untyped"
"""Apply LDIF to a stopped domain controller, a schema extension above all."""

from __future__ import annotations

import re
import typing as t

import ldb

from .store import sam


def run(job: dict[str, t.Any]) -> dict[str, t.Any]:
    """Apply LDIF texts in a row, each in one transaction, with the schema loaded anew after each.

    Job: ``directory``, ``steps`` (LDIF texts). Result: ``records``.
    """
    database = sam(job["directory"])
    records = 0
    for step in job["steps"]:
        database.transaction_start()
        try:
            for record in re.split(r"\n\n+", step.strip()):
                try:
                    database.modify_ldif(record + "\n\n")
                except ldb.LdbError as error:
                    raise ValueError(f"{record.splitlines()[0]}: {error.args[1]}") from error
                records += 1
        except BaseException:
            database.transaction_cancel()
            raise
        database.transaction_commit()
        database.set_schema_update_now()
    return {"records": records}
