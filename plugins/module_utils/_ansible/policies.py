# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of module remediation that say what may be repaired, and how."""

from __future__ import annotations

import typing as t

from .._model.dn import is_at_or_below_normalised, normalise
from .._model.errors import OptionError
from .._model.finding import Finding, ObjectReference
from .._remediation.plan import PlanRow
from .._remediation.policies import PRIMARY_SOURCES, WINNERS, Policies
from .._rules.catalogue import check_rule_ids
from .._rules.domains import ascii_form
from .arguments import Spec
from .choices import Params


def policies_spec() -> Spec:
    """Return the options that choose policies, rules and objects."""
    several: Spec = {
        "include": {"type": "list", "elements": "str", "default": []},
        "exclude": {"type": "list", "elements": "str", "default": []},
    }
    return {
        "policies": {
            "type": "dict",
            "options": {
                "suffix_map": {"type": "dict", "default": {}},
                "transliterate": {"type": "bool", "default": False},
                "invalid_characters": {"type": "str", "choices": ["keep", "remove"], "default": "keep"},
                "rename_pattern": {"type": "str"},
                "duplicate_winner": {
                    "type": "list",
                    "elements": "str",
                    "choices": list(WINNERS),
                    "default": [],
                },
                "unusable_secondaries": {"type": "str", "choices": ["keep", "remove"], "default": "keep"},
                "missing_upn": {"type": "str"},
                "missing_proxy": {"type": "bool", "default": False},
                "missing_nickname": {"type": "bool", "default": False},
                "primary_from": {
                    "type": "list",
                    "elements": "str",
                    "choices": list(PRIMARY_SOURCES),
                    "default": [],
                },
                "align_upn_with": {"type": "str", "choices": ["primary_smtp", "mail"]},
                "align_mail": {"type": "bool", "default": False},
                "display_name_from": {"type": "str", "choices": ["given_name_surname", "cn"]},
                "tidy_names": {"type": "bool", "default": False},
                "country_code_from_c": {"type": "bool", "default": False},
            },
        },
        "repair_rules": {"type": "dict", "options": several},
        "repair_objects": {"type": "dict", "options": several},
    }


def policies_of(params: Params) -> Policies:
    """Return the policies that the options choose.

    Raises:
        OptionError: one of them says something unusable.
    """
    value = params["policies"]
    if value is None:
        return Policies()
    return Policies(
        suffix_map={_domain("suffix_map", old): _domain("suffix_map", new) for old, new in value["suffix_map"].items()},
        transliterate=value["transliterate"],
        remove_invalid_characters=value["invalid_characters"] == "remove",
        rename_pattern=value["rename_pattern"],
        duplicate_winner=tuple(value["duplicate_winner"]),
        remove_secondary=value["unusable_secondaries"] == "remove",
        missing_upn=_domain("missing_upn", value["missing_upn"]) if value["missing_upn"] else None,
        missing_proxy=value["missing_proxy"],
        missing_nickname=value["missing_nickname"],
        primary_from=tuple(value["primary_from"]),
        align_upn_with=value["align_upn_with"],
        align_mail=value["align_mail"],
        display_name_from=value["display_name_from"],
        tidy_names=value["tidy_names"],
        country_code_from_c=value["country_code_from_c"],
    )


def _domain(option: str, name: t.Any) -> str:
    domain = ascii_form(name.strip().lstrip("@")) if isinstance(name, str) else None
    if not domain or "." not in domain:
        raise OptionError(f"policies.{option}: '{name}' is no domain name; give names such as contoso.com.")
    return domain


class Choice:
    """Which rules are repaired, and on which objects.

    Raises:
        OptionError: a rule is not in the catalogue.
    """

    def __init__(self, params: Params) -> None:
        rules: dict[str, list[str]] = params["repair_rules"] or {"include": [], "exclude": []}
        objects: dict[str, list[str]] = params["repair_objects"] or {"include": [], "exclude": []}
        for side in ("include", "exclude"):
            check_rule_ids(f"repair_rules.{side}", rules[side])
        self._rules = frozenset(rules["include"])
        self._no_rules = frozenset(rules["exclude"])
        self._objects = tuple(map(_name, objects["include"]))
        self._no_objects = tuple(map(_name, objects["exclude"]))

    def finding(self, found: Finding) -> bool:
        """Return whether a finding is to be repaired."""
        return self._rule(found.rule) and (found.object is None or self.object(found.object))

    def row(self, row: PlanRow) -> bool:
        """Return whether a row of a plan is to be applied; one without a rule follows from others of its object."""
        return self.object(row.object) and (not row.rules or any(map(self._rule, row.rules)))

    def object(self, reference: ObjectReference) -> bool:
        """Return whether an object may be changed."""
        if self._objects and not _among(reference, self._objects):
            return False
        return not _among(reference, self._no_objects)

    def _rule(self, rule: str) -> bool:
        return (not self._rules or rule in self._rules) and rule not in self._no_rules


def _name(text: str) -> str:
    return normalise(text) if "=" in text else text.strip().strip("{}").lower()


def _among(reference: ObjectReference, names: tuple[str, ...]) -> bool:
    dn = normalise(reference.dn)
    return any(name == reference.guid or is_at_or_below_normalised(dn, name) for name in names)
