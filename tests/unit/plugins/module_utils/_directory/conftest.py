# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A directory server that does as it is told, and a client for it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap_options import LdapOptions
from ansible_collections.syncready.m365.tests.support.ldap_peer import PASSWORD, USER, Peer, person


@pytest.fixture
def peer(tmp_path: Path) -> t.Iterator[Peer]:
    """A server with a domain of five people, reached inside TLS."""
    with Peer(tmp_path / "peer") as made:
        made.entries = dict(person(number) for number in range(5))
        yield made


@pytest.fixture
def plain_peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Peer]:
    """The same without TLS, with an account for NTLM."""
    users = tmp_path / "users"
    users.write_text(f":{USER}:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    with Peer(tmp_path / "plain", tls=False) as made:
        made.entries = dict(person(number) for number in range(5))
        yield made


Connect = t.Callable[..., LdapDirectory]


@pytest.fixture
def connect() -> t.Iterator[Connect]:
    """A function that connects to a peer; what it connected is closed at the end."""
    made: list[LdapDirectory] = []

    def work(peer: Peer, fast: bool = True, **changes: t.Any) -> LdapDirectory:
        directory = LdapDirectory(LdapOptions(**peer.options(**changes)), fast=fast)
        made.append(directory)
        return directory

    yield work
    for directory in made:
        directory.close()
