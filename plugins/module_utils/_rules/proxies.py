# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about proxyAddresses."""

from __future__ import annotations

from .._model.finding import Finding, Outcome, Severity
from .._model.text import fold
from . import characters
from .addresses import CLEAN, local_part_fault, split
from .catalogue import finding
from .domains import is_reserved
from .mail_address import MailAddressRules
from .options import RuleOptions
from .subject import Proxy, Subject

ATTRIBUTE = "proxyAddresses"
MAX_LENGTH = 256
MAX_VALUES = 300
_LEGACY_TYPES = frozenset(("msmail", "x400"))

_FORM = MailAddressRules("proxy", ATTRIBUTE, characters.PROXY_BAD, has_colon_rule=True)


def judge_proxies(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge each value of proxyAddresses, then all of them together; sets ``broken`` of each value."""
    for proxy in subject.proxies:
        if proxy.type == "smtp":
            _judge_smtp(subject, options, proxy, out)
        elif proxy.type is None:
            _no_prefix(proxy, out)
        elif proxy.type in _LEGACY_TYPES:
            message = f"The cloud discards values of type {proxy.raw.partition(':')[0]}."
            out.append(finding("proxy-legacy-type", ATTRIBUTE, proxy.raw, message))
        if len(proxy.raw) > MAX_LENGTH:
            message = f"{len(proxy.raw)} characters; {MAX_LENGTH} are allowed, the type included."
            out.append(finding("proxy-too-long", ATTRIBUTE, proxy.raw, message))
    _judge_together(subject, options, out)


def _judge_smtp(subject: Subject, options: RuleOptions, proxy: Proxy, out: list[Finding]) -> None:
    clean = CLEAN.match(proxy.address)
    if clean and proxy.raw[4] == ":":
        _judge_domain(subject, options, proxy, clean["domain"], out)
        return
    parts, domain_silent = _FORM.judge_form(proxy.raw, proxy.address, out)
    if parts is None:
        proxy.broken = True
        return
    if rewritten := characters.among(parts.local, characters.REWRITTEN):
        message = f"The cloud writes an underscore for {characters.show(rewritten)}."
        out.append(finding("proxy-rewritten-character", ATTRIBUTE, proxy.raw, message))
    if "'" in parts.local:
        message = "The local part holds an apostrophe, which is reported to be accepted."
        out.append(finding("proxy-apostrophe", ATTRIBUTE, proxy.raw, message))
    if not domain_silent:
        _judge_domain(subject, options, proxy, parts.domain, out)


def _judge_domain(subject: Subject, options: RuleOptions, proxy: Proxy, domain: str, out: list[Finding]) -> None:
    verdict = options.domains.verdict(domain)
    if verdict == "verified":
        if is_reserved(domain):
            _reserved(subject, proxy, domain, out)
        return
    if verdict == "ok" or subject.is_mail_user:
        return
    rule, message = {
        "not-routable": ("proxy-not-routable", f"{domain} is a name for inside use; no mail can be sent to it."),
        "unknown-tld": ("proxy-unknown-tld", f"The top-level domain of {domain} does not exist."),
        "unverified": ("proxy-unverified-domain", f"{domain} is not among the verified domains."),
    }[verdict]
    severe = proxy.is_primary and subject.is_person and not subject.is_resource
    severity: Severity = "error" if severe else "warning"
    outcome: Outcome = "fallback" if severe else "dropped"
    out.append(finding(rule, ATTRIBUTE, proxy.raw, message, severity=severity, outcome=outcome))


def _reserved(subject: Subject, proxy: Proxy, domain: str, out: list[Finding]) -> None:
    as_primary = proxy.is_primary and subject.is_person
    severity: Severity = "warning" if as_primary else "info"
    outcome: Outcome = "fallback" if as_primary else "dropped"
    message = f"The cloud discards addresses at {domain} that come from Active Directory."
    out.append(finding("proxy-reserved-suffix", ATTRIBUTE, proxy.raw, message, severity=severity, outcome=outcome))


def _no_prefix(proxy: Proxy, out: list[Finding]) -> None:
    message = 'The value has no "type:" in front, so the cloud discards it.'
    parts = split(proxy.raw)
    if CLEAN.match(proxy.raw) or (parts and proxy.raw.isascii() and _is_valid(proxy.raw, parts.local)):
        why = 'The value is a valid address, so "smtp:" is put in front of it.'
        out.append(finding("proxy-no-prefix", ATTRIBUTE, proxy.raw, message, kind="auto", why=why))
    else:
        out.append(finding("proxy-no-prefix", ATTRIBUTE, proxy.raw, message))


def _is_valid(address: str, local: str) -> bool:
    faults: list[Finding] = []
    _FORM.judge_form(address, address, faults)
    return not faults and not characters.among(local, characters.REWRITTEN) and local_part_fault(local) is None


def _judge_together(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    smtp = subject.smtp
    if not smtp:
        if subject.in_licence_scope:
            message = "A user who will get a licence has no SMTP address; the cloud makes one from the UPN."
            out.append(finding("proxy-missing", ATTRIBUTE, None, message))
    else:
        _judge_primary(subject, options, out)
    if len(subject.proxies) > 1 or subject.repeated:
        _repeated(subject, out)
    if len(subject.proxies) > MAX_VALUES:
        message = f"{len(subject.proxies)} values; the cloud takes about {MAX_VALUES}."
        out.append(finding("proxy-too-many", ATTRIBUTE, None, message))


def _judge_primary(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    primaries = {fold(proxy.address) for proxy in subject.smtp if proxy.is_primary}
    if len(primaries) == 1:
        return
    mail = fold(subject.mail) if subject.mail else None
    if not primaries:
        message = 'None of the SMTP addresses is the primary one (upper-case "SMTP:").'
        held = next((proxy for proxy in subject.smtp if fold(proxy.address) == mail), None)
        parts = split(held.address) if held else None
        if parts and options.domains.usable(parts.domain):
            why = "The address that mail holds becomes the primary one."
            out.append(finding("proxy-no-primary", ATTRIBUTE, None, message, kind="auto", why=why))
        else:
            out.append(finding("proxy-no-primary", ATTRIBUTE, None, message))
        return
    message = f'{len(primaries)} addresses are marked as the primary one (upper-case "SMTP:").'
    if mail in primaries:
        why = "The address that mail holds stays the primary one."
        out.append(finding("proxy-several-primaries", ATTRIBUTE, None, message, kind="auto", why=why))
    else:
        out.append(finding("proxy-several-primaries", ATTRIBUTE, None, message))


def _repeated(subject: Subject, out: list[Finding]) -> None:
    kept: dict[tuple[str, str], str] = {}
    # Primaries first, then by spelling: which value goes must not depend on the order of the source.
    for proxy in sorted(subject.proxies, key=lambda proxy: (not proxy.is_primary, proxy.raw)):
        if proxy.type is None:
            continue
        key = (proxy.type, fold(proxy.address))
        first = kept.setdefault(key, proxy.raw)
        if first != proxy.raw or proxy.raw in subject.repeated:
            message = f"The object already holds this address as {first}."
            out.append(finding("proxy-repeated", ATTRIBUTE, proxy.raw, message))
