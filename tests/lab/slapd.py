# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenLDAP dressed as Active Directory: a fast server for measurements, where Samba would be the slowest part."""

from __future__ import annotations

import socket
import subprocess
import time
import typing as t
from pathlib import Path

from . import certificates, image, ldif, packages, ready, slapd_schema
from .errors import LabError
from .forest import PASSWORD, Forest
from .helper import command

Entries = t.Callable[[], t.Iterable[ldif.Entry]]

ADMINISTRATOR = "CN=lab-admin"
LIMITED = "CN=lab-limited"
"""An account that gets 1,000 entries a search at most without paging, and pages of 1,000 at most."""

_MODULES = "/usr/lib/ldap"


class DirectoryServer:
    """A slapd with TLS on ports of its own.

    Attributes:
        forest: the domain it pretends to serve.
        root: directory of its files.
    """

    def __init__(self, forest: Forest, root: Path) -> None:
        self.forest = forest
        self.root = root
        self.port, self.tls_port = 0, 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """LDAPS by address."""
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def plain_url(self) -> str:
        """LDAP without TLS, by address."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def administrator(self) -> str:
        """DN to bind with; the password is that of the lab."""
        return f"{ADMINISTRATOR},{self.forest.dn}"

    @property
    def limited(self) -> str:
        """DN of the account with limits."""
        return f"{LIMITED},{self.forest.dn}"

    @property
    def authority(self) -> Path:
        """The certificate of the authority."""
        return self.root / "tls" / "ca.pem"

    def start(self, timeout: float = 30) -> None:
        """Start it and wait until it answers.

        Raises:
            LabError: it does not.
        """
        self.port, self.tls_port = _free_ports(2)
        write_settings(self.root, self.forest)
        log = (self.root / "slapd.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                ["slapd", "-d", "0", "-f", str(self.root / "slapd.conf"), "-h", f"{self.plain_url}/ {self.url}/"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                start_new_session=True,
            )
        end = time.monotonic() + timeout
        while not ready.is_ready("127.0.0.1", self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise LabError(
                    f"slapd did not start: {(self.root / 'slapd.log').read_text()[-300:] or 'it said nothing'}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """End it; further calls do nothing."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None


def packed(name: str, forest: Forest, entries: Entries) -> Path:
    """Return the image of a filled server, built if need be.

    Args:
        name: names the content: another content needs another name.
        forest: the domain it pretends to serve.
        entries: gives the objects, parents first, without the domain itself and its configuration. Attributes that
            the schema lacks are left out.
    """
    packages.ensure()
    files = ("slapd.py", "slapd_schema.py", "exchange/*.py", "ldif.py", "certificates.py")
    authority = (image.authority() / "ca.pem").read_text()
    key = image.digest(name, forest.domain, authority, files=files)
    return image.build(f"slapd-{name}-{key}", lambda root: _fill(root, forest, entries))


def serve(packed_image: Path, forest: Forest, root: Path) -> DirectoryServer:
    """Unpack an image into an empty directory and start a server on it."""
    image.unpack(packed_image, root)
    server = DirectoryServer(forest, root)
    server.start()
    return server


