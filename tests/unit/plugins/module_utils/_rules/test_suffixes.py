# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Suffixes that may be registered, and accounts of the synchronization."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._exchange.address_policies import managing_policies
from ansible_collections.syncready.m365.plugins.module_utils._exchange.builds import parse_minimum_build
from ansible_collections.syncready.m365.plugins.module_utils._exchange.schema_versions import schema_version_name
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OptionError
from ansible_collections.syncready.m365.plugins.module_utils._model.text import shown
from ansible_collections.syncready.m365.plugins.module_utils._rules.suffixes import check_suffix, suffix_form
from ansible_collections.syncready.m365.plugins.module_utils._rules.sync_accounts import program_of, server_and_tenant
from ansible_collections.syncready.m365.tests.support.audits import rule_options

DOMAINS = rule_options(()).domains


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("contoso.com", "contoso.com"),
        (" @Contoso.COM. ", "contoso.com"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("MÜNCHEN.DE", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("例え.jp", "xn--r8jz45g.jp"),
    ],
)
def test_form(text: str, form: str) -> None:
    assert suffix_form(text) == form


@pytest.mark.parametrize("text", ["", "  ", "@", ".", "\N{SNOWMAN WITHOUT SNOW}\u200b.com"])
def test_no_form(text: str) -> None:
    with pytest.raises(OptionError):
        suffix_form(text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("with space.com", "character"),
        ("con'toso.com", "character"),
        ("a@b.com", "character"),
        ("con*toso.com", "character"),
        ("contoso..com", "empty part"),
        (".contoso.com", "empty part"),
        ("-contoso.com", "hyphen"),
        ("contoso-.com", "hyphen"),
        ("a" * 64 + ".com", "48"),
        ("a" * 45 + ".com", "48"),
        ("10.20.30.40", "number"),
        ("contoso.local", "allow_non_routable"),
        ("contoso", "allow_non_routable"),
        ("contoso.comm", "allow_non_routable"),
        ("home.arpa", "allow_non_routable"),
    ],
)
def test_refused(name: str, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        check_suffix(name, DOMAINS, False)


@pytest.mark.parametrize("name", ["contoso.local", "contoso", "contoso.comm", "contoso.lan"])
def test_allowed_when_asked_for(name: str) -> None:
    assert check_suffix(name, DOMAINS, True) is None
    # The way of writing is never given up.
    with pytest.raises(OptionError):
        check_suffix(name + "..", DOMAINS, True)


def test_accepted() -> None:
    assert check_suffix("a" * 44 + ".com", DOMAINS, False) is None
    assert check_suffix("sub.contoso.co.uk", DOMAINS, False) is None
    assert check_suffix("contoso.onmicrosoft.com", DOMAINS, False) is None
    assert "underscore" in (check_suffix("con_toso.com", DOMAINS, False) or "")
    assert check_suffix("contoso.lan", rule_options(("contoso.lan",)).domains, False) is None


@given(st.text(max_size=40))
def test_what_is_accepted_is_a_domain_name(text: str) -> None:
    try:
        name = suffix_form(text)
        check_suffix(name, DOMAINS, True)
    except OptionError:
        return
    assert name.isascii()
    assert len(name) <= 48
    assert name == name.lower()
    assert all(0 < len(label) <= 63 for label in name.split("."))
    assert suffix_form(name) == name


CONNECT = (
    "Account created by Microsoft Azure Active Directory Connect with installation identifier 16fb75d0227d4957868d5c4ae0688943 "
    "running on computer SYNC-01 configured to synchronize to tenant Contoso.onmicrosoft.com. This account must have "
    "directory replication permissions in the local Active Directory."
)
OLDER = (
    "Account created by the Windows Azure Active Directory Sync tool with installation identifier 'abc' running on computer "
    "'SYNC-01' configured to synchronize to tenant 'contoso.onmicrosoft.com'. This account must have"
)


@pytest.mark.parametrize("text", [CONNECT, OLDER, CONNECT.replace("Azure Active Directory", "Entra")])
def test_description(text: str) -> None:
    assert server_and_tenant(text) == ("SYNC-01", "contoso.onmicrosoft.com")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, (None, None)),
        ("", (None, None)),
        ("An account of the helpdesk", (None, None)),
        ("Service account, running on computer SYNC01.", ("SYNC01", None)),
        ("computer \x1b[31m tenant <script>", (None, None)),
        ("computer " + "A" * 500, ("A" * 63, None)),
        ("x" * 10_000_000 + " computer SYNC01", (None, None)),
    ],
)
def test_other_descriptions(text: str | None, found: tuple[str | None, str | None]) -> None:
    assert server_and_tenant(text) == found


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("MSOL_5b6a7c8d9e0f", "connect"),
        ("aad_4c1f4d8b8179", "connect"),
        ("ADSyncMSA1a2b3$", "connect"),
        ("provAgentgMSA$", "cloud_sync"),
        ("pGMSA_1a2b3c4d$", "cloud_sync"),
        ("AZUREADSSOACC$", "seamless_sso"),
        ("msoliver", None),
        ("Administrator", None),
    ],
)
def test_programs(name: str, program: str | None) -> None:
    assert program_of(name) == program


MARK, POLICY = "{26491CFC-9E50-4857-861B-0CB8DF22B5D7}", "3d722db5-b274-4c28-b991-46cbb56d9bc7"


@pytest.mark.parametrize(
    ("included", "excluded", "policies"),
    [
        ([f"{{{POLICY.upper()}}},{MARK}"], [], (POLICY,)),
        ([MARK, POLICY], [], (POLICY,)),
        ([MARK.lower()], [], ("26491cfc-9e50-4857-861b-0cb8df22b5d7",)),
        ([POLICY, MARK], [MARK], ()),
        ([], [MARK], ()),
        ([POLICY], [], ()),
        (["nonsense"], ["nonsense"], ()),
    ],
)
def test_address_policies(included: list[str], excluded: list[str], policies: tuple[str, ...]) -> None:
    assert managing_policies(included, excluded) == policies


def test_versions_of_the_schema() -> None:
    assert schema_version_name(15326) == "2016 CU3 to CU5"
    assert schema_version_name(17003) == "2019 CU10 to CU15, or SE"
    assert schema_version_name(1) == "1"
    assert schema_version_name(None) is None


def test_the_oldest_build() -> None:
    assert parse_minimum_build(None) is None
    assert parse_minimum_build(" ") is None
    assert parse_minimum_build("15.1.2507.6") == (15, 1, 2507, 6)
    assert parse_minimum_build("15.1") == (15, 1)
    for text in ("15", "15.x", "CU23", "15.1.2507.6.1", "15.1.\N{ARABIC-INDIC DIGIT ONE}"):
        with pytest.raises(OptionError, match="minimum_exchange_build"):
            parse_minimum_build(text)


@given(st.text())
def test_what_is_shown_can_be_printed(text: str) -> None:
    assert shown(text).isprintable()
    if text.isprintable():
        assert shown(text) == text
