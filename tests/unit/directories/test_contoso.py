# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sample directory is what its generator makes, and its labels cover what they promise."""

from __future__ import annotations

import collections
import io
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.tests.directories import contoso, output
from ansible_collections.syncready.m365.tests.directories.labels import ALL_SETS, OUT_OF_SCOPE, RULES
from ansible_collections.syncready.m365.tests.directories.model import Forest
from ansible_collections.syncready.m365.tests.unit.directories.ldif_reader import read_ldif

Labels = dict[str, t.Any]

LABELS = Path(contoso.__file__).with_name("contoso.labels.json")
# Every bit up to 43 but the two that have no name.
RECIPIENT_TYPES = {1 << bit for bit in range(44)} - {1 << 26, 1 << 27}


def test_the_committed_objects_are_what_the_generator_makes(forest: Forest, committed_ldif: str) -> None:
    out = io.StringIO()
    output.write_ldif(forest, out, contoso.ABOUT)
    assert out.getvalue() == committed_ldif


def test_the_committed_labels_are_what_the_generator_makes(forest: Forest) -> None:
    out = io.StringIO()
    output.write_labels(forest, out)
    assert out.getvalue().encode("utf-8") == LABELS.read_bytes()


def test_two_builds_are_the_same(forest: Forest) -> None:
    again = contoso.build()
    assert [(item.dn, item.attributes, item.expected) for item in again.items] == [
        (item.dn, item.attributes, item.expected) for item in forest.items
    ]


def test_an_independent_reader_finds_every_value(forest: Forest, committed_ldif: str) -> None:
    entries = read_ldif(committed_ldif)
    kept = [item for item in forest.items if item.part == "main"]
    assert [dn for dn, _values in entries] == [item.dn for item in kept]
    for item, (_dn, values) in zip(kept, entries, strict=True):
        expected = {
            name: [v.encode() if isinstance(v, str) else v for v in given] for name, given in item.attributes.items()
        }
        assert values == expected, item.dn


def test_the_file_is_safe_and_folded(committed_ldif: str) -> None:
    lines = committed_ldif.split("\n")
    data = [line for line in lines if not line.startswith("#")]
    assert max(len(line) for line in data) <= 78
    assert all(line.isascii() and line.isprintable() for line in data)
    assert "\r" not in committed_ldif and lines[-2:] == ["", ""]


def test_identifiers_are_unique(forest: Forest) -> None:
    for attribute in ("objectGUID", "objectSid"):
        counts = collections.Counter(
            item.attributes[attribute][0] for item in forest.items if attribute in item.attributes
        )
        # The aliases of CN=Builtin have the same identifier in every domain.
        twins = {value for value, count in counts.items() if count > 1}
        assert all(attribute == "objectSid" and t.cast(bytes, value)[:2] == b"\x01\x02" for value in twins)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_has_a_label(rule: str, committed_labels: Labels) -> None:
    # A forest is there once, a group that is too large is big.
    once = rule == "group-too-large" or rule.startswith("forest-")
    assert _objects_with(rule, committed_labels) >= (1 if once else 2)


def test_every_set_of_options_changes_labels(committed_labels: Labels) -> None:
    assert set(committed_labels["option_sets"]) == set(ALL_SETS)
    for name in ALL_SETS:
        assert any(row["findings"].get(name) for row in committed_labels["objects"]), name


def test_labels_fit_their_objects(forest: Forest) -> None:
    names = {item.dn for item in forest.items}
    for item in forest.items:
        for label in item.expected:
            assert set(label.holders) <= names - {item.dn}
            shape = RULES[label.rule].shape
            assert (label.attribute is None) == (shape == "object")
            text = shape == "value" and label.value is not None and label.attribute in item.attributes
            if text and isinstance(item.attributes[label.attribute or ""][0], str):
                assert label.value in item.attributes[label.attribute or ""], (item.dn, label)


def test_treatments_and_labels_agree(forest: Forest) -> None:
    for item in forest.items:
        labels = [label for label in item.expected if "default" in label.sets]
        if item.treatment == "other":
            assert all(label.rule.startswith("forest-") for label in labels), item.dn
            continue
        assert not any(label.rule.startswith("forest-") for label in labels), item.dn
        if item.treatment == "left_out":
            assert len(labels) == 1 and labels[0].outcome == "not_synced", item.dn
        elif item.treatment != "judged":
            assert not labels, item.dn
        elif item.dn.endswith("," + OUT_OF_SCOPE):
            assert [label.rule for label in item.expected if "strict" in label.sets] == ["not-synced"], item.dn


def test_no_label_is_there_twice(forest: Forest) -> None:
    for item in forest.items:
        for name in ALL_SETS:
            labels = [(label.rule, label.attribute, label.value) for label in item.expected if name in label.sets]
            assert len(labels) == len(set(labels)), item.dn


def test_every_recipient_type_is_there(forest: Forest) -> None:
    name = "msExchRecipientTypeDetails"
    there = {int(item.text(name)) for item in forest.items if name in item.attributes}
    assert there >= RECIPIENT_TYPES


def test_every_row_of_the_mailbox_table_has_two_users(committed_labels: Labels) -> None:
    rows = collections.Counter(row["mailbox"]["row"] for row in committed_labels["objects"] if "mailbox" in row)
    assert sorted(rows) == list(range(1, 10)) and min(rows.values()) >= 2


def test_every_user_has_a_mailbox_label(forest: Forest) -> None:
    missing = [item.dn for item in forest.items if item.kind in ("user", "inetOrgPerson") and item.mailbox is None]
    judged = {item.dn for item in forest.items if item.treatment == "judged"}
    assert not judged & set(missing)


def test_a_note_is_a_finding_unless_the_target_has_its_own(forest: Forest) -> None:
    for item in forest.items:
        if item.mailbox is None or item.treatment != "judged":
            continue
        rules = {label.rule for label in item.expected}
        silent = any(rule.startswith("target-") and rule != "target-missing" for rule in rules)
        assert ("mailbox-inconsistent" in rules) == item.mailbox.noted or (item.mailbox.noted and silent), item.dn


def test_about_two_hundred_objects_are_healthy(forest: Forest) -> None:
    healthy = [item for item in forest.items if item.treatment == "judged" and not _default(item.expected)]
    faulty = [item for item in forest.items if item.expected]
    assert len(faulty) > 400
    assert len(healthy) >= 200


def _default(labels: t.Sequence[t.Any]) -> list[t.Any]:
    return [label for label in labels if "default" in label.sets]


def _objects_with(rule: str, labels: Labels) -> int:
    count = 0
    for row in labels["objects"]:
        findings = row["findings"]
        found = list(findings["default"])
        for name in ALL_SETS[1:]:
            found += findings.get(name, {}).get("added", [])
        count += any(finding["rule"] == rule for finding in found)
    return count
