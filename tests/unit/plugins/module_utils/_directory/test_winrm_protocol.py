# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said between here and the bridge: lines that survive any cut, values that survive any bytes."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.syncready.m365.plugins.module_utils._directory import winrm_protocol
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_errors import LdapError
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_search import Request
from ansible_collections.syncready.m365.plugins.module_utils._directory.winrm_protocol import Splitter

LINES = st.lists(st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")), max_size=12)


@given(LINES, st.lists(st.integers(0, 500), max_size=8))
def test_lines_come_whole_wherever_they_are_cut(lines: list[bytes], cuts: list[int]) -> None:
    data = b"".join(line + b"\n" for line in lines)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    splitter = Splitter()
    found: list[bytes] = []
    for start, end in itertools.pairwise(places):
        found += splitter.feed(data[start:end])
    assert found == lines


def test_a_line_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winrm_protocol, "MAX_LINE", 100)
    splitter = Splitter()
    splitter.feed(b"x" * 90)
    with pytest.raises(LdapError, match="without an end"):
        splitter.feed(b"x" * 20)


@given(st.text(min_size=1), st.lists(st.binary(min_size=1), min_size=1, max_size=5), st.lists(st.binary(min_size=1)))
def test_a_request_is_one_line_of_ascii(dn: str, delete: list[bytes], add: list[bytes]) -> None:
    words = winrm_protocol.modify_words(dn, [Modification("proxyAddresses", tuple(delete), tuple(add))])
    data = winrm_protocol.line(7, "modify", *words)
    assert data.isascii() and data.count(b"\n") == 1 and data.endswith(b" end=1\n")
    number, operation, *rest = data.decode().split()
    assert (number, operation) == ("7", "modify")
    # The object comes last but for the mark: half a line names none.
    assert rest[-2].startswith("dn=") and rest[-1] == "end=1"
    changes = [word.removeprefix("change=").split(":") for word in rest[:-2]]
    held = {kind: [base64.b64decode(value) for value in values.split(",")] for _name, kind, values in changes}
    assert held == {"Delete": delete, **({"Add": add} if add else {})}
    assert [kind for _name, kind, _values in changes] == ["Delete", "Add"][: len(changes)]
    assert base64.b64decode(rest[-2].removeprefix("dn=")).decode() == dn


@pytest.mark.parametrize("change", [Modification("mail", (b"",)), Modification("mail", (), (b"x", b""))])
def test_an_empty_value_would_mean_all_of_them(change: Modification) -> None:
    with pytest.raises(LdapError, match="empty value"):
        winrm_protocol.modify_words("CN=x", [change])


def test_a_search() -> None:
    request = Request("DC=contoso", "one_level", "(cn=*)", ("cn",), (("1.2.3", True, b"\0"), ("1.2.4", False, None)))
    words = winrm_protocol.search_words(request, 500)
    assert words == [
        "base=REM9Y29udG9zbw==", "filter=KGNuPSop", "scope=OneLevel", "attribute=Y24=", "control=1.2.3:1:AA==",
        "control=1.2.4:0:", "page=500",
    ]  # fmt: skip
    assert "page=500" not in winrm_protocol.search_words(Request("", "base"), 500)


@given(st.dictionaries(st.text("abcXYZ;-=0", min_size=1), st.lists(st.binary())), st.text())
def test_an_entry_has_the_bytes_that_were_sent(attributes: dict[str, list[bytes]], dn: str) -> None:
    sent = {name: [base64.b64encode(value).decode() for value in values] for name, values in attributes.items()}
    line = json.dumps({"t": "e", "i": 3, "d": base64.b64encode(dn.encode()).decode(), "a": sent}).encode()
    packed = base64.b64encode(gzip.compress(line + b"\n")).decode()
    reply = winrm_protocol.parse(line)
    assert reply is not None
    assert winrm_protocol.entry_of(reply) == (dn, attributes)
    assert winrm_protocol.unpack({"t": "z", "i": 3, "b": packed}) == [reply]


@pytest.mark.parametrize("line", [b"", b"Welcome to PowerShell", b"{", b"[1]", b'{"x": 1}', b'{"t": 1}', b"\xff{}"])
def test_what_is_no_answer(line: bytes) -> None:
    assert winrm_protocol.parse(line) is None


@pytest.mark.parametrize("packed", ["", "!!", "eA==", base64.b64encode(gzip.compress(b"x" * 99)[:-4]).decode(), None])
def test_a_damaged_page(packed: t.Any) -> None:
    with pytest.raises(LdapError, match="damaged"):
        winrm_protocol.unpack({"t": "z", "i": 1, "b": packed})


def test_a_page_that_unpacks_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winrm_protocol, "MAX_PAGE", 1000)
    packed = base64.b64encode(gzip.compress(b" " * 100_000)).decode()
    with pytest.raises(LdapError, match="damaged"):
        winrm_protocol.unpack({"t": "z", "i": 1, "b": packed})


@pytest.mark.parametrize(
    "reply", [{}, {"a": {}}, {"d": "eA==", "a": []}, {"d": "eA==", "a": {"cn": ["x"]}}, {"d": 1, "a": {}}]
)
def test_a_damaged_entry(reply: dict[str, t.Any]) -> None:
    with pytest.raises(LdapError, match="damaged"):
        winrm_protocol.entry_of(reply)
