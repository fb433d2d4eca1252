# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the words of a report mean, for people who do not know them."""

from __future__ import annotations

import typing as t

from .._model.finding import Outcome, RepairKind, Severity

SEVERITY_WORDS: t.Mapping[Severity, tuple[str, str]] = {
    "error": ("Error", "The object, its sign-in name or an address that people use does not reach the cloud as it is."),
    "warning": ("Warning", "It arrives altered, something less important does not arrive, or people get confused."),
    "info": ("Info", "Hygiene. Nothing breaks because of it."),
}

OUTCOME_WORDS: t.Mapping[Outcome, tuple[str, str]] = {
    "rejected": ("Rejected", "The cloud refuses the object with this value: it is not created or not updated."),
    "quarantined": (
        "Quarantined",
        "Another object holds the value already. The later one arrives without it, or with a placeholder in its place.",
    ),
    "fallback": (
        "Other sign-in name",
        "The sign-in name becomes mailNickname@TENANT.onmicrosoft.com, which is not the name that the person knows.",
    ),
    "rewritten": ("Rewritten", "The cloud changes the value: characters become underscores, or a name is made up."),
    "dropped": ("Dropped", "The cloud ignores this value. The object arrives without it."),
    "not_synced": ("Not synchronized", "The object does not reach the cloud."),
    "confusing": ("Confusing", "It arrives, and people or programs are misled by it."),
    "cosmetic": ("Cosmetic", "It arrives, and something is missing or looks wrong in address lists."),
    "none": ("No effect", "The cloud does nothing about it."),
}

REPAIR_WORDS: t.Mapping[RepairKind, tuple[str, str]] = {
    "auto": ("Automatic", "A plan repairs this; the repair keeps the meaning."),
    "policy": ("By policy", "A plan repairs this once you have chosen the policy that decides it."),
    "person": ("A decision", "A person has to decide this. Nothing is proposed."),
    "none": ("Nothing", "Nothing needs to be done."),
}

DRIFT_WORDS: t.Mapping[str, tuple[str, str]] = {
    "new": ("New", "It was not there in the run before."),
    "reverted": ("Reverted", "It had been repaired, and it is back: somebody or something undid the repair."),
    "known": ("Known", "It was there in the run before."),
    "waived": ("Waived", "Somebody accepted it, with a reason and for a time."),
}

GONE_WORDS: t.Mapping[str, tuple[str, str]] = {
    "repaired": ("Repaired", "The object is still judged, and the finding is not there any more."),
    "object_gone": ("Object gone", "The object is not there any more, or is no longer synchronized."),
    "rule_off": ("Rule off", "The rule does not run any more. The value may be as it was."),
}

# What became of an object that a plan wanted to change.
STATE_WORDS: t.Mapping[str, tuple[str, str]] = {
    "changed": ("Done", "It was written and verified."),
    "unchanged": ("Nothing to do", "It was as it should be already."),
    "conflict": ("Conflict", "Somebody else changed it since the plan was made. It was left alone."),
    "refused": ("Refused", "The domain controller did not take it."),
    "failed": ("Failed", "It went wrong otherwise."),
    "left": ("Left", "It was left alone because of a limit or an option."),
}
