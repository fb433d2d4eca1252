# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a domain controller: the same bytes as any other client gets, by every way to sign in."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._audit.findings import read_findings
from ansible_collections.syncready.m365.plugins.module_utils._audit.scan import run_audit
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Directory, Selection
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._directory.ldif import LdifDirectory
from ansible_collections.syncready.m365.plugins.module_utils._report.rows import finding_as_dict
from ansible_collections.syncready.m365.plugins.module_utils._rules.attributes import (
    AUDIT_ATTRIBUTES,
    COUNTED_ATTRIBUTES,
)
from ansible_collections.syncready.m365.tests.lab import client, ldif
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import DEFAULT_SAMPLE, Lab
from ansible_collections.syncready.m365.tests.lab.forest import CONTOSO, PASSWORD, Forest
from ansible_collections.syncready.m365.tests.support.audits import options_of
from ansible_collections.syncready.m365.tests.unit.plugins.module_utils._audit.test_sample import labels

from .conftest import Connect

Names = t.Callable[[DomainController], None]
WHOLE = Selection(AUDIT_ATTRIBUTES, COUNTED_ATTRIBUTES)


def _by_ldapsearch(controller: DomainController, attributes: t.Sequence[str]) -> dict[str, dict[str, list[bytes]]]:
    account = client.Account("lab-audit", f"lab-audit@{controller.forest.domain}")
    found = client.search(controller, controller.forest.dn, attributes=attributes, account=account)
    return {dn: {name.lower(): values for name, values in held.items() if values} for dn, held in found if dn}


def _by_us(directory: LdapDirectory, selection: Selection) -> dict[str, dict[str, list[bytes]]]:
    base = directory.root_dse.domain_dn
    return {entry.dn: entry.attributes for entry in directory.search(base, selection=selection)}


@pytest.mark.usefixtures("over")
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "by ldap3"])
@pytest.mark.parametrize("attributes", [("*",), AUDIT_ATTRIBUTES], ids=["all", "those of the audit"])
def test_the_same_bytes_as_ldapsearch(
    shared_dc: DomainController, connect: Connect, fast: bool, attributes: tuple[str, ...]
) -> None:
    expected = _by_ldapsearch(shared_dc, attributes)
    found = _by_us(connect(shared_dc, fast), Selection(None if attributes == ("*",) else attributes))
    assert len(found) > 800
    assert found.keys() == expected.keys()
    for dn, held in expected.items():
        assert found[dn] == held, dn


WAYS: dict[str, dict[str, t.Any]] = {
    "simple inside TLS": {},
    "simple by StartTLS": {"tls_mode": "start_tls"},
    "simple with DOMAIN\\name": {"username": "CONTOSO\\lab-audit"},
    "simple with a DN": {"username": "CN=lab-audit,CN=Users,DC=contoso,DC=local"},
    "ntlm sealed": {"tls_mode": "none", "auth_protocol": "ntlm"},
    "ntlm signed": {"tls_mode": "none", "auth_protocol": "ntlm", "encrypt": False},
    "kerberos sealed": {"tls_mode": "none", "auth_protocol": "kerberos", "server": "dc1.contoso.local"},
    "kerberos inside TLS": {"auth_protocol": "kerberos", "server": "dc1.contoso.local"},
    "kerberos by StartTLS": {"auth_protocol": "kerberos", "server": "dc1.contoso.local", "tls_mode": "start_tls"},
    "kerberos without encrypt": {
        "tls_mode": "none",
        "auth_protocol": "kerberos",
        "server": "dc1.contoso.local",
        "encrypt": False,
    },
    "negotiate sealed": {"tls_mode": "none", "auth_protocol": "negotiate", "server": "dc1.contoso.local"},
    "negotiate inside TLS": {"auth_protocol": "negotiate", "server": "dc1.contoso.local"},
}


@pytest.fixture(scope="module")
def reader_dc(module_lab: Lab) -> DomainController:
    """A domain controller with 300 made-up people."""
    return module_lab.users(300)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "by ldap3"])
def test_every_way_to_sign_in_reads_the_same(
    reader_dc: DomainController, connect: Connect, names: Names, way: str, fast: bool
) -> None:
    names(reader_dc)
    directory = connect(reader_dc, fast, page_size=100, **WAYS[way])
    assert _by_us(directory, Selection()) == _by_ldapsearch(reader_dc, ("*",))


