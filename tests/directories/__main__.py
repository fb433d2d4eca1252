# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command line: ``python -m tests.directories contoso --ldif FILE --labels FILE``, from the root of the repository."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import contoso, output


def main(arguments: list[str] | None = None) -> int:
    """Write what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.directories", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    sample = commands.add_parser("contoso", help="the labelled sample directory")
    sample.add_argument("--ldif", type=Path, help="file for the objects")
    sample.add_argument("--labels", type=Path, help="file for the labels")
    sample.add_argument("--large", type=Path, help="file for the groups that are too large to keep")
    options = parser.parse_args(arguments)
    forest = contoso.build()
    if options.ldif:
        with options.ldif.open("w", encoding="utf-8", newline="\n") as out:
            count = output.write_ldif(forest, out, contoso.ABOUT)
        sys.stderr.write(f"{options.ldif}: {count} objects\n")
    if options.labels:
        with options.labels.open("w", encoding="utf-8", newline="\n") as out:
            output.write_labels(forest, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
