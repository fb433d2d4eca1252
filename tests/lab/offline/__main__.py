# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run one part: a job comes in as JSON on standard input, its result goes out as JSON on standard output."""

from __future__ import annotations

import json
import os
import sys
import typing as t

from . import access, load, provision, raw, schema

PARTS: dict[str, t.Callable[[dict[str, t.Any]], dict[str, t.Any]]] = {
    "provision": provision.run,
    "schema": schema.run,
    "load": load.run,
    "raw": raw.run,
    "access": access.run,
}


def main() -> int:
    """Do the job that standard input describes; errors go to standard error as one line."""
    part = PARTS[sys.argv[1]]
    job = json.load(sys.stdin)
    # Samba's libraries print what they please on standard output: only our answer may go there.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        result = part(job)
    except Exception as error:
        print(f"\n{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    json.dump(result, answer)
    answer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
