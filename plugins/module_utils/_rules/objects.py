# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about an object as a whole: anchor, size, protection."""

from __future__ import annotations

from .._model.entry import guid_text
from .._model.finding import Finding
from .catalogue import finding
from .options import RuleOptions
from .subject import Subject

MAX_CERTIFICATES = 15
ANCHOR = "mS-DS-ConsistencyGuid"


def judge_anchor(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge the length of mS-DS-ConsistencyGuid; whether it is the only one of its value is asked at the end."""
    if not subject.is_person:
        return
    values = subject.entry.attributes.get("ms-ds-consistencyguid")
    if values and len(values[0]) != 16:
        message = f"{ANCHOR} has {len(values[0])} bytes, it must have 16."
        out.append(finding("anchor-malformed", ANCHOR, values[0].hex(), message))


def anchor_differs(anchor: str, guid: str) -> Finding:
    """Return the finding of an account whose anchor is not its own objectGUID."""
    return finding("anchor-differs", ANCHOR, anchor, f"The anchor is not the objectGUID {guid}: a migrated account.")


def anchor_of(subject: Subject) -> str | None:
    """Return mS-DS-ConsistencyGuid of a user as text, or None where there is none or it is malformed."""
    values = subject.entry.attributes.get("ms-ds-consistencyguid") if subject.is_person else None
    return guid_text(values[0]) if values and len(values[0]) == 16 else None


def judge_object(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge what is about the object itself: certificates, protection."""
    entry = subject.entry
    if entry.counts:
        for name in ("userCertificate", "userSMIMECertificate"):
            number = entry.number_of_values(name.lower())
            if number > MAX_CERTIFICATES:
                message = f"{number} values; the cloud takes {MAX_CERTIFICATES}."
                out.append(finding("large-object", name, None, message))
    if "admincount" in entry.attributes and entry.integer("admincount") == 1:
        message = "The account is or was a member of a protected group; it is not changed unless that is allowed."
        out.append(finding("protected-account", None, None, message))
