# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about sAMAccountName, displayName, givenName and sn."""

from __future__ import annotations

import re

from .._model.finding import Finding, Outcome, Severity
from . import characters
from .catalogue import finding
from .name_characters import bad_name_characters
from .options import RuleOptions
from .subject import Subject

MAX_SAM = 20
_MARKER = "$duplicate-"

_SURPLUS_BLANKS = re.compile(r"^[ \u00a0]|[ \u00a0]\Z|[ \u00a0]{2}")
# Printable ASCII needs no look at single characters, and most names of most directories are nothing else.
_PLAIN = re.compile(r"[ -~]*\Z")
_LENGTHS = (
    ("displayname", "displayName", 256, "display-name-too-long"),
    ("givenname", "givenName", 64, "given-name-too-long"),
    ("sn", "sn", 64, "surname-too-long"),
)


def judge_sam(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge sAMAccountName. To be called after the rules about the sign-in name."""
    value = subject.sam
    if value is None:
        return
    if value.lower().startswith(_MARKER):
        message = "The domain controller renamed this object because another one has the same sAMAccountName."
        out.append(finding("sam-duplicate-marker", "sAMAccountName", value, message))
    if not subject.is_person:
        return
    severity: Severity = "info" if subject.upn_valid else "error"
    outcome: Outcome = "none" if subject.upn_valid else "rejected"
    before = len(out)
    refused = characters.SAM_BAD if subject.upn_valid else characters.SAM_BAD | {"'"}
    if not refused.isdisjoint(value):
        bad = characters.among(value, refused)
        message = f"Not allowed in sAMAccountName: {characters.show(bad)}."
        out.append(
            finding("sam-invalid-character", "sAMAccountName", value, message, severity=severity, outcome=outcome)
        )
    if len(value) > MAX_SAM:
        message = f"{len(value)} characters; {MAX_SAM} are allowed."
        out.append(finding("sam-too-long", "sAMAccountName", value, message, severity=severity, outcome=outcome))
    if len(out) > before and subject.sign_in_name is None:
        escalate_missing_upn(out)


def escalate_missing_upn(out: list[Finding]) -> None:
    """Make upn-missing an error: sAMAccountName, from which the cloud would make a name, is faulty too."""
    for place, item in enumerate(out):
        if item.rule == "upn-missing":
            out[place] = finding("upn-missing", item.attribute, None, MISSING_AND_SAM_FAULTY, severity="error")


MISSING_AND_SAM_FAULTY = "The user has no sign-in name, and sAMAccountName, which would take its place, is faulty too."


def judge_names(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge displayName, givenName and sn: blank, length, surplus blanks, control and hidden characters."""
    if subject.display_name is None and (values := subject.entry.attributes.get("displayname")):
        blank = values[0].decode("utf-8")
        message = "displayName is there but blank; the cloud refuses that."
        out.append(finding("display-name-blank", "displayName", blank, message))
    for key, attribute, limit, rule in _LENGTHS:
        value = subject.display_name if key == "displayname" else subject.entry.text(key)
        if value is None:
            continue
        if len(value) > limit:
            out.append(finding(rule, attribute, value, f"{len(value)} characters; {limit} are allowed."))
        if _SURPLUS_BLANKS.search(value):
            message = f"{attribute} has blanks at an end, or two in a row."
            out.append(finding("name-whitespace", attribute, value, message))
        if not _PLAIN.match(value):
            _judge_characters(attribute, value, out)


def _judge_characters(attribute: str, value: str, out: list[Finding]) -> None:
    removable, doubtful = bad_name_characters(value)
    if not removable and not doubtful:
        return
    message = f"{attribute} holds characters that nobody sees or can read: {characters.show(removable + doubtful)}."
    if doubtful:
        out.append(finding("name-control-character", attribute, value, message))
    else:
        why = "The characters are taken away; the name looks the same without them."
        out.append(finding("name-control-character", attribute, value, message, kind="auto", why=why))
