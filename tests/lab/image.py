# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Golden images: a domain controller is built once, packed, and from then on copied within a second."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import typing as t
from dataclasses import asdict
from pathlib import Path

from . import accounts, certificates, packages, settings
from .controller import DomainController, Model
from .errors import LabError
from .exchange import schema
from .forest import PASSWORD, Forest
from .helper import command, offline

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("SYNCREADY_LAB_CACHE") or REPOSITORY / "build" / "lab").absolute()

# Whatever decides what an image holds. A change to one of these files makes new images.
_INPUTS = (
    "forest.py",
    "certificates.py",
    "settings.py",
    "image.py",
    "accounts.py",
    "offline/provision.py",
    "offline/schema.py",
    "offline/access.py",
    "exchange/*.py",
)


def digest(*parts: object, files: t.Iterable[str] = ()) -> str:
    """Return a short name for everything that an image depends on: given values, files of the lab, Samba's version."""
    here = Path(__file__).resolve().parent
    total = hashlib.sha256()
    total.update(samba_version().encode())
    for part in parts:
        total.update(json.dumps(part, sort_keys=True, default=str).encode())
    for pattern in files:
        for path in sorted(here.glob(pattern)):
            total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()[:16]


def samba_version() -> str:
    """Return Samba's version as it names itself."""
    return command(["/usr/sbin/samba", "--version"]).strip()


def base(forest: Forest) -> Path:
    """Return the image of an empty forest (with Exchange's schema where it has one), built if need be."""
    packages.ensure()
    authority_text = (authority() / "ca.pem").read_text()
    name = f"{forest.domain}-{digest(asdict(forest), PASSWORD, authority_text, files=_INPUTS)}"
    return build(name, lambda root: _provision(forest, root))


def authority() -> Path:
    """Return the directory of the authority that all servers of the lab have their certificates from."""
    directory = CACHE / "authority"
    prepare()
    with _exclusive(CACHE / "authority.lock"):
        if not (directory / "ca.pem").exists():
            with short_directory("authority") as made:
                certificates.authority(made)
                shutil.copytree(made, directory)
    return directory


def prepare() -> None:
    """Make the folder of the cache. It keeps itself out of version control, wherever it is."""
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")


def build(name: str, make: t.Callable[[Path], None]) -> Path:
    """Return the packed image of that name, made by a function that fills a directory, if it is not there yet.

    Several processes may ask for the same image at once: one builds, the others wait.
    """
    prepare()
    image = CACHE / f"{name}.tar"
    if image.exists():
        return image
    with _exclusive(CACHE / f"{name}.lock"):
        if image.exists():
            return image
        with short_directory("build") as root:
            make(root)
            _forget_runtime(root)
            unfinished = image.with_suffix(f".{os.getpid()}")
            command(["tar", "--create", "--sparse", "--file", str(unfinished), "--directory", str(root), "."])
            unfinished.rename(image)
    return image


def unpack(image: Path, root: Path) -> None:
    """Unpack an image into a directory."""
    root.mkdir(parents=True, exist_ok=True)
    command(["tar", "--extract", "--file", str(image), "--directory", str(root)])


def start(
    image: Path, forest: Forest, root: Path, address: str | None = None, model: Model = "single"
) -> DomainController:
    """Unpack an image, start a domain controller on it, and return it when it is ready."""
    unpack(image, root)
    controller = DomainController(forest, root, model)
    controller.start(address)
    return controller


@contextlib.contextmanager
def short_directory(purpose: str) -> t.Iterator[Path]:
    """Give a fresh directory with a short path, and remove it at the end."""
    root = Path(tempfile.mkdtemp(prefix=f"lab-{purpose}-"))
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _provision(forest: Forest, root: Path) -> None:
    offline(
        "provision",
        {
            "directory": str(root),
            "realm": forest.realm,
            "netbios": forest.netbios,
            "host": forest.host,
            "sid": forest.sid,
            "guid": forest.domain_guid,
            "password": PASSWORD,
            "root_dn": forest.root_dn,
            "configuration_dn": forest.configuration_dn,
            "schema_dn": forest.schema_dn,
        },
    )
    layout = settings.Layout(root)
    certificates.issue(authority(), root / "tls", (forest.fqdn, forest.domain, "localhost"))
    settings.write(layout, forest, "127.0.0.1")
    if forest.exchange:
        offline("schema", {"directory": str(root), "steps": schema.steps(forest.schema_dn)})
    controller = DomainController(forest, root)
    controller.start()
    try:
        # Samba's DNS update service does this elsewhere: without it the LDAP service has no Kerberos name.
        _service_names(controller)
        accounts.create(controller)
    finally:
        controller.release()


def _service_names(controller: DomainController) -> None:
    done = subprocess.run(
        ["samba_spnupdate", "-s", str(controller.layout.settings)],
        env={**os.environ, **controller.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LabError(f"samba_spnupdate failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")


def _forget_runtime(root: Path) -> None:
    """Remove what belongs to one run: logs, process ids, sockets, lock files of the databases."""
    for name in ("run", "log", "cache", "ncalrpc", "winbind", "ntp"):
        shutil.rmtree(root / name, ignore_errors=True)
    for path in [*root.rglob("*.ldb-lock"), root / "lab.json"]:
        path.unlink(missing_ok=True)
    for path in root.rglob("*"):
        if path.is_socket():
            path.unlink()


@contextlib.contextmanager
def _exclusive(path: Path) -> t.Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
