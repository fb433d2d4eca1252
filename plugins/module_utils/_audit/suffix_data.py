# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The delegated top-level domains, from a data package that its maintainers renew."""

from __future__ import annotations

import importlib.metadata

from .._model.errors import SyncreadyError
from .._rules.domains import ascii_form


class MissingDataError(SyncreadyError):
    """The package that holds the list of public suffixes is not installed."""

    code = "MISSING_LIBRARY"


def load_top_level_domains() -> frozenset[str]:
    """Return the delegated top-level domains (ASCII form), from the public suffix list of publicsuffixlist.

    Raises:
        MissingDataError: the package is not installed.
    """
    try:
        import idna  # noqa: F401  (the rules need it; better to miss it here than in the middle of a scan)
        from publicsuffixlist import PSLFILE
    except ImportError:
        raise MissingDataError(
            "The Python packages publicsuffixlist and idna are needed, and one is missing in the interpreter that runs "
            "the module. Install them there: pip install publicsuffixlist idna."
        ) from None
    names = set()
    with open(PSLFILE, encoding="utf-8") as lines:
        for line in lines:
            if "===END ICANN DOMAINS===" in line:
                break
            rule = line.split(maxsplit=1)[0] if line.strip() and not line.startswith("//") else ""
            if rule:
                names.add(ascii_form(rule.rsplit(".", 1)[-1]) or "")
    return frozenset(names - {""})


def data_date() -> str:
    """Return the version of the public suffix data, which ends in its date (``1.1.2.20261023``); "unknown" if none."""
    try:
        return importlib.metadata.version("publicsuffixlist")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
