# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attributes of one object that proposals change: as they are, and as they shall be."""

from __future__ import annotations

from .._model.entry import Entry
from .._model.text import fold
from .._rules.subject import Proxy

# Attribute, the value that goes, the value that comes.
Step = tuple[str, "str | None", "str | None"]

# Names of the single-valued attributes that a proposal may change, by their names in lower case.
SINGLE = {
    "userprincipalname": "userPrincipalName",
    "mail": "mail",
    "mailnickname": "mailNickname",
    "targetaddress": "targetAddress",
    "displayname": "displayName",
    "givenname": "givenName",
    "sn": "sn",
    "countrycode": "countryCode",
}
PROXIES = "proxyaddresses"


class Draft:
    """Values under work. Proxy addresses keep the order of the object; a None in ``proxies`` is a value that goes.

    Attributes:
        single: attribute name in lower case to its value, None where there is none.
        proxies: the values of proxyAddresses at their places.
        added: proxy addresses that come.
    """

    def __init__(self, entry: Entry, sign_in_attribute: str) -> None:
        self.entry = entry
        self.sign_in = sign_in_attribute.lower()
        self.names = {**SINGLE, self.sign_in: SINGLE.get(self.sign_in, sign_in_attribute)}
        self.before: dict[str, str | None] = {name: _raw(entry, name) for name in self.names}
        self.single = dict(self.before)
        self.proxies_before = entry.texts(PROXIES)
        self.proxies: list[str | None] = list(self.proxies_before)
        self.added: list[str] = []

    @property
    def smtp(self) -> list[Proxy]:
        """The SMTP addresses as they shall be."""
        values = [value for value in self.proxies if value is not None] + self.added
        return [proxy for proxy in map(Proxy, values) if proxy.is_smtp]

    @property
    def primary(self) -> Proxy | None:
        """The primary address as it shall be, where there is exactly one."""
        primaries = [proxy for proxy in self.smtp if proxy.is_primary]
        return primaries[0] if len(primaries) == 1 else None

    def replace_proxy(self, value: str, update: str | None) -> None:
        """Put another value in the place of one, or take it away."""
        self.proxies[self.proxies.index(value)] = update

    def steps(self) -> list[Step]:
        """Return what changes."""
        found: list[Step] = []
        for name, value in self.single.items():
            if value != self.before[name]:
                found.append((self.names[name], self.before[name], value))
        for before, after in zip(self.proxies_before, self.proxies, strict=True):
            if before != after:
                found.append(("proxyAddresses", before, after))
        found.extend(("proxyAddresses", None, value) for value in self.added)
        return found

    def revert(self, step: Step) -> None:
        """Take one of the steps back."""
        attribute, old, new = step
        if attribute != "proxyAddresses":
            key = next(key for key, name in self.names.items() if name == attribute)
            self.single[key] = self.before[key]
        elif old is not None:
            self.proxies[self.proxies_before.index(old)] = old
        elif new is not None:
            self.added.remove(new)

    def predicted(self) -> Entry:
        """Return the object as it will be."""
        attributes = dict(self.entry.attributes)
        for name, value in self.single.items():
            if value != self.before[name]:
                attributes.pop(name, None)
                if value is not None:
                    attributes[name] = [value.encode("utf-8")]
        proxies = [value for value in self.proxies if value is not None] + self.added
        if proxies:
            attributes[PROXIES] = [value.encode("utf-8") for value in proxies]
        else:
            attributes.pop(PROXIES, None)
        return Entry(self.entry.dn, attributes, self.entry.counts, self.entry.incomplete, self.entry.origin)

    def holds(self, address: str) -> bool:
        """Return whether an SMTP value with this address is among the proxy addresses as they shall be."""
        return any(fold(proxy.address) == fold(address) for proxy in self.smtp)


def _raw(entry: Entry, name: str) -> str | None:
    """Return a value as it is, blank ones too: a proposal must name exactly what it takes away."""
    values = entry.attributes.get(name)
    return values[0].decode("utf-8") if values else None
