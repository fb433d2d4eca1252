# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at a forest as plain values, small enough for the result of a task: every list is cut at a limit."""

from __future__ import annotations

import datetime
import typing as t

from .._audit.forest_survey import Survey
from .._directory.topology import Trust, functional_level_name, upn_check_is_on
from .._model.text import fold
from .._rules.domains import Domains
from .._rules.forest import missing_suffixes
from .._rules.several_forests import ADVICE
from .._rules.sync_accounts import SyncAccount
from .forest_exchange import exchange_as_dict
from .limits import Cut
from .rows import finding_as_dict

Plain = dict[str, t.Any]

# Seconds between 1601, where Windows begins to count, and 1970.
_EPOCH = 11_644_473_600
_LAST_SECOND = 253_402_300_799


def survey_as_dict(survey: Survey, domains: Domains, today: datetime.date, cut: Cut) -> Plain:
    """Return everything that was seen.

    Args:
        survey: what was seen.
        domains: judges the suffixes.
        today: the day on which Exchange must be supported.
        cut: cuts the lists, and knows afterwards whether one was longer.
    """
    return {
        "forest": _forest(survey, cut),
        "domains": cut(_domains(survey)),
        "domain_controllers": cut(_controllers(survey)),
        "upn_suffixes": cut(_suffixes(survey, domains)),
        "names": cut(_names(survey)),
        "missing_suffixes": cut(missing_suffixes(survey.facts, domains)),
        "trusts": None
        if survey.topology.trusts is None
        else cut([_trust(trust, cut) for trust in survey.topology.trusts]),
        "exchange": exchange_as_dict(survey, today, cut),
        "address_policies": _policies(survey, cut),
        "synchronization": _synchronization(survey, cut),
        "features": [
            {
                "id": feature.id,
                "title": feature.title,
                "status": feature.status,
                "prerequisites": [
                    {"id": need.id, "text": need.text, "status": need.status, "by_hand": need.by_hand or None}
                    for need in feature.prerequisites
                ],
                "source": feature.source,
            }
            for feature in survey.features
        ],
        "several_forests": _several(survey),
        "findings": cut([finding_as_dict(found) for found in survey.findings]),
    }


def _forest(survey: Survey, cut: Cut) -> Plain:
    topology = survey.topology
    return {
        "root_domain": topology.root_domain or (topology.root and _dns_of(topology.root.dn)) or None,
        "functional_level": topology.functional_level,
        "functional_level_name": functional_level_name(topology.functional_level),
        "recycle_bin": topology.recycle_bin,
        "upn_uniqueness_checked": upn_check_is_on(topology.ds_heuristics),
        "ds_heuristics": topology.ds_heuristics,
        "complete": survey.complete,
    }


def _dns_of(dn: str) -> str:
    return ".".join(part.partition("=")[2] for part in dn.split(",") if part[:3].upper() == "DC=").lower()


def _domains(survey: Survey) -> list[Plain]:
    return [
        {
            "dns_name": domain.dns,
            "netbios_name": domain.netbios,
            "parent": domain.parent,
            "functional_level": domain.functional_level,
            "functional_level_name": functional_level_name(domain.functional_level),
        }
        for domain in survey.topology.domains
    ]


def _controllers(survey: Survey) -> list[Plain]:
    return [
        {
            "name": controller.name,
            "dns_name": controller.dns_name,
            "domain": controller.domain or None,
            "site": controller.site,
            "read_only": controller.read_only,
            "global_catalog": controller.global_catalog,
            "operating_system": controller.operating_system,
        }
        for controller in survey.topology.controllers
    ]


def _suffixes(survey: Survey, domains: Domains) -> list[Plain]:
    """Return every suffix that is registered, a domain's name, or carried by an account; the most used first."""
    topology = survey.topology
    places: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for holder in topology.holders():
        where = "forest" if holder is topology.forest_suffixes else holder.place.dn
        for value in holder.values:
            name = fold(value.strip())
            places.setdefault(name, []).append(where)
            spelling.setdefault(name, value)
    own = survey.facts.dns_domains
    users = survey.forest.census.suffixes
    known = topology.forest_suffixes is not None
    names = sorted(places.keys() | own | users.keys(), key=lambda name: (-users[name], name))
    return [
        {
            "suffix": spelling.get(name, name),
            "registered": places.get(name, []) if known or name in places else None,
            "domain": name in own,
            "users": users[name],
            "verdict": domains.verdict(name) if name else "not-routable",
        }
        for name in names
    ]


def _names(survey: Survey) -> list[str]:
    return sorted(survey.facts.suffixes | survey.facts.dns_domains)


def _trust(trust: Trust, cut: Cut) -> Plain:
    information = trust.information
    return {
        "domain": trust.domain,
        "partner": trust.partner,
        "kind": trust.kind,
        "direction": trust.direction,
        "routed": cut(list(trust.routes)) if information else None,
        "excluded": cut(list(information.exclusions())) if information else None,
        "complete": information.complete if information else None,
    }


def _policies(survey: Survey, cut: Cut) -> Plain:
    counts = survey.forest.census.policies
    names = survey.forest.policy_names
    order = sorted(counts.keys() | names.keys(), key=lambda guid: (-counts[guid], guid))
    shown = survey.managed is not None
    return {
        "managed_recipients": survey.managed,
        "policies": cut(
            [{"guid": guid, "name": names.get(guid), "recipients": counts[guid] if shown else None} for guid in order]
        ),
    }


def _synchronization(survey: Survey, cut: Cut) -> Plain:
    return {
        "live": survey.live,
        "accounts": cut([_account(account) for account in survey.facts.accounts]),
        "anchored_users": survey.anchors,
    }


def _account(account: SyncAccount) -> Plain:
    return {
        "name": account.name,
        "dn": account.dn,
        "program": account.program,
        "server": account.server,
        "tenant": account.tenant,
        "enabled": account.enabled,
        "last_logon": _day(account.last_logon),
    }


def _day(ticks: int | None) -> str | None:
    """Return the day of a time in 100 ns units since 1601; None where there is none. It is some days old at the most."""
    seconds = (ticks or 0) // 10_000_000 - _EPOCH
    if not 0 <= seconds <= _LAST_SECOND:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).date().isoformat()


def _several(survey: Survey) -> Plain:
    partners = sorted({trust.partner for trust in survey.topology.forest_trusts()})
    others = sorted(survey.facts.other_forests)
    return {
        "trusted": partners if survey.topology.trusts is not None else None,
        "audited": others,
        "advice": [{"id": advice.id, "text": advice.text, "source": advice.source} for advice in ADVICE]
        if partners or others
        else [],
    }
