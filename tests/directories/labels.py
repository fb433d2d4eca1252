# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a label says: the findings that an object must raise, by set of options, and nothing else."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

DEFAULT = "default"
STRICT = "strict"
ALL_DOMAINS = "all_domains"
NO_DOMAINS = "no_domains"
CLOUD_SYNC = "cloud_sync"

VERIFIED = ["contoso.com", "fabrikam.com"]
IDN_DOMAIN = "xn--mnchen-3ya.contoso.com"
OUT_OF_SCOPE = "OU=Not Synced,DC=contoso,DC=local"

# The options of every set, in the words of the audit where it has them.
OPTION_SETS: dict[str, dict[str, t.Any]] = {
    DEFAULT: {"verified_domains": VERIFIED},
    STRICT: {
        "verified_domains": VERIFIED,
        "single_sign_on": True,
        "third_party_migration": True,
        "enabled_rules": ["non-ascii"],
        "minimum_exchange_build": "15.1",
        "sync_scope": {"exclude": [OUT_OF_SCOPE]},
    },
    ALL_DOMAINS: {"verified_domains": [*VERIFIED, "contoso.app", IDN_DOMAIN, "fabrikam.lan"]},
    NO_DOMAINS: {},
    CLOUD_SYNC: {"verified_domains": VERIFIED, "sync_client": "cloud_sync"},
}
ALL_SETS = tuple(OPTION_SETS)
# Where the list of verified domains is given, and where it is the short one.
DOMAINS_GIVEN = (DEFAULT, STRICT, ALL_DOMAINS, CLOUD_SYNC)
SHORT_LIST = (DEFAULT, STRICT, CLOUD_SYNC)
NOT_STRICT = (DEFAULT, ALL_DOMAINS, NO_DOMAINS, CLOUD_SYNC)

UPN, PROXY, MAIL, NICK, TARGET = "userPrincipalName", "proxyAddresses", "mail", "mailNickname", "targetAddress"
SAM, DISPLAY, GIVEN, SN, ANCHOR = "sAMAccountName", "displayName", "givenName", "sn", "mS-DS-ConsistencyGuid"
MASTER_SID = "msExchMasterAccountSid"

# What a finding carries: an attribute and its value, the attribute alone, or neither.
Shape = t.Literal["value", "attribute", "object"]


@dataclass(frozen=True)
class RuleRow:
    """What the catalogue says about a rule. None: it depends, so the label must say it."""

    severity: str | None
    outcome: str | None
    attribute: str | None
    shape: Shape = "value"


_E, _W, _I = "error", "warning", "info"

