# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages for the tests of the report: harmless ones, hostile ones, and very long ones."""

from __future__ import annotations

import typing as t

from ansible_collections.syncready.m365.plugins.module_utils._model.finding import OUTCOMES, SEVERITIES
from ansible_collections.syncready.m365.plugins.module_utils._report.html_parts import Applied, Count, Part, Plain
from ansible_collections.syncready.m365.plugins.module_utils._rules.catalogue import CATALOGUE

#: What a directory may hold to do harm to whoever reads a report.
HOSTILE = [
    "<script>window.hit = 1</script>",
    "</script><script>window.hit = 1</script>",
    '"><img src=x onerror="window.hit = 1">',
    "<!--<script>",
    "' onmouseover='window.hit = 1",
    "<svg onload=window.hit=1>",
    "=cmd|' /C calc'!A0",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:window.hit=1",
    "abc\u202egnp.exe",
    "\u2066\u2067hidden\u2069",
    "zero\u200bwidth\ufeff\u00ad",
    "line\nfeed\r\tand\x00nothing\x1b[31m",
    "\u2028separators\u2029",
    "\ud800 alone",
    "&lt;b&gt;&amp;",
    "x" * 10_000,
    "<b>" * 3_000,
]


def finding(number: int = 0, **special: t.Any) -> Plain:
    """Return one of many different findings."""
    rules = list(CATALOGUE.values())
    rule = rules[number % len(rules)]
    name = special.pop("name", f"Person {number}")
    ou = special.pop("ou", f"OU=Office {number % 40},DC=contoso,DC=local")
    kind = special.pop("kind", "user")
    return {
        "rule": rule.id,
        "severity": SEVERITIES[(number // 3) % 3],
        "outcome": rule.outcome,
        "attribute": "proxyAddresses" if number % 2 else "userPrincipalName",
        "value": f"person.{number}@office{number % 40}.contoso.local",
        "message": f"The value breaks {rule.id}.",
        "object": {
            "dn": f"CN={name},{ou}",
            "guid": f"{number:08x}-0000-4000-8000-000000000000",
            "kind": kind,
            "name": name,
        },
        "holders": [],
        "holders_total": 0,
        "repair": {"kind": rule.repair, "changes": [], "why": rule.how},
        "fingerprint": f"{number:032x}",
        "waiver": None,
        "drift": None,
        **special,
    }


def summary(findings: t.Sequence[Plain], judged: int = 1000) -> Plain:
    """Return the numbers of an audit that found these."""

    def count(name: str, names: t.Iterable[str]) -> dict[str, int]:
        found = [one[name] for one in findings]
        return {word: found.count(word) for word in names}

    return {
        "judged": judged,
        "judged_kind": {"user": judged},
        "left_out": {"default filter": 3},
        "skipped": {"computer": 5},
        "not_read": {},
        "findings": len(findings),
        "severity": count("severity", SEVERITIES),
        "outcome": count("outcome", OUTCOMES),
        "rule": count("rule", {one["rule"] for one in findings}),
        "kind": {"user": len(findings)},
        "objects_with_findings": min(judged, len(findings)),
        "waivers": {"waived": 0, "expired": 0, "unused": 0},
        "suffix_data": "1.0",
        "absent_attributes": [],
        "load": {},
        "seconds": 1.5,
        "scan_seconds": 1.0,
    }


def part(findings: t.Sequence[Plain], name: str = "contoso.local", **special: t.Any) -> Part:
    """Return a directory with findings."""
    counts = [Count(rule, (number, 0, 0)) for rule, number in summary(findings)["rule"].items()]
    offenders = [Count(one["object"]["name"], (1, 0, 0), one["object"]["dn"]) for one in findings[:12]]
    ous = [
        Count(ou, (1, 1, 1)) for ou in dict.fromkeys(one["object"]["dn"].partition(",")[2] for one in findings[:300])
    ]
    given: Plain = {"rules": counts, "ous": ous, "offenders": offenders, "findings": findings, **special}
    return Part(
        name, "2026-11-25T01:00:00+00:00", {"transport": "ldif", "path": f"{name}.ldif"}, summary(findings), **given
    )


def hostile_part() -> Part:
    """Return a directory of which every text is hostile."""
    findings = [
        finding(
            number,
            severity="error",
            name=text,
            ou=f"OU={text.replace(',', ' ')},DC=contoso,DC=local",
            value=text,
            message=text,
            waiver=text,
            drift="new",
            holders=[
                {"dn": f"CN={text}", "guid": None, "kind": "user", "name": text, "attributes": ["mail"], "judged": True}
            ],
            holders_total=30,
            repair={"kind": "policy", "changes": [{"attribute": "mail", "remove": [text], "add": [text]}], "why": text},
        )
        for number, text in enumerate(HOSTILE)
    ]
    text = HOSTILE[0]
    return part(
        findings,
        name=text,
        crossed=[text],
        drift=drift(findings),
    )


def drift(findings: t.Sequence[Plain]) -> Plain:
    """Return what changed, with these findings gone."""
    gone = [
        {
            **{name: one[name] for name in ("rule", "severity", "attribute", "value", "object", "fingerprint")},
            "why": "repaired",
        }
        for one in findings
    ]
    return {
        "baseline": {"created": "2026-11-24T01:00:00+00:00"},
        "new": len(findings),
        "known": 0,
        "reverted": 0,
        "waived": 0,
        "gone": len(gone),
        "gone_by": {"repaired": len(gone), "object_gone": 0, "rule_off": 0},
        "gone_list": gone,
    }


def applied(texts: t.Sequence[str]) -> Applied:
    """Return what a plan did to objects with these names and values."""
    states = ("changed", "conflict", "left", "refused", "failed", "unchanged")
    outcomes = [
        {
            "object": {"dn": f"CN={text},OU=Staff,DC=contoso,DC=local", "guid": None, "kind": "user", "name": text},
            "state": states[number % len(states)],
            "reason": "max_changes",
            "message": text,
            "changes": [{"attribute": "mail", "remove": [text], "add": [text]}],
            "rules": ["mail-format"],
            "written": False,
        }
        for number, text in enumerate(texts)
    ]
    counts = {state: sum(one["state"] == state for one in outcomes) for state in states}
    return Applied(
        counts={"planned": len(outcomes), **counts},
        outcomes=outcomes,
        directory="contoso.local",
        plan={"plan": "p-1", "digest": "5f" * 32, "path": "/srv/plans/plan.jsonl"},
        run={
            "when": "2026-11-25T02:00:00+00:00",
            "server": "dc1.contoso.local",
            "ticket": texts[0],
            "approver": "Adele",
        },
        left=[(state, "max_changes", counts[state]) for state in states[1:5] if counts[state]],
        stopped="deadline",
        journal="/srv/syncready/apply-1.jsonl",
        undo={"server": "dc1.contoso.local", "journal_path": "/srv/syncready/apply-1.jsonl"},
        undo_ldif="/srv/syncready/apply-1.undo.ldif",
        notes=["Other domain controllers see the changes after replication."],
    )