def write_settings(root: Path, forest: Forest) -> None:
    """Write slapd.conf, the schema and the root DSE."""
    (root / "ad.schema").write_text(slapd_schema.text())
    # OpenLDAP shows an attribute by the first of its names; Active Directory calls this one by the second.
    core = Path("/etc/ldap/schema/core.schema").read_text(encoding="utf-8")
    core = core.replace("'street' 'streetAddress'", "'streetAddress' 'street'")
    (root / "core.schema").write_text(core, encoding="utf-8")
    base = forest.dn
    server = f"CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,{forest.configuration_dn}"
    (root / "rootdse.ldif").write_text(
        "dn:\n"
        "objectClass: top\n"
        "objectClass: extensibleObject\n"
        f"defaultNamingContext: {base}\n"
        f"rootDomainNamingContext: {forest.root_dn}\n"
        f"configurationNamingContext: {forest.configuration_dn}\n"
        f"schemaNamingContext: {forest.schema_dn}\n"
        f"dnsHostName: {forest.fqdn}\n"
        f"dsServiceName: CN=NTDS Settings,{server}\n"
        f"serverName: {server}\n"
        "highestCommittedUSN: 1000000\n"
        "domainFunctionality: 7\n"
        "forestFunctionality: 7\n"
        "domainControllerFunctionality: 7\n"
        "isSynchronized: TRUE\n"
        "isGlobalCatalogReady: TRUE\n"
    )
    (root / "slapd.conf").write_text(
        f"""include {root}/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include {root}/ad.schema
rootDSE {root}/rootdse.ldif
modulepath {_MODULES}
moduleload back_mdb
pidfile {root}/slapd.pid
argsfile {root}/slapd.args
TLSCACertificateFile {root}/tls/ca.pem
TLSCertificateFile {root}/tls/server.pem
TLSCertificateKeyFile {root}/tls/server.key
threads 4
tool-threads 2
sizelimit unlimited
timelimit unlimited
database mdb
maxsize 8589934592
suffix "{base}"
rootdn "{ADMINISTRATOR},{base}"
rootpw {PASSWORD}
directory {root}/db
dbnosync
index objectClass eq
index sAMAccountName,userPrincipalName,mail,proxyAddresses eq
limits dn.exact="{LIMITED},{base}" size.soft=1000 size.hard=1000 size.pr=1000 size.prtotal=unlimited
"""
    )


def _fill(root: Path, forest: Forest, entries: Entries) -> None:
    (root / "db").mkdir()
    certificates.issue(image.authority(), root / "tls", ("localhost", forest.fqdn))
    write_settings(root, forest)
    source = root / "objects.ldif"
    with source.open("w", encoding="utf-8") as out:
        for dn, attributes in _frame(forest):
            _write(out, dn, attributes)
        known = slapd_schema.known()
        for dn, attributes in entries():
            _write(out, dn, {name: values for name, values in attributes.items() if name.lower() in known})
    # -s: the objects of a directory that breaks OpenLDAP's own rules (a person without sn) are wanted all the same.
    command(["slapadd", "-q", "-s", "-f", str(root / "slapd.conf"), "-l", str(source)])
    source.unlink()


def _frame(forest: Forest) -> t.Iterator[ldif.Entry]:
    """Yield the domain, the two accounts' entries, and as much of a configuration as a client looks for."""
    base, partitions = forest.dn, f"CN=Partitions,{forest.configuration_dn}"
    rows: list[tuple[str, dict[str, list[str]]]] = [
        (base, {"objectClass": ["top", "domain", "domainDNS"], "dc": [forest.domain.partition(".")[0]]}),
        (
            f"{LIMITED},{base}",
            {"objectClass": ["person"], "cn": ["lab-limited"], "sn": ["x"], "userPassword": [PASSWORD]},
        ),
        (forest.configuration_dn, {"objectClass": ["top", "configuration"], "cn": ["Configuration"]}),
        (
            partitions,
            {"objectClass": ["top", "crossRefContainer"], "cn": ["Partitions"], "uPNSuffixes": ["contoso.com"]},
        ),
        (
            f"CN={forest.netbios},{partitions}",
            {
                "objectClass": ["top", "crossRef"],
                "cn": [forest.netbios],
                "nCName": [base],
                "dnsRoot": [forest.domain],
                "nETBIOSName": [forest.netbios],
                "systemFlags": ["3"],
            },
        ),
        (f"CN=Services,{forest.configuration_dn}", {"objectClass": ["top", "container"], "cn": ["Services"]}),
    ]
    for dn, attributes in rows:
        yield dn, {name: [value.encode() for value in values] for name, values in attributes.items()}


def _write(out: t.TextIO, dn: str, attributes: ldif.Attributes) -> None:
    lines = [ldif.line("dn", dn)]
    lines += [ldif.line(name, value) for name, values in attributes.items() for value in values]
    out.write("\n".join(lines) + "\n\n")


def _free_ports(number: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _turn in range(number)]
    try:
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
