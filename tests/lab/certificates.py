# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate authority of the lab and certificates for its servers, made by openssl."""

from __future__ import annotations

import tempfile
from pathlib import Path

from .helper import command

ADDRESSES = tuple(f"127.0.0.{number}" for number in range(1, 41))
"""Loopback addresses that the lab uses; every certificate holds them all, so that an image fits each of them."""

_DAYS = "3650"


def authority(directory: Path, name: str = "Lab CA") -> None:
    """Write a new authority (``ca.pem`` and ``ca.key``) into a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    # RSA: it is what domain controllers have, and the only kind that was tried with Samba's TLS.
    command(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", _DAYS, "-subj", f"/CN={name}"]
        + ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        + ["-keyout", str(directory / "ca.key"), "-out", str(directory / "ca.pem")]
    )
    (directory / "ca.key").chmod(0o600)


def issue(
    authority_directory: Path, directory: Path, names: tuple[str, ...], addresses: tuple[str, ...] = ADDRESSES
) -> None:
    """Write ``server.pem``, ``server.key`` (mode 0600, as Samba demands) and a copy of ``ca.pem``.

    Args:
        authority_directory: where the authority is.
        directory: where the files go.
        names: DNS names; the first is the subject.
        addresses: IP addresses that the certificate is good for as well.
    """
    directory.mkdir(parents=True, exist_ok=True)
    alternatives = [f"DNS:{name}" for name in names] + [f"IP:{address}" for address in addresses]
    with tempfile.TemporaryDirectory() as folder:
        request, extensions = Path(folder, "server.csr"), Path(folder, "server.ext")
        extensions.write_text(
            f"subjectAltName={','.join(alternatives)}\n"
            "basicConstraints=CA:FALSE\n"
            "keyUsage=critical,digitalSignature,keyEncipherment\n"
            "extendedKeyUsage=serverAuth\n"
            "subjectKeyIdentifier=hash\n"
            "authorityKeyIdentifier=keyid\n"
        )
        command(
            ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={names[0]}"]
            + ["-keyout", str(directory / "server.key"), "-out", str(request)]
        )
        command(
            ["openssl", "x509", "-req", "-sha256", "-days", _DAYS, "-in", str(request), "-extfile", str(extensions)]
            + ["-CA", str(authority_directory / "ca.pem"), "-CAkey", str(authority_directory / "ca.key")]
            + ["-set_serial", str(int.from_bytes(names[0].encode()[:16], "big")), "-out", str(directory / "server.pem")]
        )
    (directory / "server.key").chmod(0o600)
    (directory / "ca.pem").write_bytes((authority_directory / "ca.pem").read_bytes())