RULES: dict[str, RuleRow] = {
    "upn-missing": RuleRow(None, "rewritten", UPN, "attribute"),
    "upn-format": RuleRow(_E, "rejected", UPN),
    "upn-whitespace": RuleRow(_E, "fallback", UPN),
    "upn-invalid-character": RuleRow(_E, "fallback", UPN),
    "upn-diacritic": RuleRow(_E, "fallback", UPN),
    "upn-unexpected-character": RuleRow(_W, "rewritten", UPN),
    "upn-local-part-ending": RuleRow(_E, "fallback", UPN),
    "upn-dot-placement": RuleRow(_E, "rejected", UPN),
    "upn-too-long": RuleRow(_E, "rejected", UPN),
    "upn-not-routable": RuleRow(_E, "fallback", UPN),
    "upn-unknown-tld": RuleRow(_E, "fallback", UPN),
    "upn-unverified-domain": RuleRow(_E, "fallback", UPN),
    "upn-suffix-not-registered": RuleRow(_W, "confusing", UPN),
    "upn-suffix-character": RuleRow(_E, "rejected", UPN),
    "upn-sso-character": RuleRow(_W, "confusing", UPN),
    "upn-duplicate": RuleRow(_E, "quarantined", UPN),
    "upn-implicit-collision": RuleRow(_W, "confusing", UPN),
    "upn-differs-from-primary": RuleRow(_W, "confusing", UPN),
    "proxy-missing": RuleRow(_E, "rewritten", PROXY, "attribute"),
    "proxy-no-prefix": RuleRow(_E, "dropped", PROXY),
    "proxy-whitespace": RuleRow(_E, "dropped", PROXY),
    "proxy-invalid-character": RuleRow(_E, "dropped", PROXY),
    "proxy-second-colon": RuleRow(_E, "dropped", PROXY),
    "proxy-diacritic": RuleRow(_E, "dropped", PROXY),
    "proxy-format": RuleRow(_E, "dropped", PROXY),
    "proxy-repeated": RuleRow(_W, "dropped", PROXY),
    "proxy-rewritten-character": RuleRow(_W, "rewritten", PROXY),
    "proxy-apostrophe": RuleRow(_I, "none", PROXY),
    "proxy-too-long": RuleRow(_E, "rejected", PROXY),
    "proxy-not-routable": RuleRow(None, None, PROXY),
    "proxy-unknown-tld": RuleRow(None, None, PROXY),
    "proxy-unverified-domain": RuleRow(None, None, PROXY),
    "proxy-reserved-suffix": RuleRow(_I, "dropped", PROXY),
    "proxy-legacy-type": RuleRow(_I, "dropped", PROXY),
    "proxy-duplicate": RuleRow(_E, "quarantined", PROXY),
    "proxy-no-primary": RuleRow(_E, "fallback", PROXY, "attribute"),
    "proxy-several-primaries": RuleRow(_E, "rejected", PROXY, "attribute"),
    "proxy-too-many": RuleRow(_E, "rejected", PROXY, "attribute"),
    "mail-format": RuleRow(_W, "confusing", MAIL),
    "mail-whitespace": RuleRow(_W, "confusing", MAIL),
    "mail-invalid-character": RuleRow(_W, "confusing", MAIL),
    "mail-diacritic": RuleRow(_W, "confusing", MAIL),
    "mail-too-long": RuleRow(_W, "confusing", MAIL),
    "mail-not-routable": RuleRow(_W, "confusing", MAIL),
    "mail-unknown-tld": RuleRow(_W, "confusing", MAIL),
    "mail-duplicate": RuleRow(_E, "rejected", MAIL),
    "mail-differs-from-primary": RuleRow(_W, "confusing", MAIL),
    "nickname-leading-dot": RuleRow(_E, "rejected", NICK),
    "nickname-invalid-character": RuleRow(_W, "rewritten", NICK),
    "nickname-dot-placement": RuleRow(_W, "rewritten", NICK),
    "nickname-too-long": RuleRow(_E, "rejected", NICK),
    "nickname-duplicate": RuleRow(_W, "rewritten", NICK),
    "exchange-attribute-without-nickname": RuleRow(_W, "dropped", NICK, "attribute"),
    "target-whitespace": RuleRow(_E, "rejected", TARGET),
    "target-invalid-character": RuleRow(_E, "rejected", TARGET),
    "target-diacritic": RuleRow(_E, "rejected", TARGET),
    "target-format": RuleRow(_E, "rejected", TARGET),
    "target-too-long": RuleRow(_E, "rejected", TARGET),
    "target-not-routable": RuleRow(_W, "confusing", TARGET),
    "target-unknown-tld": RuleRow(_W, "confusing", TARGET),
    "target-duplicate": RuleRow(_E, "rejected", TARGET),
    "target-missing": RuleRow(_W, "not_synced", TARGET, "attribute"),
    "sam-invalid-character": RuleRow(None, None, SAM),
    "sam-too-long": RuleRow(None, None, SAM),
    "sam-duplicate": RuleRow(_E, "rejected", SAM),
    "sam-duplicate-marker": RuleRow(_W, "confusing", SAM),
    "sam-missing": RuleRow(_E, "not_synced", SAM, "attribute"),
    "display-name-blank": RuleRow(_E, "rejected", DISPLAY),
    "display-name-too-long": RuleRow(_E, "rejected", DISPLAY),
    "name-whitespace": RuleRow(_I, "cosmetic", None),
    "name-control-character": RuleRow(_W, "confusing", None),
    "given-name-too-long": RuleRow(_E, "rejected", GIVEN),
    "surname-too-long": RuleRow(_E, "rejected", SN),
    "gal-missing": RuleRow(_I, "cosmetic", None, "object"),
    "gal-too-long": RuleRow(_E, "rejected", None),
    "gal-country-mismatch": RuleRow(_W, "confusing", "countryCode"),
    "non-ascii": RuleRow(_I, "none", None),
    "address-taken": RuleRow(_E, "quarantined", None),
    "anchor-malformed": RuleRow(_E, "rejected", ANCHOR),
    "anchor-duplicate": RuleRow(_E, "rejected", ANCHOR),
    "anchor-differs": RuleRow(_I, "none", ANCHOR),
    "large-object": RuleRow(_E, "rejected", None, "attribute"),
    "group-too-large": RuleRow(_E, "not_synced", "member", "attribute"),
    "not-synced": RuleRow(_I, "not_synced", None, "object"),
    "conflict-object": RuleRow(_W, "not_synced", None, "object"),
    "protected-account": RuleRow(_I, "none", None, "object"),
    "mailbox-inconsistent": RuleRow(_W, "confusing", None, "object"),
    "linked-mailbox-unresolved": RuleRow(_W, "not_synced", MASTER_SID),
    "forest-verified-domain-not-suffix": RuleRow(_W, "confusing", "uPNSuffixes", "attribute"),
    "forest-upn-uniqueness-off": RuleRow(_W, "confusing", "dSHeuristics"),
    "forest-exchange-unsupported": RuleRow(_W, "confusing", None, "object"),
    "forest-suffix-clash": RuleRow(_W, "confusing", "uPNSuffixes"),
    "forest-sync-live": RuleRow(_I, "none", None, "object"),
    "forest-several": RuleRow(_I, "none", None, "object"),
}


