# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate authority of the lab and a certificate for a domain controller, made by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .errors import LabError

ADDRESSES = tuple(f"127.0.0.{number}" for number in range(1, 41))
"""Loopback addresses that the lab uses; every certificate holds them all, so that an image fits each of them."""

_DAYS = "3650"


def make(directory: Path, names: tuple[str, ...]) -> None:
    """Write ``ca.pem``, ``server.pem`` and ``server.key`` (mode 0600, as Samba demands) into a directory.

    The certificate holds the given DNS names, ``localhost`` and the loopback addresses of the lab. The key of
    the authority is thrown away: nothing else is ever to be signed by it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    authority_key = directory / "ca.key"
    request = directory / "server.csr"
    extensions = directory / "server.ext"
    alternatives = [f"DNS:{name}" for name in (*names, "localhost")] + [f"IP:{address}" for address in ADDRESSES]
    extensions.write_text(
        f"subjectAltName={','.join(alternatives)}\n"
        "basicConstraints=CA:FALSE\n"
        "keyUsage=critical,digitalSignature,keyEncipherment\n"
        "extendedKeyUsage=serverAuth\n"
        "subjectKeyIdentifier=hash\n"
        "authorityKeyIdentifier=keyid\n"
    )
    # RSA: it is what domain controllers have, and the only kind that was tried with Samba's TLS.
    _openssl(
        ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", _DAYS, "-subj", f"/CN=Lab CA of {names[-1]}"]
        + ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        + ["-keyout", str(authority_key), "-out", str(directory / "ca.pem")]
    )
    _openssl(
        ["req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={names[0]}"]
        + ["-keyout", str(directory / "server.key"), "-out", str(request)]
    )
    _openssl(
        ["x509", "-req", "-sha256", "-days", _DAYS, "-in", str(request), "-extfile", str(extensions)]
        + ["-CA", str(directory / "ca.pem"), "-CAkey", str(authority_key), "-CAcreateserial"]
        + ["-out", str(directory / "server.pem")]
    )
    (directory / "server.key").chmod(0o600)
    for path in (authority_key, request, extensions, directory / "ca.srl"):
        path.unlink(missing_ok=True)


def _openssl(arguments: list[str]) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"openssl {arguments[0]} failed: {done.stderr.strip()}")