def test_an_existing_ticket(reader_dc: DomainController, connect: Connect, names: Names, tmp_path: Path) -> None:
    names(reader_dc)
    account = client.Account("lab-audit", "CN=lab-audit,CN=Users,DC=contoso,DC=local")
    client.kerberos_ticket(reader_dc, account, tmp_path / "ticket")
    ticket = {"server": "dc1.contoso.local", "auth_protocol": "kerberos", "username": None, "password": None}
    for mode in ("none", "ldaps"):
        directory = connect(reader_dc, tls_mode=mode, **ticket)
        assert sum(1 for _entry in directory.search()) > 300


@pytest.mark.usefixtures("over")
def test_large_groups_and_many_certificates(own_lab: Lab, connect: Connect) -> None:
    controller = own_lab.users(5000)
    people = sorted(dn for dn in _by_ldapsearch(controller, ("1.1",)) if dn.startswith("CN=") and "OU=" in dn)[:4001]
    admin = client.administrator(controller)
    members: dict[str, t.Sequence[bytes | str]] = {"objectClass": ["group"], "member": people}
    client.change(controller, ldif.add("CN=Large,CN=Users,DC=contoso,DC=local", members), admin)
    certificates: dict[str, t.Sequence[bytes | str]] = {
        "objectClass": ["user"],
        "sAMAccountName": ["holder"],
        "userCertificate": [b"certificate %d" % number for number in range(137)],
    }
    client.change(controller, ldif.add("CN=Holder,CN=Users,DC=contoso,DC=local", certificates), admin)
    for fast in (True, False):
        directory = connect(controller, fast)
        counts = {entry.dn: entry.counts for entry in directory.search(selection=WHOLE) if entry.counts}
        assert counts["CN=Large,CN=Users,DC=contoso,DC=local"] == {"member": 4001}
        assert counts["CN=Holder,CN=Users,DC=contoso,DC=local"] == {"usercertificate": 137}
        read = list(directory.search("CN=Large,CN=Users,DC=contoso,DC=local", "base", Selection(("member",))))
        assert sorted(read[0].texts("member")) == people


@pytest.mark.usefixtures("over")
def test_attributes_that_the_schema_does_not_have(own_lab: Lab, connect: Connect) -> None:
    plain = Forest("wingtip.local", "WINGTIP", "dc1", "S-1-5-21-1-2-3", exchange=False)
    directory = connect(own_lab.empty(plain))
    list(directory.search(selection=Selection(("cn", "mailNickname", "targetAddress", "proxyAddresses", "noSuchName"))))
    assert directory.statistics.absent_attributes == ("mailNickname", "noSuchName", "targetAddress")
    assert directory.statistics.skipped.get("referral", 0) > 0


@pytest.mark.usefixtures("over")
def test_identity(shared_dc: DomainController, connect: Connect) -> None:
    identity = connect(shared_dc, domains=("contoso.local",)).identity()
    assert identity["server"] == "dc1.contoso.local"
    assert identity["domain"] == identity["forest"] == identity["domains"] == "contoso.local"
    assert identity["domain_guid"] == shared_dc.forest.domain_guid
    assert identity["domain_sid"] == shared_dc.forest.sid
    assert int(identity["highest_usn"]) <= client.highest_usn(shared_dc)
    assert len(identity["invocation_id"]) == 36


# The audit over LDAP and over LDIF


def _findings(directory: Directory, option_set: str, own_guid: t.Collection[str]) -> dict[tuple[t.Any, ...], str]:
    """Return all findings, whole, by object, rule, attribute and value.

    Args:
        directory: what is audited.
        option_set: by which options of the labels.
        own_guid: objects that every domain controller is born with, so that their GUIDs say nothing.
    """

    def nameless(item: dict[str, t.Any]) -> dict[str, t.Any]:
        return {**item, "guid": None} if item["dn"] in own_guid else item

    snapshot = Snapshot(None)
    run_audit(directory, options_of(labels()["option_sets"][option_set]), snapshot)
    rows: dict[tuple[t.Any, ...], str] = {}
    for _number, finding in read_findings(snapshot):
        row = finding_as_dict(finding)
        dn = row["object"]["dn"]
        row["object"] = nameless(row["object"])
        row["holders"] = sorted((nameless(holder) for holder in row["holders"]), key=str)
        if dn in own_guid:
            row["fingerprint"] = None
        key = (dn, row["rule"], row["attribute"], row["value"])
        assert key not in rows
        rows[key] = json.dumps(row, sort_keys=True, ensure_ascii=False)
    snapshot.close()
    return rows


