# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single values, judged by the rules of each attribute that holds addresses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding
from ansible_collections.syncready.m365.plugins.module_utils._rules import addresses, mail, proxies, upn
from ansible_collections.syncready.m365.plugins.module_utils._rules.judge import judge
from ansible_collections.syncready.m365.plugins.module_utils._rules.subject import Proxy, Subject
from ansible_collections.syncready.m365.tests.support.audits import Values, entry, rule_options

_NEVER = re.compile(r"(?!)")
_LONG_LABEL = "b" * 63


def judged(attributes: dict[str, Values], kind: str = "user", verified: tuple[str, ...] = ()) -> list[Finding]:
    subject = Subject(entry(**attributes), kind)  # type: ignore[arg-type]
    return judge(subject, rule_options(verified, single_sign_on=False))


def rules(prefix: str, **attributes: Values) -> list[str]:
    return [found.rule for found in judged(attributes) if found.rule.startswith(prefix)]


UPN_CASES: dict[str, list[str]] = {
    "john.doe@contoso.com": [],
    "o'neil@contoso.com": [],
    "a!b#c^d~e_f-g@contoso.com": [],
    "JOHN@CONTOSO.COM": [],
    "john@contoso.app": [],
    "john@contoso.shop": [],
    "john@xn--mnchen-3ya.de": [],
    "john@contoso.xn--p1ai": [],
    "a" * 64 + "@" + "b" * 44 + ".com": [],
    "a" * 65 + "@" + "b" * 43 + ".com": ["upn-too-long"],
    "a" * 63 + "@" + "b" * 45 + ".com": ["upn-too-long"],
    "klemen@@contoso.com": ["upn-format"],
    "contoso.com": ["upn-format"],
    "@contoso.com": ["upn-format"],
    "john@": ["upn-format"],
    "john@contoso..com": ["upn-format"],
    "john@contoso.com.": ["upn-format"],
    "john@-contoso.com": ["upn-format"],
    "john@contoso-.com": ["upn-format"],
    "john@contoso.123": ["upn-format"],
    "john@[192.0.2.1]": ["upn-format"],
    "<john@contoso.com>": ["upn-format"],
    f"j@{_LONG_LABEL}b.com": ["upn-format"],
    f"j@{_LONG_LABEL}.com": ["upn-too-long"],
    "john@contoso.com\n": ["upn-whitespace"],
    "john doe@contoso.com": ["upn-whitespace"],
    "john\u200bdoe@contoso.com": ["upn-whitespace"],
    "john\u00a0@contoso.com": ["upn-whitespace"],
    "john@con toso.com": ["upn-whitespace"],
    "jo&hn@contoso.com": ["upn-invalid-character"],
    'jo"hn@contoso.com': ["upn-invalid-character"],
    "jo\\hn@contoso.com": ["upn-invalid-character"],
    "j\u00f6rg@contoso.com": ["upn-diacritic"],
    "jo\u0308rg@contoso.com": ["upn-diacritic"],
    "john@m\u00fcnchen.de": ["upn-diacritic"],
    "jo$hn@contoso.com": ["upn-unexpected-character"],
    "jo`hn@contoso.com": ["upn-unexpected-character"],
    "john.@contoso.com": ["upn-local-part-ending"],
    ".john@contoso.com": ["upn-dot-placement"],
    "john..doe@contoso.com": ["upn-dot-placement"],
    "john@corp.local": ["upn-not-routable"],
    "john@contoso": ["upn-not-routable"],
    "john@contoso.internal": ["upn-not-routable"],
    "john@example.com": ["upn-not-routable"],
    "john@x.home.arpa": ["upn-not-routable"],
    "john@contoso.zzqq": ["upn-unknown-tld"],
    "john@con!toso.com": ["upn-suffix-character"],
    "john@con_toso.com": [],
    "j\u00f6 r&g$@c\u00f6n!toso.local": [
        "upn-whitespace",
        "upn-invalid-character",
        "upn-suffix-character",
        "upn-diacritic",
        "upn-unexpected-character",
    ],
}


