# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One object by its names, and what is written so that it has given values."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import EVERYTHING, Modification
from ansible_collections.syncready.m365.plugins.module_utils._model.entry import Entry
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import DirectoryError, OptionError
from ansible_collections.syncready.m365.plugins.module_utils._model.text import fold
from ansible_collections.syncready.m365.plugins.module_utils._remediation.one_object import (
    Schema,
    State,
    changed_entry,
    find_object,
    modifications,
)
from ansible_collections.syncready.m365.tests.support.memory import MemoryDirectory, user

SCHEMA = Schema({}, frozenset(["mail"]))
NAMES = ("Anna", "O'Neil (x)*", "a\\b", "=x")


@pytest.fixture
def directory() -> MemoryDirectory:
    made = MemoryDirectory()
    for number, name in enumerate(("anna", "ben", "carl")):
        made.add(name, user(number))
    return made


class TestNames:
    def test_each_of_them(self, directory: MemoryDirectory) -> None:
        reference = directory.add("dora", user(7))
        guid = reference.guid or ""
        for name in (
            reference.dn,
            reference.dn.upper(),
            guid,
            guid.upper(),
            "{" + guid + "}",
            "USER7@contoso.local",
            "user7",
            " user7 ",
        ):
            assert find_object(directory, name, EVERYTHING).dn == reference.dn

    @pytest.mark.parametrize("name", ["nobody", "nobody@x", "CN=nobody,DC=contoso,DC=local", "*", "user*", "use(r", ""])
    def test_nobody(self, directory: MemoryDirectory, name: str) -> None:
        with pytest.raises(OptionError, match="object") as raised:
            find_object(directory, name, EVERYTHING)
        assert raised.value.code == ("NOT_FOUND" if name else "BAD_OPTION")

    def test_an_ambiguous_name_is_never_taken(self, directory: MemoryDirectory) -> None:
        directory.add("twin", {"sAMAccountName": "USER1"}, "OU=Other,DC=contoso,DC=local")
        with pytest.raises(OptionError, match="CN=twin") as raised:
            find_object(directory, "user1", EVERYTHING)
        assert raised.value.code == "AMBIGUOUS"


def changes(name: str, now: list[str], values: list[str], state: State) -> tuple[Modification, ...]:
    entry = Entry("CN=x", {name.lower(): [value.encode() for value in now]} if now else {})
    return modifications(entry, {name: values}, state, SCHEMA)


@pytest.mark.parametrize(
    ("name", "now", "values", "state", "gone", "come"),
    [
        ("proxyAddresses", ["smtp:a@x"], ["smtp:b@x"], "present", [], ["smtp:b@x"]),
        ("proxyAddresses", ["smtp:a@x"], ["SMTP:a@x"], "present", ["smtp:a@x"], ["SMTP:a@x"]),
        ("proxyAddresses", ["smtp:a@x"], ["smtp:a@x"], "present", [], []),
        ("proxyAddresses", ["smtp:a@x", "smtp:b@x"], ["SMTP:B@x"], "absent", ["smtp:b@x"], []),
        ("proxyAddresses", ["smtp:a@x"], ["smtp:b@x"], "absent", [], []),
        ("proxyAddresses", ["smtp:a@x", "smtp:b@x"], ["smtp:b@x", "smtp:c@x"], "exact", ["smtp:a@x"], ["smtp:c@x"]),
        ("proxyAddresses", ["smtp:a@x"], [], "exact", ["smtp:a@x"], []),
        ("mail", ["a@x"], ["b@x"], "present", ["a@x"], ["b@x"]),
        ("mail", [], ["b@x"], "present", [], ["b@x"]),
        ("mail", ["a@x"], ["b@x"], "absent", [], []),
        ("mail", ["a@x"], ["A@x"], "absent", ["a@x"], []),
    ],
)
def test_what_is_written(
    name: str, now: list[str], values: list[str], state: State, gone: list[str], come: list[str]
) -> None:
    found = changes(name, now, values, state)
    expected = Modification(name, tuple(one.encode() for one in gone), tuple(one.encode() for one in come))
    assert found == ((expected,) if gone or come else ())


@pytest.mark.parametrize(
    ("values", "state", "says"),
    [
        (["a@x", "A@X"], "present", "twice"),
        (["a@x", "b@x"], "exact", "one value"),
        ([""], "exact", "empty"),
        ([], "absent", "exact"),
    ],
)
def test_what_means_nothing(values: list[str], state: State, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        changes("mail", [], values, state)


def test_values_that_the_source_keeps_back() -> None:
    entry = Entry("CN=x", {"proxyaddresses": [b"a"]}, None, frozenset(["proxyaddresses"]))
    with pytest.raises(DirectoryError, match="all values"):
        modifications(entry, {"proxyAddresses": ["b"]}, "exact", SCHEMA)


VALUES = st.lists(st.text("aAbB\u00e4", min_size=1, max_size=3), max_size=5, unique_by=fold)
STATES: tuple[State, ...] = ("present", "absent", "exact")


@given(VALUES, VALUES.filter(bool), st.sampled_from(STATES))
@settings(deadline=None)
def test_the_second_time_nothing_is_left(now: list[str], values: list[str], state: State) -> None:
    entry = Entry("CN=x", {"url": [value.encode() for value in now]} if now else {})
    wanted: dict[str, t.Sequence[str]] = {"url": values}
    after = changed_entry(entry, modifications(entry, wanted, state, SCHEMA))
    held = after.texts("url")
    assert modifications(after, wanted, state, SCHEMA) == ()
    folded = {fold(value) for value in values}
    if state == "absent":
        assert not folded & {fold(value) for value in held}
    else:
        assert set(values) <= set(held)
    untouched = [value for value in now if fold(value) not in folded]
    assert [value for value in held if fold(value) not in folded] == ([] if state == "exact" else untouched)
