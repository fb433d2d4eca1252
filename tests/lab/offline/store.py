# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# mypy: disable-error-code="import-not-found, import-untyped"
"""Open the databases of a domain controller, running or not."""

from __future__ import annotations

import typing as t
from pathlib import Path

from samba import Ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB


def sam(directory: str, batch: bool = False) -> t.Any:
    """Return the directory database as the system itself sees it, with all of Samba's checks."""
    settings = LoadParm()
    settings.load(f"{directory}/etc/lab.conf")
    options = ["batch_mode:1"] if batch else []
    return SamDB(url=f"{directory}/private/sam.ldb", session_info=system_session(), lp=settings, options=options)


def partition(directory: str, dn: str) -> t.Any:
    """Return the file of the naming context that an object lies in, with none of Samba's checks in between.

    The file is the one with the longest name that is an end of the DN.
    """
    folded = dn.upper()
    files = {path.stem: path for path in Path(directory, "private", "sam.ldb.d").glob("*.ldb")}
    holders = [name for name in files if folded == name or folded.endswith("," + name)]
    if not holders:
        raise ValueError(f"no naming context of the lab holds {dn!r}")
    # Samba's own class, because it knows the upper case of letters beyond ASCII: names are found by it.
    raw = Ldb()
    raw.connect(f"mdb://{files[max(holders, key=len)]}", options=["modules:"])
    return raw
