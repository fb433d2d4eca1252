# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command line, from the root of the repository: ``python -m tests.directories contoso --ldif FILE --labels FILE``."""

from __future__ import annotations

import argparse
import sys
import typing as t
from pathlib import Path

from . import contoso, healthy, output, volume


def _open(path: Path) -> t.TextIO:
    return path.open("w", encoding="utf-8", newline="\n")


def _contoso(options: argparse.Namespace) -> None:
    forest = contoso.build()
    if options.ldif:
        with _open(options.ldif) as out:
            _say(options.ldif, output.write_ldif(forest, out, contoso.ABOUT))
    if options.large:
        with _open(options.large) as out:
            _say(options.large, output.write_ldif(forest, out, contoso.ABOUT_LARGE, "large"))
    if options.labels:
        with _open(options.labels) as out:
            output.write_labels(forest, out)


def _healthy(options: argparse.Namespace) -> None:
    with _open(options.ldif) as out:
        _say(options.ldif, output.write_ldif(healthy.build(options.count), out, healthy.ABOUT))


def _volume(options: argparse.Namespace) -> None:
    with _open(options.ldif) as out:
        faulty = volume.write(out, options.count, options.faulty, options.address_list, options.on_premises)
    sys.stderr.write(f"{options.ldif}: {options.count} users, {faulty} of them faulty\n")


def _say(path: Path, count: int) -> None:
    sys.stderr.write(f"{path}: {count} objects\n")


def main(arguments: list[str] | None = None) -> int:
    """Write what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.directories", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("contoso", help="the labelled sample directory")
    command.add_argument("--ldif", type=Path, help="file for the objects")
    command.add_argument("--labels", type=Path, help="file for the labels")
    command.add_argument("--large", type=Path, help="file for the groups that are too large to keep (22 MB)")
    command.set_defaults(run=_contoso)
    command = commands.add_parser("healthy", help="a healthy hybrid directory")
    command.add_argument("--ldif", type=Path, required=True, help="file for the objects")
    command.add_argument("--count", type=int, default=2000, help="number of objects (default: 2000)")
    command.set_defaults(run=_healthy)
    command = commands.add_parser("volume", help="a directory of any size, for measurements")
    command.add_argument("--ldif", type=Path, required=True, help="file for the objects")
    command.add_argument("--count", type=int, default=200_000, help="number of users (default: 200000)")
    command.add_argument("--faulty", type=float, default=0.01, help="share of faulty users (default: 0.01)")
    command.add_argument("--address-list", action="store_true", help="fill the attributes of the address list, too")
    command.add_argument("--on-premises", action="store_true", help="two of three mailboxes in databases on premises")
    command.set_defaults(run=_volume)
    options = parser.parse_args(arguments)
    options.run(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
