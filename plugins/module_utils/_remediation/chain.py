# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several stages of a plan come to on one object: every value that goes, with the value that takes its place."""

from __future__ import annotations

import typing as t

from .draft import Step

_PROXIES = "proxyAddresses"


class Chain:
    """Collects the steps of one object, stage by stage."""

    def __init__(self) -> None:
        self._single: dict[str, tuple[str | None, str | None]] = {}
        # The value that is there now, to the one that it was at first; None for one that was added.
        self._origins: dict[str, str | None] = {}
        self._removed: list[str] = []

    def add(self, steps: t.Iterable[Step]) -> None:
        """Take in the steps of the next stage."""
        listed = list(steps)
        # Values may change places, so everything goes before anything comes.
        origins: dict[str, str | None] = {}
        for attribute, old, new in listed:
            if attribute != _PROXIES:
                self._single[attribute] = (self._single.get(attribute, (old, None))[0], new)
                continue
            origin = self._origins.pop(old, old) if old is not None else None
            if new is not None:
                origins[new] = origin
            elif origin is not None:
                self._removed.append(origin)
        self._origins.update(origins)

    def steps(self) -> list[Step]:
        """Return what changes altogether."""
        found: list[Step] = [(name, old, new) for name, (old, new) in self._single.items() if old != new]
        found.extend((_PROXIES, old, new) for new, old in self._origins.items() if old is not None and old != new)
        found.extend((_PROXIES, old, None) for old in self._removed)
        found.extend((_PROXIES, None, new) for new, old in self._origins.items() if old is None)
        return found
