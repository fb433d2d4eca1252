# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules about the attributes of the address list."""

from __future__ import annotations

from .._model.finding import Finding, Severity
from .attributes import NAMES
from .catalogue import finding
from .countries import COUNTRY_CODES
from .options import RuleOptions
from .subject import Subject

# Limits of Microsoft Entra for attributes that have no length rule of their own.
_LIMITS = (
    ("title", 128),
    ("department", 64),
    ("physicaldeliveryofficename", 128),
    ("telephonenumber", 64),
    ("mobile", 64),
    ("facsimiletelephonenumber", 64),
    ("streetaddress", 1024),
    ("l", 128),
    ("st", 128),
    ("postalcode", 40),
    ("co", 128),
)


def judge_gal(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    """Judge the attributes of the address list: missing ones in licence scope, length, and country."""
    attributes = subject.entry.attributes
    if subject.in_licence_scope:
        _judge_missing(subject, options, out)
    for key, limit in _LIMITS:
        # The number of bytes is a bound that spares decoding nearly every value.
        if key in attributes and len(attributes[key][0]) > limit:
            value = subject.entry.text(key)
            if value is not None and len(value) > limit:
                message = f"{len(value)} characters; the cloud takes {limit}."
                out.append(finding("gal-too-long", NAMES[key], value, message))
    if "c" in attributes:
        _judge_country(subject, out)


def _judge_missing(subject: Subject, options: RuleOptions, out: list[Finding]) -> None:
    attributes = subject.entry.attributes
    missing = []
    for words, names in options.gal_choices:
        # Most have the first of the names, with something in it.
        values = attributes.get(names[0])
        if values and values[0][:1] > b" ":
            continue
        for name in names:
            values = attributes.get(name)
            # A blank displayName is display-name-blank and nothing else.
            if values and (values[0].strip() or name == "displayname"):
                break
        else:
            missing.append(words)
    if missing:
        message = f"Empty in the address list: {', '.join(missing)}."
        out.append(finding("gal-missing", None, None, message))


def _judge_country(subject: Subject, out: list[Finding]) -> None:
    country = subject.entry.text("c")
    expected = COUNTRY_CODES.get(country.strip().upper()) if country else None
    if expected is None:
        return
    value = subject.entry.text("countrycode")
    number = subject.entry.integer("countrycode")
    if number == expected:
        return
    severity: Severity = "warning" if number else "info"
    message = f"c is {country}, whose code is {expected}, but countryCode is {value if value else 'empty'}."
    out.append(finding("gal-country-mismatch", "countryCode", value, message, severity=severity))
