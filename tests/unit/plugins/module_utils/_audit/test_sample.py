# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The labelled sample directory: every expected finding, and no other, at any severity."""

from __future__ import annotations

import functools
import json
import typing as t
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._model.finding import Finding
from ansible_collections.syncready.m365.plugins.module_utils._rules.catalogue import CATALOGUE
from ansible_collections.syncready.m365.tests.support.audits import audit, options_of

ROOT = Path(__file__).resolve().parents[5]
LABELS = ROOT / "tests" / "directories" / "contoso.labels.json"
SAMPLE = ROOT / "demo" / "contoso.ldif"

# What needs the tenant's side has no place in a directory.
NOT_IN_A_DIRECTORY = {"upn-differs-from-cloud"}
# A forest that has Exchange, a hybrid configuration and a routable suffix cannot lack them.
NOT_IN_THIS_FOREST = {"forest-non-routable-only", "forest-exchange-schema-missing", "forest-hybrid-missing"}

Line = tuple[t.Any, ...]


@functools.cache
def labels() -> dict[str, t.Any]:
    content: dict[str, t.Any] = json.loads(LABELS.read_text(encoding="utf-8"))
    return content


def _line(dn: str, label: dict[str, t.Any]) -> Line:
    holders = tuple(sorted(label.get("holders", ())))
    return (dn, *(label[key] for key in ("rule", "severity", "outcome", "attribute", "value")), holders)


def expected(option_set: str, part: str | None = None) -> Counter[Line]:
    lines: Counter[Line] = Counter()
    for item in labels()["objects"]:
        if item.get("part") != part:
            continue
        findings = item["findings"]
        lines.update(_line(item["dn"], label) for label in findings["default"])
        if option_set != "default" and option_set in findings:
            lines.subtract(_line(item["dn"], label) for label in findings[option_set]["removed"])
            lines.update(_line(item["dn"], label) for label in findings[option_set]["added"])
    assert min(lines.values(), default=0) >= 0
    return +lines


def found_lines(findings: list[Finding]) -> Counter[Line]:
    return Counter(
        (
            found.object.dn,
            found.rule,
            found.severity,
            found.outcome,
            found.attribute,
            found.value,
            tuple(sorted(holder.object.dn for holder in found.holders)),
        )
        for found in findings
        if found.object is not None
    )


@pytest.mark.parametrize("option_set", sorted(labels()["option_sets"]))
def test_sample_raises_what_its_labels_say(option_set: str) -> None:
    options = options_of(labels()["option_sets"][option_set])
    _summary, findings = audit(SAMPLE, options)
    found, wanted = found_lines(findings), expected(option_set)
    assert sorted((found - wanted).elements(), key=str) == []
    assert sorted((wanted - found).elements(), key=str) == []


def test_every_rule_is_raised_by_a_labelled_object() -> None:
    raised = {
        label["rule"]
        for item in labels()["objects"]
        for found in item["findings"].values()
        for label in (found if isinstance(found, list) else found["added"])
    }
    assert set(CATALOGUE) - raised == NOT_IN_A_DIRECTORY | NOT_IN_THIS_FOREST


def test_treatment_of_every_object_is_as_labelled() -> None:
    summary, _findings = audit(SAMPLE, options_of(labels()["option_sets"]["default"]))
    treatments = Counter(item["treatment"] for item in labels()["objects"] if item.get("part") is None)
    assert summary.judged == treatments["judged"]
    assert sum(summary.left_out.values()) == treatments["left_out"]
    assert sum(summary.skipped.values()) == treatments["system"] + treatments["addresses_only"]