@pytest.fixture(scope="module")
def both_domains(module_lab: Lab) -> tuple[DomainController, DomainController]:
    """The two domains of the sample, with one account that both know by the same name."""
    root, child = module_lab.sample(), module_lab.sample(domain=1)
    account = f"CN=lab-audit,CN=Users,{child.forest.dn}"
    client.change(
        child,
        f"dn: {account}\nchangetype: modify\nreplace: userPrincipalName\n"
        f"userPrincipalName: lab-audit@{root.forest.domain}\n\n",
    )
    return root, child


@pytest.mark.usefixtures("over")
@pytest.mark.parametrize("option_set", sorted(labels()["option_sets"]))
def test_the_sample_has_the_same_findings(
    both_domains: tuple[DomainController, DomainController], connect: Connect, option_set: str
) -> None:
    root, child = both_domains
    reports = [DEFAULT_SAMPLE.report(one.layout.root) for one in both_domains]
    kept = {dn for report in reports for dn in report.kept}
    # What no domain controller holds, whoever writes it: the labels say so, or the loading showed it.
    not_loaded = set(DEFAULT_SAMPLE.ldif_only())
    for report in reports:
        not_loaded |= set(report.failed) | set(report.different)
    directory = connect(root, domain_controllers={child.forest.domain: child.address})
    over_ldap = _findings(directory, option_set, kept)
    over_ldif = _findings(LdifDirectory(str(DEFAULT_SAMPLE.objects)), option_set, kept)
    assert len(over_ldap) > 500
    differing = {key for key in over_ldap.keys() | over_ldif.keys() if over_ldap.get(key) != over_ldif.get(key)}
    assert {key for key in differing if key[0] not in not_loaded} == set()
    assert len(differing) <= len(not_loaded)


@pytest.mark.usefixtures("over")
def test_an_export_of_the_same_domain_controller_reads_the_same(
    shared_dc: DomainController, connect: Connect, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    export = tmp_path / "export.ldif"
    with export.open("wb") as out:
        subprocess.run(
            [
                *("ldapsearch", "-x", "-LLL", "-H", shared_dc.url),
                *("-D", "Administrator@contoso.local", "-y", str(secret), "-E", "pr=1000/noprompt"),
                *("-b", CONTOSO.dn, "(objectClass=*)", *AUDIT_ATTRIBUTES, *COUNTED_ATTRIBUTES),
            ],
            env={"LDAPTLS_CACERT": str(shared_dc.layout.authority)},
            stdout=out,
            check=True,
        )
    # This account sees the class of every object; of an object without one nobody can tell what it is.
    directory = connect(shared_dc, username="Administrator@contoso.local")
    live = {entry.dn: (entry.attributes, entry.counts) for entry in directory.search(CONTOSO.dn, selection=WHOLE)}
    file = LdifDirectory(str(export))
    exported = {entry.dn: (entry.attributes, entry.counts) for entry in file.search(selection=WHOLE)}
    assert len(live) > 800
    assert live.keys() == exported.keys()
    for dn, held in live.items():
        assert held == exported[dn], dn


@pytest.mark.usefixtures("over")
def test_one_domain_of_two(both_domains: tuple[DomainController, DomainController], connect: Connect) -> None:
    root, child = both_domains
    controllers = {child.forest.domain: child.address}
    one = {entry.dn for entry in connect(root, domains=("contoso.local",)).search(selection=Selection(("cn",)))}
    two = {entry.dn for entry in connect(root, domain_controllers=controllers).search(selection=Selection(("cn",)))}
    assert not any(dn.endswith(child.forest.dn) for dn in one)
    assert any(dn.endswith(child.forest.dn) for dn in two)
    assert one < two
    directory = connect(root, domains=(child.forest.domain,), domain_controllers=controllers)
    below = list(directory.search(f"CN=Users,{child.forest.dn}", "one_level", Selection(("cn",)), "(objectClass=user)"))
    assert {entry.dn.partition(",")[2] for entry in below} == {f"CN=Users,{child.forest.dn}"}
