# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about mail, mailNickname and targetAddress."""

from __future__ import annotations

from .._exchange.recipients import LOCAL_MAILBOXES, MAIL_RECIPIENTS, REMOTE_MAILBOXES
from .._model.finding import Finding, Outcome, Severity
from .._model.kinds import PEOPLE
from . import characters
from .addresses import CLEAN
from .catalogue import finding
from .mail_address import MailAddressRules
from .options import RuleOptions
from .subject import Proxy, Subject

MAX_LENGTH = 256
MAX_NICKNAME = 64

_MAIL = MailAddressRules("mail", "mail", characters.PROXY_BAD, has_colon_rule=False)
_TARGET = MailAddressRules("target", "targetAddress", characters.TARGET_BAD, has_colon_rule=False)


def judge_mail(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge mail; sets ``mail_broken``. Where mail is the sign-in name of a user, its own rules have judged it."""
    value = subject.mail
    if value is None or (subject.is_person and options.sign_in_attribute.lower() == "mail"):
        subject.mail_broken = subject.upn_broken and value is not None
        return
    severity: Severity = "warning" if subject.smtp else "error"
    outcome: Outcome = "confusing" if subject.smtp else "fallback"
    clean = CLEAN.match(value)
    domain: str | None
    if clean:
        domain = clean["domain"]
    else:
        parts, domain_silent = _MAIL.judge_form(value, value, out, severity=severity, outcome=outcome)
        subject.mail_broken = parts is None
        domain = None if parts is None or domain_silent else parts.domain
        if len(value) > MAX_LENGTH:
            message = f"{len(value)} characters; {MAX_LENGTH} are allowed."
            out.append(finding("mail-too-long", "mail", value, message, severity=severity, outcome=outcome))
    if domain is None or subject.is_mail_user:
        return
    verdict = options.domains.verdict(domain)
    if verdict == "not-routable":
        message = f"{domain} is a name for inside use; no mail can be sent to it."
        out.append(finding("mail-not-routable", "mail", value, message, severity=severity, outcome=outcome))
    elif verdict == "unknown-tld":
        message = f"The top-level domain of {domain} does not exist."
        out.append(finding("mail-unknown-tld", "mail", value, message, severity=severity, outcome=outcome))


def judge_nickname(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge mailNickname, and whether it is missing where Exchange attributes need it."""
    value = subject.nickname
    if value is None:
        _without_nickname(subject, out)
        return
    if not characters.ALIAS_OK.match(value):
        bad = "".join(dict.fromkeys(c for c in value if not characters.ALIAS_OK.match(c)))
        message = f"Not allowed in an alias: {characters.show(bad)}; the cloud alters it."
        out.append(finding("nickname-invalid-character", "mailNickname", value, message))
    if value.startswith("."):
        out.append(finding("nickname-leading-dot", "mailNickname", value, "An alias must not start with a period."))
    if value.endswith(".") or ".." in value:
        message = "The alias ends in a period or holds two in a row; the cloud alters it."
        out.append(finding("nickname-dot-placement", "mailNickname", value, message))
    if len(value) > MAX_NICKNAME:
        message = f"{len(value)} characters; {MAX_NICKNAME} are allowed."
        out.append(finding("nickname-too-long", "mailNickname", value, message))


def _without_nickname(subject: Subject, out: list[Finding]) -> None:
    reasons = []
    if subject.target is not None:
        reasons.append("targetAddress")
    if subject.entry.boolean("msexchhidefromaddresslists"):
        reasons.append("msExchHideFromAddressLists")
    if subject.recipient_type in MAIL_RECIPIENTS:
        reasons.append("msExchRecipientTypeDetails")
    if reasons:
        verb = "is" if len(reasons) == 1 else "are"
        message = (
            f"{' and '.join(reasons)} {verb} set, but mailNickname is empty: they are not synchronized without it."
        )
        out.append(finding("exchange-attribute-without-nickname", "mailNickname", None, message))


def judge_target(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge targetAddress; sets ``target_broken``."""
    value = subject.target
    if value is None:
        if options.third_party_migration and _is_mail_enabled_without_mailbox(subject):
            message = "Without targetAddress the object does not appear in the address list of the cloud."
            out.append(finding("target-missing", "targetAddress", None, message))
        return
    proxy = Proxy(value)
    if len(value) > MAX_LENGTH:
        message = f"{len(value)} characters; {MAX_LENGTH} are allowed, the type included."
        out.append(finding("target-too-long", "targetAddress", value, message))
    if proxy.type is None:
        subject.target_broken = True
        message = 'Not a target address: there is no "type:" in front.'
        out.append(finding("target-format", "targetAddress", value, message))
        return
    if not proxy.is_smtp:
        return
    clean = CLEAN.match(proxy.address)
    if clean and value[4] == ":":
        _judge_target_domain(options, value, clean["domain"], out)
        return
    parts, domain_silent = _TARGET.judge_form(value, proxy.address, out)
    subject.target_broken = parts is None
    if parts is not None and not domain_silent:
        _judge_target_domain(options, value, parts.domain, out)


def _judge_target_domain(options: RuleOptions, value: str, domain: str, out: list[Finding]) -> None:
    verdict = options.domains.verdict(domain)
    if verdict == "not-routable":
        message = f"{domain} is a name for inside use; no mail can be sent to it."
        out.append(finding("target-not-routable", "targetAddress", value, message))
    elif verdict == "unknown-tld":
        message = f"The top-level domain of {domain} does not exist."
        out.append(finding("target-unknown-tld", "targetAddress", value, message))


def _is_mail_enabled_without_mailbox(subject: Subject) -> bool:
    if subject.kind not in PEOPLE and subject.kind != "contact":
        return False
    # An alias alone is no mail.
    if subject.mail is None and not subject.smtp:
        return False
    return not (
        subject.home_mdb
        or subject.recipient_type in LOCAL_MAILBOXES
        or subject.recipient_type in REMOTE_MAILBOXES
        or subject.entry.has("msexchmailboxguid")
        or subject.entry.has("msexchhomeservername")
    )
