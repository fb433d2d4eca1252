# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start, stop and look at the lab from a shell."""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from . import accounts, image
from .controller import DomainController, environment
from .errors import LabError
from .factory import DEFAULT_SAMPLE, default_sample
from .forest import FORESTS, PASSWORD, Forest
from .sample import Sample


def main(arguments: list[str] | None = None) -> int:
    """Run a command of the lab; the result is an exit status."""
    parser = argparse.ArgumentParser(
        prog="lab", description="Samba as an Active Directory domain controller for tests."
    )
    parser.add_argument(
        "--instance", default="", metavar="NAME", help="one of several labs of this working copy, apart from the others"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="start the domain controllers of a sample directory, or an empty forest")
    start.add_argument("--sample", type=Path, default=DEFAULT_SAMPLE.objects, help="LDIF file (default: %(default)s)")
    start.add_argument("--labels", type=Path, help="its labels")
    start.add_argument("--empty", choices=sorted(FORESTS), help="start an empty forest instead of a sample")
    start.add_argument("--model", choices=("single", "standard"), default="single", help="Samba's process model")
    stop = commands.add_parser("stop", help="stop them and remove their files")
    log = commands.add_parser("log", help="show what Samba wrote")
    env = commands.add_parser("env", help="print variables that let a shell use the domain controllers by name")
    for command in (stop, log, env):
        command.add_argument("domain", nargs="?", help="DNS name of one domain (default: all of them)")
    commands.add_parser("status", help="show what runs")
    commands.add_parser("clean", help="stop everything and throw the images away")
    options = parser.parse_args(arguments)
    try:
        status = _run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    folder = _folder(options.instance)
    if options.command == "start":
        return _start(options, folder)
    if options.command == "status":
        running = _running(folder, None)
        for controller in running:
            print(f"{controller.forest.fqdn} on {controller.address}, process {controller.pid}")
        if not running:
            print("Nothing runs.")
        return 0 if running else 3
    if options.command == "clean":
        for controller in _running(folder, None):
            _stop(controller)
        shutil.rmtree(image.CACHE, ignore_errors=True)
        return 0
    chosen = _running(folder, options.domain)
    if options.command == "stop":
        for controller in chosen:
            _stop(controller)
        return 0
    if not chosen:
        raise LabError(
            f"No domain controller{' of ' + options.domain if options.domain else ''} runs: start the lab first."
        )
    if options.command == "env":
        for name, value in environment(chosen[0].layout.root / "etc", chosen).items():
            print(f"export {name}={shlex.quote(value)}")
        return 0
    for controller in chosen:
        sys.stdout.write(controller.log_text())
    return 0


def _start(options: argparse.Namespace, folder: Path) -> int:
    if options.empty:
        plan = [(FORESTS[options.empty], image.base)]
        started = [_bring_up(folder, forest, make(forest), options.model) for forest, make in plan]
    else:
        if options.sample == DEFAULT_SAMPLE.objects:
            directory = default_sample()
        elif options.sample.exists():
            directory = Sample(options.sample, options.labels)
        else:
            raise LabError(f"There is no file {options.sample}.")
        started = [_bring_up(folder, forest, directory.image(forest), options.model) for forest in directory.forests()]
    for controller in started:
        _describe(controller, options.instance)
    return 0


def _bring_up(folder: Path, forest: Forest, packed: Path, model: str) -> DomainController:
    root = folder / forest.domain
    there = DomainController.attach(root)
    if there is not None:
        return there
    shutil.rmtree(root, ignore_errors=True)
    return image.start(packed, forest, root, model="standard" if model == "standard" else "single")


def _describe(controller: DomainController, instance: str) -> None:
    forest = controller.forest
    authority = image.authority() / "ca.pem"
    print(f"{forest.fqdn} is ready on {controller.address} (LDAP 389, LDAPS 636), base {forest.dn}")
    print(f"  CA certificate  {authority}")
    for name, rights in accounts.rights().items():
        print(f"  account         {name}@{forest.domain}: {rights}")
    print(f"  password        {PASSWORD} (all of them)")
    arguments = (
        f"transport=ldap server={controller.address} ca_cert={authority} username={accounts.AUDIT}@{forest.domain}"
    )
    if not forest.root:
        print("  audit it with")
        print(f"    SYNCREADY_PASSWORD='{PASSWORD}' ansible localhost -m syncready.m365.audit_info -a \"{arguments}\"")
    which = f" --instance {shlex.quote(instance)}" if instance else ""
    print(f"  stop it with    {Path('scripts', 'lab')}{which} stop")


def _stop(controller: DomainController) -> None:
    controller.stop()
    shutil.rmtree(controller.layout.root, ignore_errors=True)
    print(f"{controller.forest.fqdn} on {controller.address} is stopped.")


def _running(folder: Path, domain: str | None) -> list[DomainController]:
    found = (DomainController.attach(path) for path in sorted(folder.glob("*")))
    return [c for c in found if c is not None and domain in (None, c.forest.domain)]


def _folder(instance: str) -> Path:
    """Return where an instance's running domain controllers are: short, because of Samba's sockets."""
    mark = hashlib.sha256(os.fsencode(f"{image.REPOSITORY}\0{instance}")).hexdigest()[:8]
    return Path(tempfile.gettempdir(), f"syncready-lab-{os.getuid()}", mark)
