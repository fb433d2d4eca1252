# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proposals for names and countryCode."""

from __future__ import annotations

from .._model.finding import Finding
from .._rules.countries import COUNTRY_CODES
from .._rules.name_characters import bad_name_characters
from . import values
from .draft import Draft
from .policies import Policies

_KEYS = {"displayName": "displayname", "givenName": "givenname", "sn": "sn"}


def propose_names(draft: Draft, findings: list[Finding], policies: Policies) -> None:
    """Change displayName, givenName, sn and countryCode of a draft as far as the policies allow."""
    for found in findings:
        if found.rule == "display-name-blank":
            name = _display_name(draft, policies)
            if name is not None:
                draft.single["displayname"] = name
        elif found.rule == "gal-country-mismatch" and policies.country_code_from_c:
            country = draft.entry.text("c")
            if country is not None:
                draft.single["countrycode"] = str(COUNTRY_CODES[country.strip().upper()])
    for attribute, key in _KEYS.items():
        rules = {found.rule: found for found in findings if found.attribute == attribute}
        value = draft.single[key]
        if value is None:
            continue
        control = rules.get("name-control-character")
        if control is not None and control.repair.kind == "auto":
            removable = bad_name_characters(value)[0]
            value = "".join(c for c in value if c not in removable)
        if "name-whitespace" in rules and policies.tidy_names:
            value = values.tidied(value)
        draft.single[key] = value


def _display_name(draft: Draft, policies: Policies) -> str | None:
    if policies.display_name_from == "given_name_surname":
        parts = [draft.entry.text("givenname"), draft.entry.text("sn")]
        name = " ".join(part.strip() for part in parts if part)
        return name or None
    if policies.display_name_from == "cn":
        return draft.entry.text("cn")
    return None
