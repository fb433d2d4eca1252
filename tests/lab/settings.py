# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings files of a domain controller and of its clients."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

from .forest import Forest

_FOLDERS = ("etc", "run", "log", "cache", "ncalrpc", "winbind", "ntp", "private", "state", "tls")


@dataclass(frozen=True)
class Layout:
    """Where the files of one domain controller lie.

    Attributes:
        root: the directory that holds them all. Keep its path short: Samba makes sockets below it, whose paths
            may not be longer than 107 bytes.
    """

    root: Path

    @property
    def settings(self) -> Path:
        """Samba's settings."""
        return self.root / "etc" / "lab.conf"

    @property
    def kerberos(self) -> Path:
        """A krb5.conf for clients of this domain controller."""
        return self.root / "etc" / "krb5.conf"

    @property
    def hosts(self) -> Path:
        """A hosts file for clients of this domain controller."""
        return self.root / "etc" / "hosts"

    @property
    def authority(self) -> Path:
        """The certificate of the authority that signed the server's certificate."""
        return self.root / "tls" / "ca.pem"

    @property
    def log(self) -> Path:
        """What Samba wrote."""
        return self.root / "log" / "samba.log"

    def make(self) -> None:
        """Make the folders that are missing."""
        for name in _FOLDERS:
            (self.root / name).mkdir(parents=True, exist_ok=True)


def write(layout: Layout, forest: Forest, address: str) -> None:
    """Write the settings of a domain controller on a loopback address, and those of its clients."""
    layout.make()
    root = layout.root
    # Every path is named: nothing of Samba's is shared between domain controllers, or with one of the machine.
    # winbindd, drepl and dnsupdate are left out: no bind and no search needs them.
    layout.settings.write_text(
        f"""[global]
    netbios name = {forest.host.upper()}
    realm = {forest.realm}
    workgroup = {forest.netbios}
    server role = active directory domain controller
    server services = ldap, cldap, kdc
    interfaces = {address}/8
    bind interfaces only = yes
    disable netbios = yes
    binddns dir = {root}/state
    cache directory = {root}/cache
    lock directory = {root}
    private dir = {root}/private
    state directory = {root}/state
    pid directory = {root}/run
    ncalrpc dir = {root}/ncalrpc
    winbindd socket directory = {root}/winbind
    ntp signd socket directory = {root}/ntp
    log level = 1
    max log size = 0
    tls keyfile = {root}/tls/server.key
    tls certfile = {root}/tls/server.pem
    tls cafile = {root}/tls/ca.pem
    # Samba calls Kerberos over TLS "sign or seal are required" without this.
    ldap server require strong auth = allow_sasl_over_tls
    dsdb:schema update allowed = true
    # The lab's databases need not survive a power cut.
    ldb:nosync = true
"""
    )
    write_client(layout.kerberos, layout.hosts, [(forest, address)])


def write_client(kerberos: Path, hosts: Path, servers: t.Sequence[tuple[Forest, str]]) -> None:
    """Write a krb5.conf and a hosts file for a client of some domain controllers, given with their addresses."""
    realms = "".join(
        f"    {forest.realm} = {{\n        kdc = {address}\n        admin_server = {address}\n    }}\n"
        for forest, address in servers
    )
    domains = "".join(
        f"    .{forest.domain} = {forest.realm}\n    {forest.domain} = {forest.realm}\n" for forest, _other in servers
    )
    kerberos.write_text(
        f"""[libdefaults]
    default_realm = {servers[0][0].realm}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    rdns = false
    dns_canonicalize_hostname = false
[realms]
{realms}[domain_realm]
{domains}"""
    )
    lines = [f"{address} {forest.fqdn} {forest.domain}" for forest, address in servers]
    hosts.write_text("\n".join(["127.0.0.1 localhost", *lines]) + "\n")
