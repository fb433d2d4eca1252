# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way through: directory, entries, rules, snapshot, set-based rules, findings."""

from __future__ import annotations

import time
import typing as t

from .._directory.interface import Directory
from .._model.finding import Finding
from .._rules.forest import judge_forest
from .._rules.judge import judge
from .._rules.options import RuleOptions
from .._rules.population import Population
from .._rules.subject import Subject
from .._rules.upn import judge_upn
from . import across, forest_facts
from .forest import Forest
from .options import AuditOptions
from .reading import read_objects, read_topology
from .recorder import Recorder
from .scope import Scopes, members_of
from .settle import settle
from .snapshot import Snapshot
from .summary import Summary, summarise
from .unique import Uniqueness


class Observer(t.Protocol):
    """Sees every object of a scan beside the recorder.

    Attributes:
        attributes: names of the attributes that it needs.
    """

    attributes: tuple[str, ...]

    def observe(self, oid: int, subject: Subject, population: Population) -> None:
        """Look at an object, whose number in the snapshot is ``oid``."""


def run_audit(directory: Directory, options: AuditOptions, snapshot: Snapshot) -> Summary:
    """Read a directory, apply all rules, and leave the findings in the snapshot.

    Args:
        directory: an open directory; it is read only.
        options: the user's choices.
        snapshot: takes objects and findings; it is finished (complete and consistent) on return.

    Returns:
        What was read and found, in numbers.

    Raises:
        DirectoryError: not everything could be read. Nothing in the snapshot may then be used.
        OutputError: the snapshot could not be written.
    """
    started = time.monotonic()
    licence = options.licence_scope
    members = members_of(directory, licence.groups) if licence and licence.groups else frozenset()
    scopes = Scopes(options.sync_scope, licence, members)
    rules = options.rules
    snapshot.forest = forest = scan(directory, rules, scopes, snapshot)
    topology = read_topology(directory, forest)
    scanned = time.monotonic()

    across.leave_out_late(snapshot, forest)
    across.judge_suffixes(snapshot, forest)
    Uniqueness(snapshot, rules).run()
    across.escalate_missing_upns(snapshot)
    across.judge_anchors(snapshot)
    across.judge_mailboxes(snapshot, forest)
    across.judge_differences(snapshot)
    facts = forest_facts.forest_facts(topology, forest, directory, options.other_forests)
    forest_facts.record(snapshot, judge_forest(facts, rules.domains, rules.minimum_exchange_build))
    waivers = settle(snapshot, options)

    summary = summarise(snapshot, directory, waivers)
    summary.scan_seconds = round(scanned - started, 2)
    summary.seconds = round(time.monotonic() - started, 2)
    snapshot.write_meta("source", directory.identity())
    snapshot.write_meta("registered_suffixes", forest.registered_suffixes)
    snapshot.write_meta("summary", summary.as_dict())
    snapshot.finish()
    return summary


def scan(
    directory: Directory,
    rules: RuleOptions,
    scopes: Scopes,
    snapshot: Snapshot,
    *,
    judging: bool = True,
    observer: Observer | None = None,
) -> Forest:
    """Read every object once and write it into the snapshot.

    Args:
        directory: an open directory.
        rules: the options of the rules.
        scopes: which objects are synchronized, and who gets a licence.
        snapshot: takes the objects, and what is compared and judged.
        judging: whether to apply the rules. Without them only ``objects``, ``mailboxes`` and ``waiting`` are filled.
        observer: sees each object too.

    Returns:
        What the other objects tell about the forest.

    Raises:
        DirectoryError: not everything could be read.
        OutputError: the snapshot could not be written.
    """
    forest = Forest()
    recorder = Recorder(snapshot, rules, judging=judging)
    extra = [rules.sign_in_attribute, *_gal_names(rules)]
    if observer is not None:
        extra += observer.attributes
    for subject, population, place in read_objects(directory, rules, scopes, forest, extra):
        findings: list[Finding] = []
        if judging and population.standing == "judged":
            subject.in_licence_scope = scopes.in_licence_scope(subject, place)
            findings = judge(subject, rules)
        elif judging and population.standing == "left_out" and subject.is_person:
            # Whether its sign-in name is valid matters to a twin; its findings do not.
            judge_upn(subject, rules, [])
        oid = recorder.record(subject, population, place, findings)
        if observer is not None:
            observer.observe(oid, subject, population)
    return forest


def _gal_names(rules: RuleOptions) -> t.Iterator[str]:
    for name in rules.gal_attributes:
        yield from name.split("|")