@pytest.mark.parametrize(("value", "expected"), UPN_CASES.items())
def test_upn(value: str, expected: list[str]) -> None:
    assert rules("upn-", userPrincipalName=value) == expected


PROXY_CASES: dict[str, list[str]] = {
    "SMTP:User@contso.com": [],
    "SMTP:user:M@contoso.com": ["proxy-second-colon"],
    "SMTP:o'neil@contoso.com": ["proxy-apostrophe"],
    "SMTP:a&b@contoso.com": ["proxy-rewritten-character"],
    "SMTP:a b@contoso.com": ["proxy-whitespace"],
    "SMTP: a@contoso.com": ["proxy-whitespace"],
    "SMTP:a(b)@contoso.com": ["proxy-invalid-character"],
    "SMTP:<a@contoso.com>": ["proxy-format"],
    "SMTP:a@[192.0.2.1]": ["proxy-format"],
    "SMTP:<a@contoso.com": ["proxy-invalid-character"],
    "SMTP:\u00e9ric@contoso.com": ["proxy-diacritic"],
    "SMTP:a@x@contoso.com": ["proxy-format"],
    "SMTP:a.@contoso.com": ["proxy-format"],
    "SMTP:a..b@contoso.com": ["proxy-format"],
    "SMTP:a@con_toso.com": ["proxy-format"],
    "SMTP:" + "a" * 65 + "@contoso.com": ["proxy-format"],
    "SMTP:a@contoso.local": ["proxy-not-routable"],
    "SMTP:a@contoso.zzqq": ["proxy-unknown-tld"],
    "SMTP:a@contoso.onmicrosoft.com": ["proxy-reserved-suffix"],
    "SMTP:a@contoso.mail.onmicrosoft.com": [],
}


@pytest.mark.parametrize(("value", "expected"), PROXY_CASES.items())
def test_smtp_proxy(value: str, expected: list[str]) -> None:
    assert rules("proxy-", proxyAddresses=value) == expected


UNTOUCHED = [
    "X500:/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=O'Neil",
    "x500:/o=Contoso/cn=a:b",
    "EUM:4711;phone-context=dial.contoso.local",
    "sip:john@contoso.local:5061",
    "SPO:SPO_1@SPO_2",
    "NOTES:John Doe/Contoso@Contoso",
    "FAX:John Doe@+1 (555) 0100",
]


@pytest.mark.parametrize("value", UNTOUCHED)
def test_other_types_are_not_judged_as_mail_addresses(value: str) -> None:
    assert rules("proxy-", proxyAddresses=value) == []


def test_legacy_types_are_discarded() -> None:
    values = ["X400:c=US;a= ;p=Contoso;o=Exchange;s=Doe;", "MSMAIL:CONTOSO/PO/DOE"]
    assert rules("proxy-", proxyAddresses=values) == ["proxy-legacy-type"] * 2


@pytest.mark.parametrize(("length", "expected"), [(256, []), (257, ["proxy-too-long"])])
def test_proxy_length_counts_the_type(length: int, expected: list[str]) -> None:
    domain = "contoso.com"
    labels = ".".join("d" * 50 for _label in range(4)) + "." + domain
    local = "a" * (length - len("smtp:@" + labels))
    assert rules("proxy-", proxyAddresses=[f"smtp:{local}@{labels}", "SMTP:x@contoso.com"]) == expected


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("john@contoso.com", "auto"),
        ("john doe@contoso.com", "person"),
        ("John Doe", "person"),
        ("a&b@contoso.com", "person"),
    ],
)
def test_missing_prefix_is_repaired_only_for_a_valid_address(value: str, kind: str) -> None:
    (found,) = [f for f in judged({"proxyAddresses": [value, "SMTP:x@contoso.com"]}) if f.rule == "proxy-no-prefix"]
    assert found.repair.kind == kind


