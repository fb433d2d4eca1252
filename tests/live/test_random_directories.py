# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random directories with hundreds of faults and collisions on a domain controller: one pass, and the way back."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._directory.ldap import LdapDirectory
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding
from ansible_collections.syncready.m365.plugins.module_utils._remediation.policies import Policies
from ansible_collections.syncready.m365.plugins.module_utils._remediation.propose import Proposals
from ansible_collections.syncready.m365.tests.lab import dump
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import CONTOSO
from ansible_collections.syncready.m365.tests.support import applying, directories, remedies
from ansible_collections.syncready.m365.tests.support.applying import apply, counts, roll_back, state_dir

MOST = dataclasses.replace(remedies.ALL, align_upn_with="mail", duplicate_winner=("oldest",), display_name_from="cn")


def _start(lab: Lab, people: list[dict[str, t.Any]]) -> tuple[DomainController, dict[str, list[str]]]:
    """Start a domain controller with people in it; return which values were written past its checks, by DN."""
    entries = directories.objects(CONTOSO, people)
    digest = hashlib.sha256(repr(entries).encode("utf-8")).hexdigest()[:12]
    dc = lab.filled(f"random-{digest}", lambda: entries)
    report = json.loads((dc.layout.root / "sample.json").read_text(encoding="utf-8"))
    assert report["failed"] == {}
    assert report["objects"] == len(entries)
    return dc, report["refused"]


def _look(dc: DomainController, policies: Policies) -> tuple[list[Finding], Proposals]:
    directory = LdapDirectory(applying.options(dc))
    try:
        return remedies.look(directory, policies)
    finally:
        directory.close()


@pytest.mark.parametrize(
    ("seed", "number", "policies", "refused"),
    [(1, 300, remedies.ALL, False), (2, 250, MOST, False), (3, 200, remedies.ALL, True)],
)
def test_one_pass_converges_and_the_way_back_is_exact(
    own_lab: Lab, tmp_path: Path, seed: int, number: int, policies: Policies, refused: bool
) -> None:
    dc, past_checks = _start(own_lab, directories.crowd(number, seed, refused=refused))
    assert bool(past_checks) == refused
    whole = dump.take(dc)
    before, proposals = _look(dc, policies)
    promised = {fingerprint for row in proposals.rows for fingerprint in row.fingerprints}
    assert len(before) > 4 * number
    assert proposals.objects > number // 5

    state = state_dir(tmp_path)
    done = apply(dc, proposals.rows, state)
    assert counts(done) == {"changed": proposals.objects}
    after, second = _look(dc, policies)
    assert promised <= {found.fingerprint for found in before}
    assert not promised & {found.fingerprint for found in after}
    assert remedies.broken(after) - remedies.broken(before) == {}
    assert second.rows == []

    assert done.journal is not None
    undone = roll_back(dc, done.journal, state)
    left = {dn: set(names) for dn, names in dump.differences(whole, dump.take(dc)).items()}
    if not refused:
        assert counts(undone) == {"changed": proposals.objects}
        assert left == {}
        return
    # What the domain controller never took, it does not take back; nor does anybody get what such an object keeps. All
    # of them are named, with exactly what differs; everybody else is as before.
    told = {
        one.object.dn: {change.attribute.lower() for change in one.changes}
        for one in undone.report.outcomes.values()
        if one.state not in ("changed", "unchanged")
    }
    assert counts(undone)["changed"] == proposals.objects - len(told)
    assert set(left) == set(told)
    assert all(names == told[dn] for dn, names in left.items() if told[dn])
