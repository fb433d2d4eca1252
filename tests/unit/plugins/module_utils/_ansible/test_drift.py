# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audits that are compared with earlier ones: what is new, gone, known, waived, reverted; thresholds; reports without names."""

from __future__ import annotations

import contextlib
import csv
import datetime
import json
import os
import re
import stat
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible.audit_drift import EarlierRuns
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import Failure
from ansible_collections.syncready.m365.plugins.module_utils._audit.runs import Run, Runs
from ansible_collections.syncready.m365.plugins.module_utils._audit.snapshot import Snapshot
from ansible_collections.syncready.m365.plugins.module_utils._directory.interface import Modification
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OutputError, SyncreadyError
from ansible_collections.syncready.m365.plugins.module_utils._model.finding import ObjectReference
from ansible_collections.syncready.m365.plugins.module_utils._remediation.journal_writer import JournalWriter
from ansible_collections.syncready.m365.plugins.module_utils._remediation.state_dir import lay_marker
from ansible_collections.syncready.m365.plugins.module_utils._report.mask import Mask
from ansible_collections.syncready.m365.tests.support.audits_for_reports import (
    FakeModule,
    run_audit_module,
    snapshot_of_sample,
)
from ansible_collections.syncready.m365.tests.support.nights import BASE, Key, Night, guid_of, key_of, three_nights

UPN = "upn-invalid-character"


def key_in(finding: dict[str, t.Any]) -> Key:
    return finding["rule"], finding["object"]["guid"], finding["value"]


def lines(result: dict[str, t.Any], name: str) -> list[dict[str, t.Any]]:
    return [
        json.loads(line) for line in Path(result["artifacts"][name]["path"]).read_text(encoding="ascii").splitlines()
    ]


def by_drift(result: dict[str, t.Any], state: str | None) -> set[Key]:
    return {key_in(line) for line in lines(result, "findings_jsonl") if line["drift"] == state}


