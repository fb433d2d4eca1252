# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports without names: whoever reads one learns what is wrong, how often and where, but not with whom.

An object gets a pseudonym that is the same in every report of the same directory, so that it can be followed and found
again by whoever may read the full report. Values show their shape: letters and digits are hidden, and what rules are
about (signs, spaces, domains) stays.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import typing as t

from .._model.dn import dns_domain, parent
from .._rules.catalogue import CATALOGUE

Plain = dict[str, t.Any]
Detail = t.Literal["full", "pseudonymous"]

_DOMAIN = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+\Z")
# Containers that name a place. Any other may be a person's.
_PLACE = re.compile(
    r"(?:OU=(?:[^,\\]|\\.)*|DC=[^,\\]*|CN=Users|CN=Builtin|CN=ForeignSecurityPrincipals)", re.IGNORECASE
)
# What was never a person's: the objects that the findings about a forest name.
_NOT_PERSONAL = frozenset(("forest",))


class Mask:
    """Hides names.

    Args:
        detail: "full" hides nothing.
    """

    def __init__(self, detail: Detail = "full") -> None:
        self.hides = detail == "pseudonymous"
        # Whoever guesses a DN could otherwise prove the guess. An objectGUID cannot be guessed.
        self._salt = secrets.token_hex(16)

    def finding(self, finding: Plain) -> Plain:
        """Return a finding (``finding_as_dict``) as the report may show it."""
        if not self.hides or finding["object"]["kind"] in _NOT_PERSONAL:
            return finding
        rule = CATALOGUE[finding["rule"]]
        return {
            **finding,
            "value": None if finding["value"] is None else shape_of(finding["value"]),
            # The words about this very value may repeat it.
            "message": rule.fires,
            "object": self.object(finding["object"]),
            "holders": [{**holder, **self.object(holder)} for holder in finding["holders"]],
            "repair": {**finding["repair"], "changes": [], "why": rule.how},
            "waiver": None if finding["waiver"] is None else "waived",
        }

    def gone(self, gone: Plain) -> Plain:
        """Return a finding that is gone (``gone_list``) as the report may show it.

        The run that had it may have kept it with names, or hidden them already; what is hidden stays as it is.
        """
        reference = gone["object"]
        if not self.hides or reference["kind"] in _NOT_PERSONAL or _is_hidden(reference):
            return gone
        value = gone["value"]
        return {**gone, "value": None if value is None else shape_of(value), "object": self.object(reference)}

    def place(self, dn: str) -> str:
        """Return where an object is: the DN above it, without what may be a person's container."""
        return _place_of(dn) if self.hides else parent(dn)

    def object(self, reference: Plain) -> Plain:
        """Return which object is meant (``dn``, ``guid``, ``kind``, ``name``) without its name."""
        if not self.hides or reference["dn"] is None or reference["kind"] in _NOT_PERSONAL:
            return {name: reference[name] for name in ("dn", "guid", "kind", "name")}
        key = reference["guid"] or self._salt + reference["dn"].lower()
        name = f"{reference['kind']}-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"
        return {"dn": f"CN={name},{_place_of(reference['dn'])}", "guid": None, "kind": reference["kind"], "name": name}


def _is_hidden(reference: Plain) -> bool:
    kind = re.escape(reference["kind"] or "")
    return reference["guid"] is None and re.fullmatch(f"{kind}-[0-9a-f]{{10}}", reference["name"] or "") is not None


def shape_of(value: str) -> str:
    """Return a value with its letters and digits hidden, apart from the domain at its end."""
    _head, at, tail = value.rpartition("@")
    domain = tail if at and _DOMAIN.match(tail) else ""
    hidden = value[: len(value) - len(domain)]
    return "".join(_hidden(char) for char in hidden) + domain


def _hidden(char: str) -> str:
    if char.isdigit():
        return "0"
    if char.isalpha():
        return "X" if char.isupper() else "x"
    return char


def _place_of(dn: str) -> str:
    above = parent(dn)
    rest = above
    while rest:
        found = _PLACE.match(rest)
        if not found or (found.end() < len(rest) and rest[found.end()] != ","):
            return ",".join(f"DC={label}" for label in dns_domain(dn).split(".") if label)
        rest = rest[found.end() + 1 :]
    return above