@pytest.mark.parametrize(
    ("values", "mail_value", "expected", "kind"),
    [
        (["smtp:a@contoso.com"], None, "proxy-no-primary", "policy"),
        (["smtp:a@contoso.com"], "A@contoso.com", "proxy-no-primary", "auto"),
        (["smtp:a@contoso.local"], "a@contoso.local", "proxy-no-primary", "policy"),
        (["SMTP:a@contoso.com", "SMTP:b@contoso.com"], None, "proxy-several-primaries", "person"),
        (["SMTP:a@contoso.com", "SMTP:b@contoso.com"], "b@contoso.com", "proxy-several-primaries", "auto"),
    ],
)
def test_primary(values: list[str], mail_value: str | None, expected: str, kind: str) -> None:
    (found,) = [f for f in judged({"proxyAddresses": values, "mail": mail_value}) if "primar" in f.rule]
    assert (found.rule, found.repair.kind, found.attribute, found.value) == (expected, kind, "proxyAddresses", None)


@pytest.mark.parametrize("order", [1, -1])
def test_repeated_address_names_the_secondary(order: int) -> None:
    values = ["SMTP:a@contoso.com", "smtp:A@contoso.com"][::order]
    found = [f for f in judged({"proxyAddresses": values}) if f.rule == "proxy-repeated"]
    assert [f.value for f in found] == ["smtp:A@contoso.com"]


MAIL_CASES: dict[str, list[str]] = {
    "john@contoso.com": [],
    "SMTP:john@contoso.com": ["mail-format"],
    "mailto:john@contoso.com": ["mail-format"],
    "a@contoso.com;b@contoso.com": ["mail-format"],
    "john": ["mail-format"],
    "Test <t@contoso.com>": ["mail-format"],
    "t(x)@contoso.com": ["mail-invalid-character"],
    " john@contoso.com": ["mail-whitespace"],
    "m\u00fcller@contoso.com": ["mail-diacritic"],
    "john@contoso.local": ["mail-not-routable"],
    "john@contoso.zzqq": ["mail-unknown-tld"],
}


@pytest.mark.parametrize(("value", "expected"), MAIL_CASES.items())
def test_mail(value: str, expected: list[str]) -> None:
    assert rules("mail-", mail=value) == expected


def test_mail_is_severer_where_it_feeds_the_primary() -> None:
    (alone,) = [f for f in judged({"mail": "john@contoso.local"}) if f.rule == "mail-not-routable"]
    (beside,) = [
        f
        for f in judged({"mail": "john@contoso.local", "proxyAddresses": "SMTP:x@contoso.com"})
        if f.rule == "mail-not-routable"
    ]
    assert (alone.severity, alone.outcome) == ("error", "fallback")
    assert (beside.severity, beside.outcome) == ("warning", "confusing")


TARGET_CASES: dict[str, list[str]] = {
    "SMTP:john@contoso.mail.onmicrosoft.com": [],
    "smtp:john@fabrikam.app": [],
    "X400:c=US;a= ;p=Contoso;s=Doe;": [],
    "john@contoso.com": ["target-format"],
    "SMTP:a:b@contoso.com": ["target-format"],
    "SMTP:CONTOSO\\john@contoso.com": ["target-invalid-character"],
    "SMTP:a b@contoso.com": ["target-whitespace"],
    "SMTP:\u00e9@contoso.com": ["target-diacritic"],
    "SMTP:a@contoso.local": ["target-not-routable"],
    "SMTP:a@contoso.zzqq": ["target-unknown-tld"],
}


@pytest.mark.parametrize(("value", "expected"), TARGET_CASES.items())
def test_target(value: str, expected: list[str]) -> None:
    assert rules("target-", targetAddress=value, mailNickname="john") == expected


NICKNAME_CASES: dict[str, list[str]] = {
    "john.doe": [],
    "o'neil+a{b}": [],
    ".john": ["nickname-leading-dot"],
    "john.": ["nickname-dot-placement"],
    "jo..hn": ["nickname-dot-placement"],
    "john doe": ["nickname-invalid-character"],
    "john@contoso": ["nickname-invalid-character"],
    "j\u00f6rg": ["nickname-invalid-character"],
    "a" * 64: [],
    "a" * 65: ["nickname-too-long"],
}


