# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Domains of addresses: verified, routable, special-use, or under no delegated top-level domain."""

from __future__ import annotations

import typing as t

DomainVerdict = t.Literal["ok", "verified", "not-routable", "unknown-tld", "unverified"]

# IANA's registry of special-use domain names, as far as a directory could hold one.
_SPECIAL_USE = (
    "alt",
    "arpa",
    "example",
    "example.com",
    "example.net",
    "example.org",
    "invalid",
    "local",
    "localhost",
    "onion",
    "test",
)
# Names that organisations use inside. None is delegated; ICANN reserves some (corp, home, mail, internal).
_INTERNAL = (
    "corp",
    "domain",
    "home",
    "internal",
    "intranet",
    "lan",
    "loc",
    "localdomain",
    "mail",
    "priv",
    "private",
    "workgroup",
)
_NOT_ROUTABLE = frozenset(_SPECIAL_USE + _INTERNAL)
_ALWAYS_VERIFIED = (".onmicrosoft.com", ".microsoftonline.com")


def ascii_form(domain: str) -> str | None:
    """Return a domain in lower case and ASCII (``xn--``), or None where it has no such form."""
    if domain.isascii():
        return domain.lower()
    # Only domains outside ASCII need the library, and few directories hold one.
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        return None


class Domains:
    """Judges the domains of addresses. Every answer is remembered: a directory has few domains.

    Args:
        verified: the domains that are verified in the tenant, in Unicode or ASCII form; empty when not known.
        top_level_domains: the delegated top-level domains, ASCII form.
    """

    def __init__(self, verified: t.Iterable[str], top_level_domains: frozenset[str]) -> None:
        self.verified = frozenset(ascii_form(name.strip().strip(".")) or name for name in verified)
        self._top_level_domains = top_level_domains
        self._verdicts: dict[str, DomainVerdict] = {}

    def verdict(self, domain: str) -> DomainVerdict:
        """Return what a domain is; the first that holds of verified, not routable, unknown, unverified, ok."""
        verdict = self._verdicts.get(domain)
        if verdict is None:
            verdict = self._verdicts[domain] = self._judge(domain)
        return verdict

    def _judge(self, domain: str) -> DomainVerdict:
        name = ascii_form(domain) or domain.lower()
        if name in self.verified or name.endswith(_ALWAYS_VERIFIED):
            return "verified"
        labels = name.split(".")
        if len(labels) == 1 or any(".".join(labels[place:]) in _NOT_ROUTABLE for place in range(len(labels))):
            return "not-routable"
        if labels[-1] not in self._top_level_domains:
            return "unknown-tld"
        return "unverified" if self.verified else "ok"

    def usable(self, domain: str) -> bool:
        """Return whether an address at this domain may be proposed: verified, or routable where no list is given."""
        return self.verdict(domain) in ("verified", "ok")


def is_reserved(domain: str) -> bool:
    """Return whether the cloud discards addresses of this domain; the hybrid routing domain is not reserved."""
    name = domain.lower()
    return name.endswith(_ALWAYS_VERIFIED) and not name.endswith(".mail.onmicrosoft.com")


def is_cloud_route(domain: str) -> bool:
    """Return whether mail for this domain goes to a mailbox in Exchange Online (the hybrid routing domains)."""
    return domain.lower().endswith((".mail.onmicrosoft.com", ".mail.onmicrosoft.us", ".mail.partner.onmschina.cn"))
