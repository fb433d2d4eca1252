# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Exchange organisation of a forest as plain values."""

from __future__ import annotations

import datetime
import typing as t

from .._audit.forest_survey import Survey
from .._exchange.builds import Build, label_of, product_of, qualifies_for_meetings, support_of
from .._exchange.objects import AuthServer, PartnerApplication, says_disabled
from .._exchange.schema_versions import schema_version_name
from .._model.dn import rdn_value
from .limits import Cut

Plain = dict[str, t.Any]


def exchange_as_dict(survey: Survey, today: datetime.date, cut: Cut) -> Plain:
    """Return schema, organisation, servers, databases, hybrid and OAuth objects. None is unknown.

    Args:
        survey: what was seen.
        today: the day on which servers must be supported.
        cut: cuts the lists.
    """
    exchange = survey.forest.exchange
    facts = survey.facts.exchange
    known = exchange.is_known
    return {
        "schema": facts.schema,
        "schema_version": exchange.schema_version or None,
        "schema_version_name": schema_version_name(exchange.schema_version or None),
        "organisation": exchange.name,
        "servers": cut(_servers(survey, today)) if known else None,
        "databases": cut(_databases(survey)) if known else None,
        "hybrid": {
            "configured": facts.hybrid,
            "domains": cut(list(exchange.hybrid.domains)) if exchange.hybrid else [],
            "smart_host": exchange.hybrid.smart_host if exchange.hybrid else None,
        },
        "oauth": {
            "configured": facts.oauth,
            "authorization_servers": cut(sorted((_oauth(s) for s in exchange.auth_servers.values()), key=_by_name)),
            "partner_applications": cut(
                sorted((_oauth(partner) for partner in exchange.partner_applications.values()), key=_by_name)
            ),
        },
    }


def _by_name(row: Plain) -> str:
    return str(row["name"]).lower()


def _servers(survey: Survey, today: datetime.date) -> list[Plain]:
    rows = []
    for server in survey.forest.exchange.server_objects.values():
        rows.append({"name": server.name, "organisation": server.organisation or None, **_version(server.build, today)})
    return sorted(rows, key=_by_name)


def _version(build: Build | None, today: datetime.date) -> Plain:
    if build is None:
        return dict.fromkeys(("build", "version", "product", "support", "qualifies_for_meetings"))
    return {
        "build": str(build),
        "version": label_of(build),
        "product": product_of(build),
        "support": support_of(build, today),
        "qualifies_for_meetings": qualifies_for_meetings(build),
    }


def _databases(survey: Survey) -> list[Plain]:
    exchange = survey.forest.exchange
    rows = []
    for name, database in exchange.database_objects.items():
        place = survey.forest.exchange_places.get(name)
        holders = exchange.copies.get(name) or ({database.owner} if database.owner else set())
        build = exchange.mailbox_build(name, None)
        rows.append(
            {
                "name": rdn_value(place.dn if place else name),
                "servers": sorted(_server_name(survey, holder) for holder in holders),
                "version": label_of(build) if build else None,
                "build": str(build) if build else None,
            }
        )
    return sorted(rows, key=_by_name)


def _server_name(survey: Survey, dn: str) -> str:
    server = survey.forest.exchange.server_objects.get(dn)
    if server is None:
        wanted = rdn_value(dn).lower()
        found = (other for other in survey.forest.exchange.server_objects.values() if other.name.lower() == wanted)
        server = next(found, None)
    return server.name if server else rdn_value(dn)


def _oauth(item: AuthServer | PartnerApplication) -> Plain:
    row: Plain = {
        "name": item.name,
        "application": item.application,
        "seems_disabled": says_disabled(item.flags),
    }
    if isinstance(item, AuthServer):
        row |= {"issuer": item.issuer, "metadata_url": item.metadata_url, "realm": item.realm}
    else:
        row["exchange_online"] = item.is_exchange_online
    return row
