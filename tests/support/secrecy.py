# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks for passwords where they must not be: in the list of processes, in output and events, in files."""

from __future__ import annotations

import base64
import json
import re
import threading
import typing as t
from pathlib import Path

from .playbooks import Run


def command_lines() -> t.Iterator[bytes]:
    """Yield the arguments of every process that runs."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield file.read_bytes()
        except OSError:
            continue  # it has ended meanwhile


class Watch:
    """Looks at the arguments of all processes, again and again, while the context lasts.

    Attributes:
        leaks: the passwords that were seen there.
        seen: the modules of Ansible that were seen there (``AnsiballZ_audit_info``): it did look.
    """

    def __init__(self, *secrets: str) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self.leaks: set[str] = set()
        self.seen: set[str] = set()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def _work(self) -> None:
        while not self._end.wait(0.01):
            for line in command_lines():
                self.seen.update(name.decode() for name in re.findall(rb"AnsiballZ_\w+", line))
                self.leaks.update(secret.decode() for secret in self._secrets if secret in line)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def forms_of(*secrets: str) -> list[bytes]:
    """Return the forms in which passwords might be written."""
    plain = [secret.encode(form) for secret in secrets for form in ("utf-8", "utf-16-le")]
    escaped = [json.dumps(secret)[1:-1].encode() for secret in secrets]
    return [*plain, *escaped, *(base64.b64encode(form) for form in plain)]


def files_with(folder: Path, forms: t.Iterable[bytes], at_least: int = 20) -> list[Path]:
    """Return the files below a folder that hold one of the forms.

    Raises:
        AssertionError: there are fewer files than there should be.
    """
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= at_least
    return [path for path in files if any(form in path.read_bytes() for form in forms)]


def assert_unsaid(run: Run, *secrets: str) -> None:
    """Make sure that no password is in what a run printed, or in its events."""
    for text in (run.stdout, json.dumps(run.events, ensure_ascii=False)):
        for secret in secrets:
            assert secret not in text
