# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about mail, mailNickname and targetAddress."""

from __future__ import annotations

from .._model.finding import RepairKind
from .rule import ALIAS, DEFAULT_CONFIGURATION, PREPARE, RESILIENCY, Rule

_FEEDS_PRIMARY = " An error when the object has no SMTP address, since mail then feeds the primary one."
_WHICH = "Decide which address is meant."
_ASCII = "Policy transliterate writes the name in ASCII letters; a domain gets its ASCII form (xn--), the same domain."
_SUFFIX_MAP = "Policy suffix_map names the routable domain that takes its place."


def _mail(name: str, repair: RepairKind, fires: str, how: str, idfix: str, ldif_only: bool = False) -> Rule:
    return Rule(f"mail-{name}", "warning", "confusing", repair, fires + _FEEDS_PRIMARY, how, PREPARE, idfix, ldif_only)


def _target(name: str, repair: RepairKind, fires: str, how: str, idfix: str) -> Rule:
    return Rule(f"target-{name}", "error", "rejected", repair, fires, how, PREPARE, idfix)


RULES = (
    _mail("format", "person", "Not a mail address, or one with a type in front.", _WHICH, "Format"),
    _mail("whitespace", "person", "White space or a hidden character.", _WHICH, "Character"),
    _mail("invalid-character", "person", 'The address holds one of < > ( ) ; , [ ] ".', _WHICH, "Character"),
    _mail("diacritic", "policy", "A character outside ASCII.", _ASCII, "Character"),
    _mail("too-long", "person", "Longer than 256 characters.", "Choose a shorter address.", "Length", True),
    _mail(
        "not-routable",
        "policy",
        "The domain is a special-use or internal name. Not on mail contacts and mail users.",
        _SUFFIX_MAP,
        "TopLevelDomain",
    ),
    _mail(
        "unknown-tld",
        "policy",
        "The top-level domain is not delegated. Not on mail contacts and mail users.",
        _SUFFIX_MAP,
        "TopLevelDomain",
    ),
    Rule(
        "mail-duplicate",
        "error",
        "rejected",
        "policy",
        "Another object holds the same value. The first to be synchronized arrives, later ones do not.",
        "Policy duplicate_winner says who keeps the address.",
        PREPARE,
        "Duplicate",
    ),
    Rule(
        "mail-differs-from-primary",
        "warning",
        "confusing",
        "policy",
        "mail differs from the primary SMTP address.",
        "Policy align_mail makes mail follow the primary address, never the reverse.",
        PREPARE,
        "",
    ),
    Rule(
        "nickname-leading-dot",
        "error",
        "rejected",
        "auto",
        "mailNickname starts with a period.",
        "The periods in front are taken away.",
        PREPARE,
        "Character",
    ),
    Rule(
        "nickname-invalid-character",
        "warning",
        "rewritten",
        "policy",
        "A character other than ASCII letters, digits, period and ! # $ % & ' * + - / = ? ^ _ ` { | } ~.",
        "Policy transliterate, or invalid_characters: remove.",
        ALIAS,
        "Character",
    ),
    Rule(
        "nickname-dot-placement",
        "warning",
        "rewritten",
        "auto",
        "mailNickname ends in a period or holds two in a row.",
        "The surplus periods are taken away.",
        ALIAS,
        "Character",
    ),
    Rule(
        "nickname-too-long",
        "error",
        "rejected",
        "person",
        "Longer than 64 characters.",
        "Choose a shorter alias.",
        ALIAS,
        "Length",
        ldif_only=True,
    ),
    Rule(
        "nickname-duplicate",
        "warning",
        "rewritten",
        "policy",
        "Another object holds the same alias. The cloud appends four digits to the second one.",
        "Policy duplicate_winner says who keeps the alias; the others get one by rename_pattern.",
        PREPARE,
        "Duplicate",
    ),
    Rule(
        "exchange-attribute-without-nickname",
        "warning",
        "dropped",
        "policy",
        "targetAddress, a true hide flag or a mail recipient type is set, but mailNickname is empty: Exchange "
        "attributes are synchronized only together with it.",
        "Policy missing_nickname makes an alias.",
        DEFAULT_CONFIGURATION,
        "Blank",
    ),
    _target("whitespace", "person", "White space or a hidden character.", _WHICH, "Character"),
    _target("invalid-character", "person", r'The address holds one of \ < > ( ) ; , [ ] ".', _WHICH, "Character"),
    _target("diacritic", "policy", "A character outside ASCII.", _ASCII, "Character"),
    _target("format", "person", "Not a mail address, or without a type in front.", _WHICH, "Format"),
    _target("too-long", "person", "Longer than 256 characters, the type included.", "Choose a shorter one.", "Length"),
    Rule(
        "target-not-routable",
        "warning",
        "confusing",
        "person",
        "The domain is a special-use or internal name.",
        "Decide where mail shall be routed to.",
        PREPARE,
        "TopLevelDomain",
    ),
    Rule(
        "target-unknown-tld",
        "warning",
        "confusing",
        "person",
        "The top-level domain is not delegated.",
        "Decide where mail shall be routed to.",
        PREPARE,
        "TopLevelDomain",
    ),
    Rule(
        "target-duplicate",
        "error",
        "rejected",
        "person",
        "Another object holds the same targetAddress.",
        "Decide whose mail goes there.",
        RESILIENCY,
        "Duplicate",
    ),
    Rule(
        "target-missing",
        "warning",
        "not_synced",
        "person",
        "With option third_party_migration: a mail-enabled user or contact without a mailbox has no targetAddress, so "
        "it does not appear in the address list of the cloud.",
        "Decide where mail shall be routed to: setting it redirects mail.",
        PREPARE,
        "Blank",
    ),
)
