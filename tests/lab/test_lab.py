# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab itself: domain controllers that start, stop, break and hold what they were given."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from . import accounts, certificates, client, dump, image, ldif
from .controller import DomainController, environment
from .errors import LabError
from .factory import Lab
from .forest import CONTOSO, FABRIKAM, PASSWORD
from .settings import Layout

LAPSE = 3.0
"""Seconds within which a domain controller must be ready when its image is there."""


def test_it_is_ready_within_seconds_from_its_image(own_lab: Lab) -> None:
    image.base(CONTOSO)
    start = time.monotonic()
    dc = own_lab.empty()
    assert time.monotonic() - start < LAPSE
    assert dc.running
    assert client.root_dse(dc, "defaultNamingContext") == "DC=contoso,DC=local"
    assert client.root_dse(dc, "dnsHostName") == "dc1.contoso.local"


def test_after_a_stop_it_comes_back_with_its_data_on_its_address(empty_dc: DomainController) -> None:
    client.create_account(empty_dc, "stays")
    address = empty_dc.address
    empty_dc.stop()
    assert not empty_dc.running
    with pytest.raises(OSError):
        socket.create_connection((address, 389), timeout=1)
    empty_dc.start()
    assert empty_dc.address == address
    assert client.search(empty_dc, empty_dc.forest.dn, "(sAMAccountName=stays)", ["cn"])


@pytest.mark.parametrize("model", ["single", "standard"])
def test_a_killed_one_drops_its_connections_and_starts_again(own_lab: Lab, model: str) -> None:
    dc = own_lab.empty(model="standard" if model == "standard" else "single")
    with socket.create_connection((dc.address, 389), timeout=5) as connection:
        dc.kill()
        assert not dc.running
        try:
            assert connection.recv(1) == b""
        except ConnectionResetError:
            pass  # it had not yet taken the connection
    dc.start()
    assert client.highest_usn(dc) > 0


def test_a_frozen_one_accepts_and_is_silent(empty_dc: DomainController) -> None:
    from .ready import is_ready

    empty_dc.freeze()
    assert empty_dc.running
    assert not is_ready(empty_dc.address, timeout=0.5)
    empty_dc.thaw()
    assert is_ready(empty_dc.address, timeout=5)


def test_a_program_that_comes_later_finds_it_by_its_directory(empty_dc: DomainController) -> None:
    found = DomainController.attach(empty_dc.layout.root)
    assert found is not None
    assert (found.pid, found.address, found.forest) == (empty_dc.pid, empty_dc.address, empty_dc.forest)
    empty_dc.stop()
    assert DomainController.attach(empty_dc.layout.root) is None


def test_ldaps_is_verified_by_address_and_by_name(empty_dc: DomainController) -> None:
    for name in (empty_dc.address, "dc1.contoso.local", "contoso.local", "localhost"):
        context = ssl.create_default_context(cafile=str(empty_dc.layout.authority))
        with socket.create_connection((empty_dc.address, 636), timeout=5) as plain:
            with context.wrap_socket(plain, server_hostname=name) as secured:
                assert secured.version() in ("TLSv1.2", "TLSv1.3")


def test_ldaps_fails_with_another_name_and_another_authority(empty_dc: DomainController, tmp_path: Path) -> None:
    certificates.authority(tmp_path, "Another CA")
    for authority, name in ((empty_dc.layout.authority, "dc2.contoso.local"), (tmp_path / "ca.pem", "localhost")):
        context = ssl.create_default_context(cafile=str(authority))
        with socket.create_connection((empty_dc.address, 636), timeout=5) as plain:
            with pytest.raises(ssl.SSLCertVerificationError):
                context.wrap_socket(plain, server_hostname=name)


def test_simple_bind_needs_tls_and_the_right_password(empty_dc: DomainController) -> None:
    reader = accounts.get(empty_dc, accounts.AUDIT)
    assert client.search(empty_dc, reader.dn, attributes=["cn"], scope="base", account=reader)
    with pytest.raises(LabError, match="ended with 49"):
        client.search(empty_dc, reader.dn, account=client.Account(reader.name, reader.dn, "not-this-one"))
    plain = ["ldapsearch", "-x", "-H", f"ldap://{empty_dc.address}", "-D", reader.dn, "-w", PASSWORD, "-b", reader.dn]
    done = subprocess.run(plain, capture_output=True, check=False)
    assert done.returncode == 8  # stronger authentication required


