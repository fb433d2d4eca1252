# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names may become UPN suffixes."""

from __future__ import annotations

import re

from .._model.errors import OptionError
from .domains import Domains, ascii_form
from .upn import MAX_SUFFIX

MAX_LABEL = 63
# What single sign-on allows; AD itself takes any text.
_ALLOWED = re.compile(r"[a-z0-9._-]+\Z")


def suffix_form(text: str) -> str:
    """Return a suffix as it is registered: without "@", in lower case, in ASCII (``xn--``).

    Raises:
        OptionError: the text has no such form.
    """
    name = text.strip().removeprefix("@").removesuffix(".")
    form = ascii_form(name) if name else None
    if not form:
        raise OptionError(f"suffixes: {text!r} is no domain name; give names such as contoso.com.")
    return form


def check_suffix(name: str, domains: Domains, allow_non_routable: bool) -> str | None:
    """Return a warning about a suffix that may be registered, None where there is nothing to say.

    Args:
        name: as ``suffix_form`` returned it.
        domains: judges domains.
        allow_non_routable: whether names are allowed that can never be verified.

    Raises:
        OptionError: the suffix may not be registered; the message says why.
    """
    if fault := _fault(name):
        raise OptionError(f"suffixes: {name!r} {fault}.")
    verdict = domains.verdict(name)
    if verdict in ("not-routable", "unknown-tld") and not allow_non_routable:
        why = "is a name for inside use" if verdict == "not-routable" else "has a top-level domain that does not exist"
        raise OptionError(
            f"suffixes: {name} {why} and can never be verified in the cloud. Set allow_non_routable if you want it all "
            "the same."
        )
    if "_" in name:
        return f"{name} holds an underscore, which no domain that can be verified does."
    return None


def _fault(name: str) -> str | None:
    if not _ALLOWED.match(name):
        return "holds a character other than letters, digits, period, hyphen and underscore"
    if len(name) > MAX_SUFFIX:
        return f"has {len(name)} characters; the cloud takes {MAX_SUFFIX} after the @"
    labels = name.split(".")
    if any(not label for label in labels):
        return "has an empty part between periods"
    if any(len(label) > MAX_LABEL for label in labels):
        return f"has a part of more than {MAX_LABEL} characters"
    if any(label.startswith("-") or label.endswith("-") for label in labels):
        return "has a part that begins or ends with a hyphen"
    if labels[-1].isdigit():
        return "ends in a number, which is no top-level domain"
    return None