@pytest.mark.parametrize(("value", "expected"), NICKNAME_CASES.items())
def test_nickname(value: str, expected: list[str]) -> None:
    assert rules("nickname-", mailNickname=value) == expected


@pytest.mark.parametrize("kind", ["contact", "user"])
def test_partners_domains_are_nobodys_fault(kind: str) -> None:
    """Mail contacts and mail users have somebody else's address: no rule about domains."""
    attributes: dict[str, Values] = {
        "mail": "x@partner.local",
        "proxyAddresses": "SMTP:x@partner.local",
        "msExchRecipientTypeDetails": 128 if kind == "user" else 64,
    }
    attributes |= {"mailNickname": "x", "targetAddress": "SMTP:x@fabrikam.com"}
    found = judged(attributes, kind, ("contoso.com",))
    assert [f.rule for f in found if "routable" in f.rule or "domain" in f.rule or "tld" in f.rule] == []


@pytest.mark.parametrize(
    ("attributes", "severity", "outcome"),
    [
        ({"proxyAddresses": "SMTP:a@contoso.local"}, "error", "fallback"),
        ({"proxyAddresses": ["smtp:a@contoso.local", "SMTP:a@contoso.com"]}, "warning", "dropped"),
        ({"proxyAddresses": "SMTP:a@contoso.local", "userAccountControl": 514}, "warning", "dropped"),
        ({"proxyAddresses": "SMTP:a@contoso.local", "msExchRecipientTypeDetails": 4}, "warning", "dropped"),
    ],
)
def test_domain_of_a_proxy(attributes: dict[str, Values], severity: str, outcome: str) -> None:
    (found,) = [f for f in judged(attributes) if f.rule == "proxy-not-routable"]
    assert (found.severity, found.outcome) == (severity, outcome)


# Nearly every value takes the short way: it must say what the long way says.

_LOCAL = st.text(alphabet="aZ9_-.'&$ \u00e9@:\u200b", max_size=70)
_DOMAIN = st.lists(st.text(alphabet="aZ9-_\u00e9 !", max_size=8), min_size=1, max_size=4).map(".".join)
_ADDRESS = st.one_of(
    st.tuples(_LOCAL, _DOMAIN).map("@".join),
    st.from_regex(r"[a-z.]{1,12}@[a-z-]{1,8}\.(?:com|local|zz)", fullmatch=True),
    st.text(max_size=20),
)


@given(_ADDRESS)
def test_short_way_says_what_the_long_way_says(value: str) -> None:
    attributes: dict[str, Values] = {
        "userPrincipalName": value,
        "mail": value,
        "proxyAddresses": [f"SMTP:{value}", f"smtp:{value}x"],
        "targetAddress": f"SMTP:{value}",
    }
    short = judged(attributes, verified=("contoso.com",))
    with pytest.MonkeyPatch.context() as patch:
        for module in (addresses, upn, proxies, mail):
            if hasattr(module, "CLEAN"):
                patch.setattr(module, "CLEAN", _NEVER)
        assert judged(attributes, verified=("contoso.com",)) == short


@given(st.text())
def test_any_text_is_a_proxy_of_some_kind(value: str) -> None:
    proxy = Proxy(value)
    assert proxy.raw == value
    assert proxy.type is None or value.partition(":")[2] == proxy.address


@given(st.dictionaries(st.sampled_from(["mail", "userPrincipalName", "proxyAddresses", "cn", "displayName", "sn",
                                        "givenName", "mailNickname", "targetAddress", "sAMAccountName", "c", "countryCode",
                                        "msExchRecipientTypeDetails", "userAccountControl", "adminCount",
                                        "mS_DS_ConsistencyGuid", "title"]), st.text(max_size=300)))  # fmt: skip
def test_any_text_is_judged(attributes: dict[str, str]) -> None:
    for kind in ("user", "contact", "group"):
        for found in judged({**attributes}, kind):
            assert found.message.endswith(".")
            assert found.repair.why
