# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The identity that the cloud gives a user: sign-in name, alias, primary address, and the address at the first domain.

Sources: "Microsoft Entra UserPrincipalName population" and KB 3190357 (proxyAddresses). Nothing is asked here whether
another object holds the same value; that takes the whole directory.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .._model.finding import Finding, Outcome
from . import characters
from .addresses import split
from .options import RuleOptions
from .proxies import judge_proxies
from .subject import Subject
from .upn import judge_upn

# Where a value comes from, or why it is not the one of the directory.
UpnReason = t.Literal["on_premises", "rewritten", "suffix_not_verified", "invalid", "rejected", "missing"]
PrimaryReason = t.Literal["proxy_address", "mail", "sign_in_name", "initial_domain"]
NicknameReason = t.Literal["mail_nickname", "primary", "mail", "sign_in_name", "secondary", "none"]

# Stands for the first domain of a tenant that is not known.
UNKNOWN_DOMAIN = "<tenant>.onmicrosoft.com"
_DOMAIN_RULES = frozenset(("upn-not-routable", "upn-unknown-tld", "upn-unverified-domain"))
_LOST: frozenset[Outcome] = frozenset(("rejected", "fallback", "dropped"))


@dataclass(frozen=True)
class CloudIdentity:
    """What a user is called in the cloud.

    Attributes:
        upn: the sign-in name; None where the cloud refuses the object because of it.
        upn_reason: why it is this one.
        primary: the primary SMTP address.
        primary_reason: where it comes from.
        nickname: the alias; None where nothing gives one.
        nickname_reason: where it comes from.
        moera: the address at the first domain of the tenant, which every user gets.
        on_premises_upn: userPrincipalName, where another attribute is the sign-in name (alternate ID); else None.
    """

    upn: str | None
    upn_reason: UpnReason
    primary: str | None
    primary_reason: PrimaryReason
    nickname: str | None
    nickname_reason: NicknameReason
    moera: str | None
    on_premises_upn: str | None = None


def predict(subject: Subject, options: RuleOptions, initial_domain: str, dns_domain: str = "") -> CloudIdentity:
    """Return the identity of a user that is synchronized for the first time.

    Args:
        subject: the user.
        options: the options of the rules; the verified domains are among them.
        initial_domain: the domain that the tenant began with.
        dns_domain: of the user, for a user without a sign-in name.
    """
    nickname, reason = _nickname(subject)
    return _identity(subject, options, nickname, reason, initial_domain, dns_domain)


def follow(
    before: CloudIdentity,
    old: Subject,
    new: Subject,
    options: RuleOptions,
    initial_domain: str,
    dns_domain: str = "",
    *,
    domains_changed: bool = False,
) -> CloudIdentity:
    """Return the identity of a user that was synchronized before.

    The alias follows mailNickname alone, and the sign-in name is worked out again only when the value in the directory
    changes, or a domain is verified or removed.

    Args:
        before: the identity so far.
        old: the user as it was synchronized last.
        new: the user now.
        options: the options of the rules.
        initial_domain: the domain that the tenant began with.
        dns_domain: of the user.
        domains_changed: whether a domain was verified or removed.
    """
    nickname, reason = before.nickname, before.nickname_reason
    if nickname is None or (new.nickname is not None and new.nickname != old.nickname):
        nickname, reason = _nickname(new)
    identity = _identity(new, options, nickname, reason, initial_domain, dns_domain)
    if new.sign_in_name == old.sign_in_name and not domains_changed:
        identity = dataclasses.replace(identity, upn=before.upn, upn_reason=before.upn_reason)
    return identity


def _identity(
    subject: Subject,
    options: RuleOptions,
    nickname: str | None,
    reason: NicknameReason,
    initial_domain: str,
    dns_domain: str,
) -> CloudIdentity:
    moera = f"{nickname}@{initial_domain}" if nickname else None
    upn, upn_reason = _upn(subject, options, moera, dns_domain)
    primary, primary_reason = _primary(subject, options, moera, upn)
    return CloudIdentity(
        upn=upn,
        upn_reason=upn_reason,
        primary=primary,
        primary_reason=primary_reason,
        nickname=nickname,
        nickname_reason=reason,
        moera=moera,
        on_premises_upn=None if options.signs_in_with_upn else subject.upn,
    )


def _upn(subject: Subject, options: RuleOptions, moera: str | None, dns_domain: str) -> tuple[str | None, UpnReason]:
    value = subject.sign_in_name
    if value is None:
        # Connect makes one up from the logon name and the domain, which is as good as that domain is.
        made_up = f"{subject.sam}@{dns_domain}" if subject.sam and dns_domain else None
        usable = made_up is not None and options.domains.usable(dns_domain)
        return (made_up if usable else moera), "missing"
    found: list[Finding] = []
    judge_upn(subject, options, found)
    # What single sign-on asks for does not matter to the cloud.
    outcomes = {finding.outcome for finding in found if finding.rule != "upn-sso-character"}
    if "rejected" in outcomes:
        return None, "rejected"
    if "fallback" in outcomes:
        only_domain = all(finding.rule in _DOMAIN_RULES for finding in found if finding.outcome == "fallback")
        return moera, "suffix_not_verified" if only_domain else "invalid"
    if "rewritten" in outcomes:
        local, _at, domain = value.rpartition("@")
        return f"{_underscored(local, characters.UPN_UNEXPECTED)}@{domain}", "rewritten"
    return value, "on_premises"


def _primary(
    subject: Subject, options: RuleOptions, moera: str | None, upn: str | None
) -> tuple[str | None, PrimaryReason]:
    if subject.smtp:
        proxy = subject.primary
        if proxy is not None:
            found: list[Finding] = []
            judge_proxies(subject, options, found)
            if not any(finding.value == proxy.raw and finding.outcome in _LOST for finding in found):
                local, _at, domain = proxy.address.rpartition("@")
                return f"{_underscored(local, characters.REWRITTEN)}@{domain}", "proxy_address"
        return moera, "initial_domain"
    parts = split(subject.mail) if subject.mail else None
    if parts is not None and options.domains.usable(parts.domain) and characters.hidden(subject.mail or "") == "":
        return subject.mail, "mail"
    return (upn, "sign_in_name") if upn is not None else (moera, "initial_domain")


def _nickname(subject: Subject) -> tuple[str | None, NicknameReason]:
    primary = subject.primary
    secondary = next((proxy.address for proxy in subject.smtp if not proxy.is_primary), None)
    sources: tuple[tuple[str | None, NicknameReason], ...] = (
        (subject.nickname, "mail_nickname"),
        (primary.address if primary else None, "primary"),
        (subject.mail, "mail"),
        (subject.sign_in_name, "sign_in_name"),
        (secondary, "secondary"),
    )
    for value, reason in sources:
        if value is not None:
            prefix = value if reason == "mail_nickname" else value.rpartition("@")[0]
            if alias := _alias(prefix):
                return alias, reason
    return None, "none"


def _alias(text: str) -> str:
    """Return an alias as the cloud writes it: an underscore for every sign that it does not take, no stray periods."""
    kept = "".join(c if characters.ALIAS_OK.match(c) else "_" for c in characters.strip_hidden(text))
    return ".".join(part for part in kept.split(".") if part)


def _underscored(local: str, signs: frozenset[str]) -> str:
    return "".join("_" if c in signs else c for c in local)
