# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which directory a plan or a journal belongs to."""

from __future__ import annotations

import typing as t

from .._model.text import shown
from .errors import PlanError


def directory_key(identity: t.Mapping[str, str]) -> str:
    """Return what tells a directory from every other one: the GUID of its domain, or the digest of an export.

    Empty where the identity holds neither.
    """
    if "key" in identity:
        return identity["key"]
    if identity.get("domain_guid"):
        return identity["domain_guid"].lower()
    digest = identity.get("sha256", "")
    return f"sha256:{digest.lower()}" if digest else ""


def check_directory(made_for: t.Mapping[str, str], here: t.Mapping[str, str], what: str) -> None:
    """Make sure that a plan or a journal belongs to a directory.

    Args:
        made_for: the identity it holds. Without any (a table that IdFix wrote) there is nothing to compare.
        here: the identity of the directory that is open.
        what: what it is, at the beginning of a sentence ("The plan").

    Raises:
        PlanError: it belongs to another one (code WRONG_DIRECTORY).
    """
    wanted = directory_key(made_for)
    if not wanted or wanted == directory_key(here):
        return
    if here.get("transport") == "ldif" and wanted.startswith("sha256:"):
        advice = "The export is another file than the one it was made from, or was changed since. Make a new plan."
    else:
        advice = "Name a server of that domain, or make a new plan here."
    raise PlanError(
        f"{what} was made for {_name(made_for)}, and this is {_name(here)}. {advice}", code="WRONG_DIRECTORY"
    )


def _name(identity: t.Mapping[str, str]) -> str:
    key = directory_key(identity)
    name = identity.get("domain") or identity.get("path") or "a directory"
    return f"{shown(name)} ({shown(key)})" if key else shown(name)