@dataclass(frozen=True)
class Expected:
    """One finding that must come.

    Attributes:
        rule, severity, outcome, attribute, value: as the finding has them; attribute and value None as the rule says.
        sets: the sets of options under which it comes.
        holders: distinguished names of the other objects that the finding names.
    """

    rule: str
    severity: str
    outcome: str
    attribute: str | None
    value: str | None
    sets: tuple[str, ...] = ALL_SETS
    holders: tuple[str, ...] = ()

    def as_json(self) -> dict[str, t.Any]:
        """Return the label as it stands in the file, without the sets."""
        result: dict[str, t.Any] = {
            "rule": self.rule,
            "severity": self.severity,
            "outcome": self.outcome,
            "attribute": self.attribute,
            "value": self.value,
        }
        if self.holders:
            result["holders"] = sorted(self.holders)
        return result


@dataclass(frozen=True)
class MailboxLabel:
    """Where the mailbox of a user lives, by row of the decision table.

    Attributes:
        row: number of the row that decides.
        location: the word of the table.
        version: label of the Exchange version, or the plain build; None where it is not known or not on premises.
        qualifies: whether that version is new enough for meetings; None where there is no version.
        noted: whether the table has a note, which is a finding ``mailbox-inconsistent`` unless something silences it.
        cloud_archive: an archive in the cloud belongs to the mailbox on premises.
    """

    row: int
    location: str
    version: str | None = None
    qualifies: bool | None = None
    noted: bool = False
    cloud_archive: bool = False

    def as_json(self) -> dict[str, t.Any]:
        """Return the label as it stands in the file."""
        return {
            "row": self.row,
            "location": self.location,
            "exchange_version": self.version,
            "qualifies_for_meetings": self.qualifies,
            "noted": self.noted,
            "cloud_archive": self.cloud_archive,
        }
