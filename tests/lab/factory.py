# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Domain controllers for tests, each a fresh copy of an image, all of them gone at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
import typing as t
from pathlib import Path

from . import image, people, sample, slapd
from .controller import DomainController, Model
from .errors import LabError
from .forest import CONTOSO, Forest
from .slapd import Entries

DEFAULT_SAMPLE = sample.Sample(
    image.REPOSITORY / "demo" / "contoso.ldif",
    image.REPOSITORY / "tests" / "directories" / "contoso.labels.json",
)


class Lab:
    """Starts servers and stops them all.

    With the environment variable SYNCREADY_LAB_KEEP set, the directories of the servers (with their logs) stay.
    """

    def __init__(self) -> None:
        self._stops: list[t.Callable[[], None]] = []
        self._roots: list[Path] = []

    def empty(self, forest: Forest = CONTOSO, model: Model = "single") -> DomainController:
        """Start a domain controller with nothing in it but what every one has and the lab's accounts."""
        return self.from_image(image.base(forest), forest, model)

    def sample(
        self, directory: sample.Sample | None = None, domain: int = 0, model: Model = "single"
    ) -> DomainController:
        """Start a domain controller with a sample directory in it.

        Args:
            directory: the sample; None for the project's own.
            domain: which of its domains; 0 is the forest root.
            model: Samba's process model.
        """
        chosen = directory or default_sample()
        forest = chosen.forests()[domain]
        return self.from_image(chosen.image(forest), forest, model)

    def users(
        self, number: int, forest: Forest = CONTOSO, exchange: bool = True, model: Model = "single"
    ) -> DomainController:
        """Start a domain controller with made-up users in it. The first time takes 3 seconds for 1,000 of them."""
        kind = "users" if exchange else "plain-users"
        packed = sample.populated(f"{kind}-{number}", forest, lambda: people.users(forest, number, exchange))
        return self.from_image(packed, forest, model)

    def filled(
        self, name: str, entries: Entries, forest: Forest = CONTOSO, model: Model = "single"
    ) -> DomainController:
        """Start a domain controller with given objects in it; the name stands for them."""
        return self.from_image(sample.populated(name, forest, entries), forest, model)

    def openldap(
        self, number: int, forest: Forest = CONTOSO, entries: tuple[str, Entries] | None = None
    ) -> slapd.DirectoryServer:
        """Start an OpenLDAP server that looks like Active Directory.

        Args:
            number: how many made-up users are in it.
            forest: the domain that it pretends to serve.
            entries: what is in it instead, and a name for that.
        """
        name, content = entries or (f"users-{number}", lambda: people.users(forest, number))
        server = slapd.serve(slapd.packed(name, forest, content), forest, self._root())
        self._stops.append(server.stop)
        return server

    def from_image(self, packed: Path, forest: Forest, model: Model = "single") -> DomainController:
        """Start a domain controller from an image."""
        root = self._root()
        image.unpack(packed, root)
        controller = DomainController(forest, root, model)
        self._stops.append(controller.release)
        controller.start()
        return controller

    def close(self) -> None:
        """Stop everything and remove its files."""
        while self._stops:
            self._stops.pop()()
        while self._roots:
            root = self._roots.pop()
            if not os.environ.get("SYNCREADY_LAB_KEEP"):
                shutil.rmtree(root, ignore_errors=True)

    def _root(self) -> Path:
        # Not pytest's own temporary directories: their paths are too long for the sockets of Samba.
        root = Path(tempfile.mkdtemp(prefix="lab-dc-"))
        self._roots.append(root)
        return root


def default_sample() -> sample.Sample:
    """Return the project's sample directory.

    Raises:
        LabError: its files are not there.
    """
    for path in (DEFAULT_SAMPLE.objects, DEFAULT_SAMPLE.labels):
        if path is not None and not path.exists():
            raise LabError(f"The sample directory is missing: there is no {path}.")
    return DEFAULT_SAMPLE
