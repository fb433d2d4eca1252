# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All rules that one object decides alone, in the order that "one defect, one finding" needs."""

from __future__ import annotations

import typing as t

from .._model.finding import Finding
from .gal import judge_gal
from .mail import judge_mail, judge_nickname, judge_target
from .names import judge_names, judge_sam
from .non_ascii import judge_non_ascii
from .objects import judge_anchor, judge_object
from .options import RuleOptions
from .proxies import judge_proxies
from .subject import Subject
from .upn import judge_upn

_Rule = t.Callable[[Subject, RuleOptions, list[Finding]], None]
_FOR_PEOPLE: tuple[_Rule, ...] = (
    judge_upn,
    judge_sam,
    judge_proxies,
    judge_mail,
    judge_nickname,
    judge_target,
    judge_names,
    judge_gal,
    judge_anchor,
    judge_object,
    judge_non_ascii,
)
# Contacts and groups have no sign-in name and no anchor of their own.
_FOR_OTHERS: tuple[_Rule, ...] = tuple(rule for rule in _FOR_PEOPLE if rule not in (judge_upn, judge_anchor))


def judge(subject: Subject, options: RuleOptions) -> list[Finding]:
    """Return the findings of a judged object that need no other object, and note on the subject what others need.

    Raises:
        EntryError: a text value is not UTF-8.
    """
    out: list[Finding] = []
    for rule in _FOR_PEOPLE if subject.is_person else _FOR_OTHERS:
        rule(subject, options, out)
    return out