def test_kerberos_signs_in_by_host_name_without_any_change_to_the_machine(
    empty_dc: DomainController, tmp_path: Path
) -> None:
    variables = client.kerberos_ticket(empty_dc, accounts.get(empty_dc, accounts.AUDIT), tmp_path / "ticket")
    done = subprocess.run(
        [
            "ldapsearch",
            "-Y",
            "GSSAPI",
            "-N",
            "-H",
            "ldap://dc1.contoso.local",
            "-b",
            "DC=contoso,DC=local",
            "-s",
            "base",
        ],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "SASL SSF: 256" in done.stderr  # sealed, on the plain port
    assert "DC=contoso,DC=local" in done.stdout


def test_exchange_attributes_are_in_the_schema_and_links_have_their_back_links(empty_dc: DomainController) -> None:
    services = f"CN=Services,{empty_dc.forest.configuration_dn}"
    exchange, database = f"CN=Microsoft Exchange,{services}", f"CN=DB1,CN=Microsoft Exchange,{services}"
    client.change(empty_dc, ldif.add(exchange, {"objectClass": ["msExchConfigurationContainer"]}))
    client.change(empty_dc, ldif.add(database, {"objectClass": ["msExchPrivateMDB"]}))
    user = client.create_account(empty_dc, "mailbox", attributes={"homeMDB": [database], "mailNickname": ["mailbox"]})
    client.change(empty_dc, ldif.modify(user.dn, "replace", "msExchRecipientTypeDetails", ["2147483648"]))
    bit = "(msExchRecipientTypeDetails:1.2.840.113556.1.4.803:=2147483648)"
    assert [dn for dn, _other in client.search(empty_dc, empty_dc.forest.dn, bit, ["cn"])] == [user.dn]
    assert client.search(empty_dc, database, attributes=["homeMDBBL"], scope="base")[0][1]["homeMDBBL"] == [
        user.dn.encode()
    ]
    contact: dict[str, list[str | bytes]] = {"objectClass": ["contact"], "msExchMailboxGuid": [b"0123456789abcdef"]}
    with pytest.raises(LabError, match="ended with 65"):  # no mailbox on a contact
        client.change(empty_dc, ldif.add(f"CN=nobody,CN=Users,{empty_dc.forest.dn}", contact))


def test_rights_are_what_they_are_said_to_be(empty_dc: DomainController) -> None:
    target = client.create_account(empty_dc, "target")
    nickname = ldif.modify(target.dn, "replace", "mailNickname", ["changed"])
    title = ldif.modify(target.dn, "replace", "title", ["changed"])
    reader, writer = (accounts.get(empty_dc, name) for name in (accounts.AUDIT, accounts.CHANGE))
    with pytest.raises(LabError, match="ended with 50"):
        client.change(empty_dc, nickname, reader)
    client.change(empty_dc, nickname, writer)
    with pytest.raises(LabError, match="ended with 50"):
        client.change(empty_dc, title, writer)
    suffixes = ldif.modify(f"CN=Partitions,{empty_dc.forest.configuration_dn}", "add", "uPNSuffixes", ["contoso.app"])
    with pytest.raises(LabError, match="ended with 50"):
        client.change(empty_dc, suffixes, reader)
    client.change(empty_dc, suffixes, writer)
    client.grant(empty_dc, f"CN=Users,{empty_dc.forest.dn}", f"(OD;CI;WP;{{mailNickname}};;{{{writer.name}}})")
    with pytest.raises(LabError, match="ended with 50"):
        client.change(empty_dc, nickname, writer)


def test_raw_writing_gets_past_the_checks_while_it_runs(empty_dc: DomainController) -> None:
    first, second = (client.create_account(empty_dc, name) for name in ("first", "Zoë"))
    upn = f"first@{empty_dc.forest.domain}"
    with pytest.raises(LabError, match="ended with 19"):
        client.change(empty_dc, ldif.modify(second.dn, "replace", "userPrincipalName", [upn]))
    usn = client.highest_usn(empty_dc)
    client.write_raw(empty_dc, {second.dn: {"userPrincipalName": [upn], "displayName": ["x" * 300]}})
    assert client.highest_usn(empty_dc) == usn
    holders = client.search(empty_dc, empty_dc.forest.dn, f"(userPrincipalName={upn})", ["displayName"])
    assert {dn for dn, _other in holders} == {first.dn, second.dn}
    assert [a["displayName"] for dn, a in holders if dn == second.dn] == [[b"x" * 300]]
    client.change(empty_dc, ldif.modify(second.dn, "replace", "userPrincipalName", ["free@contoso.com"]))


def test_a_dump_shows_one_change_and_nothing_else(empty_dc: DomainController) -> None:
    target = client.create_account(empty_dc, "target")
    before = dump.take(empty_dc)
    assert len(before) > 500
    assert dump.differences(before, dump.take(empty_dc)) == {}
    usn = client.highest_usn(empty_dc)
    client.change(empty_dc, ldif.modify(target.dn, "replace", "title", ["Dr."]))
    assert client.highest_usn(empty_dc) > usn
    assert dump.differences(before, dump.take(empty_dc)) == {target.dn: {"title": ((), (b"Dr.",))}}
    client.change(empty_dc, f"dn: {target.dn}\nchangetype: delete\n")
    gone = [dn for dn in dump.take(empty_dc, deleted=True) if dn.startswith("CN=target\\0ADEL:")]
    assert len(gone) == 1


def test_two_forests_stand_side_by_side(own_lab: Lab) -> None:
    contoso, fabrikam = own_lab.empty(CONTOSO), own_lab.empty(FABRIKAM)
    assert contoso.address != fabrikam.address
    assert client.root_dse(contoso, "defaultNamingContext") == "DC=contoso,DC=local"
    assert client.root_dse(fabrikam, "defaultNamingContext") == "DC=fabrikam,DC=local"
    client.create_account(contoso, "only-here")
    assert client.search(fabrikam, fabrikam.forest.dn, "(sAMAccountName=only-here)") == []
    # One authority signs for both, so that one file verifies them all.
    assert contoso.layout.authority.read_bytes() == fabrikam.layout.authority.read_bytes()


def test_one_client_reaches_both_forests_by_name(own_lab: Lab, tmp_path: Path) -> None:
    both = [own_lab.empty(CONTOSO), own_lab.empty(FABRIKAM)]
    variables = {**os.environ, **environment(tmp_path, both)}
    for dc in both:
        ldap = ["ldapsearch", "-x", "-H", f"ldap://{dc.forest.fqdn}", "-LLL", "-b", "", "-s", "base", "dnsHostName"]
        assert f"dnsHostName: {dc.forest.fqdn}" in subprocess.check_output(ldap, env=variables, text=True)


def test_two_copies_of_one_forest_stand_side_by_side_and_share_nothing(own_lab: Lab) -> None:
    one, other = own_lab.empty(), own_lab.empty()
    assert one.address != other.address
    client.create_account(one, "only-here")
    assert client.search(one, one.forest.dn, "(sAMAccountName=only-here)")
    assert client.search(other, other.forest.dn, "(sAMAccountName=only-here)") == []


def test_a_taken_address_is_refused_in_one_sentence(own_lab: Lab, empty_dc: DomainController) -> None:
    root = own_lab._root()
    image.unpack(image.base(CONTOSO), root)
    with pytest.raises(LabError, match=f"{empty_dc.address} is taken"):
        DomainController(CONTOSO, root).start(empty_dc.address)


def test_a_start_that_fails_names_the_log(own_lab: Lab) -> None:
    root = own_lab._root()
    image.unpack(image.base(CONTOSO), root)
    (root / "private" / "sam.ldb").unlink()
    dc = DomainController(CONTOSO, root)
    with pytest.raises(LabError, match=str(Layout(root).log)):
        dc.start(timeout=10)
    assert not dc.running
    dc.release()


def test_without_its_packages_and_without_root_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from . import packages

    monkeypatch.setitem(packages.PACKAGES, "samba-of-the-future", "usr/share/nowhere")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match="Debian packages samba-of-the-future"):
        packages.ensure()
