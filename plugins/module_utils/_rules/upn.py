# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about the sign-in name: userPrincipalName, or the attribute that was chosen instead."""

from __future__ import annotations

import typing as t

from .._model.finding import Finding, Severity
from . import addresses, characters
from .catalogue import finding
from .options import RuleOptions
from .subject import Subject

MAX_TOTAL, MAX_LOCAL, MAX_SUFFIX = 113, 64, 48

# "The UPN is invalid" means one of these: format, characters, periods, length; not its domain or a duplicate.
INVALIDATING = frozenset(
    (
        "upn-format",
        "upn-whitespace",
        "upn-invalid-character",
        "upn-diacritic",
        "upn-unexpected-character",
        "upn-local-part-ending",
        "upn-dot-placement",
        "upn-too-long",
        "upn-suffix-character",
    )
)


def judge_upn(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge the sign-in name of a user; sets ``upn_valid``, ``upn_broken`` and ``suffix_to_check`` of the subject."""
    value = subject.sign_in_name
    if value is None:
        subject.upn_valid = False
        _missing(subject, options, out)
        return
    clean = addresses.CLEAN.match(value)
    if clean and len(clean["domain"]) <= MAX_SUFFIX:
        subject.upn_valid = True
        _judge_domain(subject, options, value, clean["domain"], out)
        return
    before = len(out)
    domain = _judge_form(subject, options, value, out)
    subject.upn_valid = not any(f.rule in INVALIDATING for f in out[before:])
    if domain is not None:
        _judge_domain(subject, options, value, domain, out)


def _missing(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    severity: Severity = "warning" if subject.in_licence_scope else "info"
    message = f"The user has no {options.sign_in_attribute}; the cloud makes one up from sAMAccountName."
    out.append(finding("upn-missing", options.sign_in_attribute, None, message, severity=severity))


def _judge_form(subject: Subject, options: RuleOptions, value: str, out: list[Finding]) -> str | None:
    """Judge format, characters, periods and length; return the domain when its own rules are still to be asked."""
    attribute = options.sign_in_attribute

    def report(rule: str, message: str, **special: str) -> None:
        out.append(finding(rule, attribute, value, message, **special))  # type: ignore[arg-type]

    address = addresses.split(value)
    fault = addresses.format_fault(value)
    if address is None or fault:
        subject.upn_broken = True
        report("upn-format", f"The sign-in name is not of the form name@domain: {fault}.")
        return None
    local, domain = address.local, address.domain

    if hidden := characters.hidden(value):
        _report_whitespace(out, attribute, value, hidden)
    if bad := characters.among(local, characters.UPN_BAD):
        report("upn-invalid-character", f"Not allowed in a sign-in name: {characters.show(bad)}.")
    suffix_ascii = "".join(c for c in domain if c.isascii() and not characters.is_hidden(c))
    suffix_bad = "".join(dict.fromkeys(c for c in suffix_ascii if not characters.SUFFIX_ASCII_OK.match(c)))
    if suffix_bad:
        report("upn-suffix-character", f"Not allowed in the suffix of a sign-in name: {characters.show(suffix_bad)}.")
    if foreign := characters.non_ascii(value):
        report("upn-diacritic", f"Only ASCII is allowed in a sign-in name; this one holds {characters.show(foreign)}.")
    if odd := characters.among(local, characters.UPN_UNEXPECTED):
        report("upn-unexpected-character", f"The cloud writes an underscore for {characters.show(odd)}.")
    if options.single_sign_on:
        _judge_sso(report, local)

    if local.endswith("."):
        report("upn-local-part-ending", 'The part before the "@" ends in a period.')
    if local.startswith(".") or ".." in local:
        report("upn-dot-placement", 'The part before the "@" starts with a period or holds two in a row.')
    _judge_length(report, value, local, domain)
    silent = suffix_bad or not domain.isascii() or characters.hidden(domain)
    return None if silent else domain


def _report_whitespace(out: list[Finding], attribute: str, value: str, hidden: str) -> None:
    message = f"White space or a hidden character makes the sign-in name invalid: {characters.show(hidden)}."
    if addresses.hidden_only_at_ends(value):
        why = "The white space at the ends is taken away."
        out.append(finding("upn-whitespace", attribute, value, message, kind="auto", why=why))
    else:
        out.append(finding("upn-whitespace", attribute, value, message))


def _judge_sso(report: t.Callable[[str, str], None], local: str) -> None:
    reported = characters.UPN_BAD | characters.UPN_UNEXPECTED
    rest = "".join(c for c in local if c.isascii() and not characters.is_hidden(c) and c not in reported)
    if odd := "".join(dict.fromkeys(c for c in rest if not characters.SSO_OK.match(c))):
        report(
            "upn-sso-character", f"Single sign-on allows letters, digits, . - and _ only, not {characters.show(odd)}."
        )


def _judge_length(report: t.Callable[[str, str], None], value: str, local: str, domain: str) -> None:
    faults = []
    if len(local) > MAX_LOCAL:
        faults.append(f'{len(local)} characters before the "@" ({MAX_LOCAL} are allowed)')
    if len(domain) > MAX_SUFFIX:
        faults.append(f'{len(domain)} characters after the "@" ({MAX_SUFFIX} are allowed)')
    if not faults and len(value) > MAX_TOTAL:
        faults.append(f"{len(value)} characters in all ({MAX_TOTAL} are allowed)")
    if faults:
        report("upn-too-long", f"The sign-in name is too long: {' and '.join(faults)}.")


def _judge_domain(subject: Subject, options: RuleOptions, value: str, domain: str, out: list[Finding]) -> None:
    verdict = options.domains.verdict(domain)
    if verdict in ("ok", "verified"):
        subject.suffix_to_check = domain.lower() if options.signs_in_with_upn else None
        return
    rule, message = {
        "not-routable": ("upn-not-routable", f"{domain} is a name for inside use and can never be verified."),
        "unknown-tld": ("upn-unknown-tld", f"The top-level domain of {domain} does not exist."),
        "unverified": ("upn-unverified-domain", f"{domain} is not among the verified domains."),
    }[verdict]
    severity: Severity = "warning" if subject.is_resource else "error"
    out.append(finding(rule, options.sign_in_attribute, value, message, severity=severity))