class Job:
    """Audits of one directory on several nights."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.state = place / "state"
        lay_marker(str(self.state), "job-0")
        self._number = 0

    def run(self, night: Night, **given: t.Any) -> dict[str, t.Any]:
        self._number += 1
        # Another file under the same name, as an export is, and in another order.
        export = night.write(self.place / "export.ldif", seed=self._number)
        options = {"state_dir": str(self.state), "report_dir": str(self.place / "report"), **given}
        return run_audit_module(ldif_path=str(export), **options)

    def runs(self) -> list[Path]:
        return sorted(self.state.glob("audits/*/*"))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def night(*numbers: int, users: int = 20, variant: int = 0) -> Night:
    return Night(set(range(users)), {(number, UPN): variant for number in numbers})


def keys(*numbers: int, variant: int = 0) -> set[Key]:
    return {key_of(number, UPN, variant) for number in numbers}


def test_three_nights_with_a_thousand_changes(job: Job) -> None:
    nights, labels = three_nights(3000, 500)
    first = job.run(nights[0])
    assert first["drift"]["baseline"] is None
    assert by_drift(first, None) == nights[0].keys()
    assert (first["drift"]["new"], first["drift"]["gone"], first["gone"]) == (0, 0, [])
    for now, label in zip(nights[1:], labels, strict=True):
        # Neither a rehearsal nor a look moves the baseline.
        for rehearsal in ({"check_mode": True}, {"baseline": "compare"}):
            looked = job.run(now, **rehearsal)
        result = job.run(now)
        assert result["drift"] == looked["drift"]
        assert by_drift(result, "new") == label.new
        assert by_drift(result, "reverted") == label.reverted
        assert by_drift(result, "known") == label.known
        assert by_drift(result, "waived") == set()
        gone = {key_in(line): line["why"] for line in lines(result, "gone_jsonl")}
        assert gone == label.gone
        counted = result["drift"]
        assert (counted["new"], counted["reverted"], counted["known"], counted["gone"]) == (
            len(label.new),
            len(label.reverted),
            len(label.known),
            len(label.gone),
        )
        assert counted["gone_by"]["repaired"] == list(label.gone.values()).count("repaired")
        assert counted["options_changed"] == []
    assert labels[1].reverted
    assert sum(len(label.new) + len(label.reverted) + len(label.gone) for label in labels) == 1000
    assert len(job.runs()) == 3


def test_what_is_gone_is_listed_for_people_too(job: Job) -> None:
    job.run(night(1, 2, 3))
    result = job.run(night(3))
    with open(result["artifacts"]["gone_csv"]["path"], encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["OBJECTGUID"] for row in rows} == {guid_of(1), guid_of(2)}
    page = Path(result["artifacts"]["report_html"]["path"]).read_text(encoding="utf-8")
    assert "Compared with the run of" in page
    assert "User 1</bdi>" in page
    one = job.run(night(), max_returned=0)
    assert (one["drift"]["gone"], one["gone"], one["truncated"]) == (1, [], True)


def test_a_rule_that_is_switched_off_repairs_nothing(job: Job) -> None:
    job.run(night(1, 2))
    result = job.run(night(1, 2), disabled_rules=[UPN])
    assert result["drift"]["gone_by"] == {"repaired": 0, "object_gone": 0, "rule_off": 2}
    assert result["drift"]["options_changed"] == ["disabled_rules"]
    back = job.run(night(1, 2))
    assert by_drift(back, "new") == keys(1, 2)


def test_an_object_that_is_no_longer_synchronized_is_not_repaired(job: Job) -> None:
    job.run(night(1))
    result = job.run(night(1), sync_scope={"include": [], "exclude": [BASE]})
    assert result["drift"]["gone_by"]["object_gone"] == 1


def test_waived_findings_are_neither_new_nor_known(job: Job) -> None:
    today = datetime.date.today()
    waivers = job.place / "waivers.json"

    def waive(*numbers: int, days: int) -> str:
        rows = [
            {
                "rule": UPN,
                "object": guid_of(number),
                "reason": "agreed",
                "expires": str(today + datetime.timedelta(days=days)),
            }
            for number in numbers
        ]
        waivers.write_text(json.dumps(rows), encoding="utf-8")
        return str(waivers)

    job.run(night(1, 2))
    result = job.run(night(1, 2, 3), waivers_path=waive(2, 3, days=1))
    assert by_drift(result, "waived") == keys(2, 3)
    assert by_drift(result, "known") == keys(1)
    assert (result["drift"]["waived"], result["drift"]["new"]) == (2, 0)
    # A waiver ends so that somebody looks again.
    expired = job.run(night(1, 2, 3), waivers_path=waive(2, 3, days=-1))
    assert by_drift(expired, "new") == keys(2, 3)
    assert expired["drift"]["gone"] == 0


def write_journal(path: Path, number: int, old: str, new: str, *, done: bool = True) -> None:
    journal = JournalWriter(str(path), {"directory": {"key": "x"}, "plan": {"plan": path.stem}, "purpose": "apply"})
    journal.begin({})
    reference = ObjectReference(f"CN=User {number},{BASE}", guid_of(number), "user", f"User {number}")
    entry = journal.intend(reference, [Modification("userPrincipalName", (old.encode(),), (new.encode(),))])
    journal.sync()
    journal.conclude(entry, done=done, reason="" if done else "conflict")
    journal.end({})
    journal.close()


def test_a_repair_between_two_audits_that_was_reverted(job: Job) -> None:
    """Nobody saw the directory repaired, but the journals know it."""
    job.run(night(1, 2, 3, 4))
    for number in (1, 2, 3):
        bad, good = key_of(number, UPN, 0)[2], f"u{number}@contoso.com"
        write_journal(job.state / f"apply-{number}.jsonl", number, bad, good, done=number != 3)
        if number == 2:
            # This one was taken back on purpose.
            write_journal(job.state / "rollback-2.jsonl", number, good, bad)
    result = job.run(night(1, 2, 3, 4))
    assert by_drift(result, "reverted") == keys(1)
    assert by_drift(result, "known") == keys(2, 3, 4)
    # It is news once.
    assert by_drift(job.run(night(1, 2, 3, 4)), "known") == keys(1, 2, 3, 4)


def test_a_journal_that_cannot_be_read_is_named(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    (job.state / "apply-9.jsonl").write_text("nonsense\n", encoding="utf-8")
    job.run(night(1))
    warnings: list[str] = []
    from ansible_collections.syncready.m365.tests.support import audits_for_reports

    monkeypatch.setattr(audits_for_reports.FakeModule, "warn", lambda _self, text: warnings.append(text))
    job.run(night(1))
    assert len(warnings) == 1
    assert "apply-9.jsonl" in warnings[0]


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        ({"severity": "error", "max": 2, "of": "all"}, "error: 3 findings, 2 are allowed."),
        ({"severity": "error", "max": 3, "of": "all"}, None),
        ({"rule": UPN, "max": 1, "of": "new"}, f"{UPN}: 2 new findings, 1 is allowed."),
        ({"rule": UPN, "max": 2, "of": "new"}, None),
        ({"rule": UPN, "severity": "error", "max": 0, "of": "new"}, f"{UPN}, error: 2 new findings, 0 are allowed."),
        ({"severity": "warning", "max": 0, "of": "all"}, None),
        ({"rule": "mail-format", "max": 0, "of": "all"}, None),
    ],
)
def test_thresholds(job: Job, threshold: dict[str, t.Any], message: str | None) -> None:
    job.run(night(1, 9))
    job.run(night(1))
    row = {"severity": None, "rule": None, **threshold}
    # One is known, one is new, one is back.
    if message is None:
        assert job.run(night(1, 2, 9), thresholds=[row])["crossed"] == []
        return
    with pytest.raises(Failure) as raised:
        job.run(night(1, 2, 9), thresholds=[row])
    assert raised.value.code == "THRESHOLD"
    assert message in str(raised.value)
    assert raised.value.result["crossed"] == [message]
    assert raised.value.result["drift"]["new"] == 1
    page = Path(raised.value.result["artifacts"]["report_html"]["path"]).read_text(encoding="utf-8")
    assert message in page
    assert len(job.runs()) == 3


def test_nothing_is_new_in_the_first_run(job: Job) -> None:
    row = {"severity": "error", "rule": None, "max": 0, "of": "new"}
    assert job.run(night(1), thresholds=[row])["crossed"] == []


@pytest.mark.parametrize(
    ("given", "piece"),
    [
        ({"thresholds": [{"severity": None, "rule": "no-such-rule", "max": 0, "of": "all"}]}, "no rule no-such-rule"),
        ({"thresholds": [{"severity": "error", "rule": None, "max": -1, "of": "all"}]}, "max must not be negative"),
        (
            {"thresholds": [{"severity": "error", "rule": None, "max": 0, "of": "new"}], "state_dir": None},
            "name a state_dir",
        ),
        ({"keep_days": -1}, "keep_days"),
        ({"init_state": True, "state_dir": None}, "init_state needs state_dir"),
        ({"state_dir": "/does/not/exist"}, "no directory /does/not/exist"),
    ],
)
def test_options_that_say_nothing_usable(job: Job, given: dict[str, t.Any], piece: str) -> None:
    with pytest.raises(SyncreadyError, match=re.escape(piece)):
        job.run(night(1), **given)
    assert job.runs() == []


def test_a_place_without_a_mark_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with pytest.raises(SyncreadyError, match="no mark") as raised:
        run_audit_module(state_dir=str(tmp_path / "state"))
    assert raised.value.code == "NO_STATE_MARKER"
    assert run_audit_module(state_dir=str(tmp_path / "state"), init_state=True)["drift"]["baseline"] is None
    assert run_audit_module(state_dir=str(tmp_path / "state"))["drift"]["known"] > 0


def test_two_directories_do_not_mix(job: Job, tmp_path: Path) -> None:
    job.run(night(1))
    other = run_audit_module(state_dir=str(job.state))
    assert other["drift"]["baseline"] is None
    assert by_drift(job.run(night(1)), "known") == keys(1)
    assert len({path.parent for path in job.runs()}) == 2


def test_a_new_beginning(job: Job) -> None:
    job.run(night(1))
    assert job.run(night(1, 2), baseline="reset")["drift"]["baseline"] is None
    assert by_drift(job.run(night(1, 2)), "known") == keys(1, 2)


def test_a_damaged_run_is_refused_and_named(job: Job) -> None:
    job.run(night(1))
    (run,) = job.runs()
    run.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(SyncreadyError, match="baseline=reset") as raised:
        job.run(night(1))
    assert raised.value.code == "BAD_BASELINE"
    assert str(run) in str(raised.value)
    job.run(night(1), baseline="reset")
    assert by_drift(job.run(night(1)), "known") == keys(1)


def test_old_runs_go_but_never_the_last_one(job: Job) -> None:
    job.run(night(1))
    (run,) = job.runs()
    for days in (400, 20, 5):
        when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
        old = run.with_name(when.strftime("%Y%m%dT%H%M%SZ-000000.sqlite"))
        old.write_bytes(run.read_bytes())
    run.unlink()
    job.run(night(1), baseline="compare", keep_days=0)
    assert len(job.runs()) == 3
    job.run(night(1), keep_days=10)
    assert len(job.runs()) == 2
    job.run(night(1), keep_days=0)
    assert len(job.runs()) == 1


def test_what_was_gone_long_ago_is_new_when_it_comes_back(job: Job) -> None:
    job.run(night(1))
    job.run(night())
    last = job.runs()[-1]
    import sqlite3

    def age(days: int) -> None:
        when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
        connection = sqlite3.connect(job.runs()[-1])
        connection.execute("UPDATE past SET gone = ?", (when.isoformat(timespec="seconds"),))
        connection.commit()
        connection.close()

    assert last.exists()
    age(20)
    assert by_drift(job.run(night(1), baseline="compare"), "reverted") == keys(1)
    job.run(night(), keep_days=30)
    assert by_drift(job.run(night(1), baseline="compare"), "reverted") == keys(1)
    age(20)
    job.run(night(), keep_days=10)
    assert by_drift(job.run(night(1)), "new") == keys(1)


def test_runs_come_after_each_other_even_when_the_clock_was_set_back(job: Job) -> None:
    job.run(night(1))
    (run,) = job.runs()
    future = run.with_name("29990101T000000Z-000041.sqlite")
    run.rename(future)
    job.run(night(1, 2))
    assert job.runs()[-1].name == "29990101T000000Z-000042.sqlite"
    assert by_drift(job.run(night(1, 2)), "known") == keys(1, 2)


def test_runs_are_for_their_owner_alone(job: Job) -> None:
    job.run(night(1))
    (run,) = job.runs()
    assert stat.S_IMODE(run.stat().st_mode) == 0o600
    assert stat.S_IMODE(run.parent.stat().st_mode) == 0o700


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="state_dir"):
        Runs(str(tmp_path / "file"), "key", "contoso.local")


def test_the_baseline_stays_when_the_report_cannot_be_written(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run(night(1))
    (job.place / "blocked").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError):
        job.run(night(1, 2), report_dir=str(job.place / "blocked"))
    assert by_drift(job.run(night(1, 2)), "new") == keys(2)


NAMES = ("dn", "name", "guid")


def test_a_report_without_names_holds_none(tmp_path: Path) -> None:
    state = tmp_path / "state"
    full = run_audit_module(report_dir=str(tmp_path / "full"), max_returned=10_000)
    secret: set[str] = set()
    for line in full["findings"]:
        if line["object"]["kind"] == "forest":
            continue
        for reference in (line["object"], *line["holders"]):
            secret |= {reference[name] for name in NAMES if reference[name]}
        value = line["value"] or ""
        local = value.rpartition("@")[0] if "@" in value else value
        if re.search(r"[^\W_]{4}", local) and len(local) > 6:
            secret.add(local)
    given: dict[str, t.Any] = {
        "state_dir": str(state),
        "report_dir": str(tmp_path / "masked"),
        "report_detail": "pseudonymous",
    }
    hidden = run_audit_module(init_state=True, max_returned=10_000, **given)
    again = run_audit_module(max_returned=10_000, **given)
    assert "snapshot_sqlite" not in hidden["artifacts"]
    # What says nothing of people: rules and their words, OUs.
    allowed = {line["rule"] for line in full["findings"]}
    texts = [json.dumps([hidden["findings"], again["findings"], again["gone"]], ensure_ascii=False)]
    for artifact in again["artifacts"].values():
        content = Path(artifact["path"]).read_text(encoding="utf-8")
        texts.append(content)
        texts += [
            json.dumps(json.loads(line), ensure_ascii=False)
            for line in content.splitlines()
            if line.startswith('{"rule')
        ]
    for run in state.glob("audits/*/*.sqlite"):
        texts.append(run.read_bytes().decode("utf-8", "replace"))
    assert len(secret) > 500
    everything = "\n".join(texts)
    found = {
        name
        for name in secret - allowed
        if name in everything and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", everything)
    }
    assert found == set()
    # The numbers are those of the full report, and everybody keeps the same pseudonym.
    assert hidden["summary"]["rule"] == full["summary"]["rule"]
    assert [line["fingerprint"] for line in again["findings"]] == [line["fingerprint"] for line in full["findings"]]
    pseudonyms = [
        (one["object"], two["object"])
        for known, one, two in zip(full["findings"], hidden["findings"], again["findings"], strict=True)
        if known["object"]["guid"]
    ]
    assert len(pseudonyms) > 400
    assert [pair for pair in pseudonyms if pair[0] != pair[1]] == []
    assert again["drift"]["known"] == hidden["summary"]["findings"]


def test_what_was_kept_with_names_is_gone_without_them(job: Job) -> None:
    job.run(night(1, 2))
    hidden: dict[str, t.Any] = {"report_detail": "pseudonymous"}
    second = job.run(night(2), **hidden)
    third = job.run(night(), **hidden)
    for result in (second, third):
        (gone,) = result["gone"]
        assert gone["object"]["guid"] is None
        assert gone["object"]["name"].startswith("user-")
        assert gone["value"] == "x&0@contoso.com"
        for artifact in result["artifacts"].values():
            content = Path(artifact["path"]).read_text(encoding="utf-8")
            assert not re.search(r"User [12]\b|u&[12]@", content), artifact["path"]
    # Who was hidden already keeps the pseudonym of the report of that night.
    (before,) = second["findings"]
    assert third["gone"][0]["object"] == before["object"]


def test_the_run_before_says_how_many_objects_to_expect(tmp_path: Path) -> None:
    """A server does not say how much there is to read; the last audit of the same directory does."""
    snapshot = Snapshot(str(snapshot_of_sample(tmp_path / "x.sqlite")), finished=True)
    state = tmp_path / "state"
    lay_marker(str(state), "job-0")
    source = {"transport": "ldap", "domain_guid": "5B7B9C3F-0D5A-4F7D-9E0A-0A1B2C3D4E5F"}
    scanned: t.Any = types.SimpleNamespace(topology=types.SimpleNamespace(root=None))
    with contextlib.ExitStack() as stack:
        stack.callback(snapshot.close)
        runs = EarlierRuns(FakeModule(state_dir=str(state)).params, {}, stack)
        assert runs.expected(source) is None
        runs.find(source, scanned, "contoso.local")
        runs.keep(snapshot, Mask())
        objects = snapshot.count("SELECT count(*) FROM objects")
        assert objects > 700
        assert runs.expected(source) == objects
        assert runs.expected({**source, "domain_guid": "00000000-0000-4000-8000-000000000000"}) is None
        assert EarlierRuns(FakeModule().params, {}, stack).expected(source) is None


def test_a_run_can_be_read_while_it_is_there(job: Job) -> None:
    job.run(night(1, 2))
    run = Run(str(job.runs()[0]))
    assert len(list(run.findings())) == 2
    assert list(run.past()) == []
    assert os.path.basename(run.path).startswith("20")
    run.close()
