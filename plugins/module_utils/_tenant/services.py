# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which services the licences of a user of the tenant give, and whether Exchange Online has a mailbox of that user.

Read are service plans and licences as Microsoft Graph answers them, and cells of tables with the ids or names of plans or
products. Where both are there the plans decide: an administrator can take a plan out of a licence.
"""

from __future__ import annotations

import json
import re
import typing as t

from .products import SERVICES, Gives, Service, family_may_give, plan_gives, product_gives
from .records import Record, text, values

# What Exchange Online says of a user: a mailbox there, a mail user (the mailbox is elsewhere), or neither of the two.
CloudRecipient = t.Literal["mailbox", "mail_user", "no_mailbox"]

_PLANS = ("assignedplans", "serviceplans", "licensedetails")
_PRODUCTS = (
    "assignedlicenses",
    "licenses",
    "licences",
    "licensedetails",
    "skupartnumbers",
    "skupartnumber",
    "skuid",
    "skuids",
)
_DISABLED = ("disabledplans",)
_RECIPIENT = ("recipienttypedetails", "recipienttype")
# A plan in one of these states does not serve its user.
_NOT_SERVING = frozenset(("deleted", "suspended", "lockedout", "disabled"))
_NO_PRODUCT = frozenset(("", "unlicensed", "none", "no", "false", "0"))
_EVERYTHING: Gives = frozenset(SERVICES)
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
# "Enterprise Mobility + Security E3" is one product; the admin centre puts no blanks around what it joins with.
_BETWEEN = re.compile(r"\s*[;,|\n]\s*|(?<! )\+(?! )")
_PLUS = re.compile(r"\s\+\s")


class Services(t.NamedTuple):
    """Which services a user has a licence for; None where the export does not tell.

    Attributes:
        teams: Microsoft Teams.
        exchange_online: Exchange Online of any plan that has a mailbox.
        exchange_online_plan_1: Exchange Online Plan 1 or more.
        sharepoint_online: SharePoint Online.
        onedrive: OneDrive.
    """

    teams: bool | None = None
    exchange_online: bool | None = None
    exchange_online_plan_1: bool | None = None
    sharepoint_online: bool | None = None
    onedrive: bool | None = None

    def with_licence(self, other: Services) -> Services:
        """Return what one licence and another give together."""
        return Services(*(_either(one, two) for one, two in zip(self, other, strict=True)))


UNKNOWN = Services()
NO_SERVICES = Services(False, False, False, False, False)


class _Found:
    """What was found so far: what is given, and what may be given by something that is not known."""

    def __init__(self) -> None:
        self.given: set[Service] = set()
        self.maybe: set[Service] = set()

    def add(self, gives: Gives | None, may_give: Gives, without: Gives = frozenset()) -> None:
        if gives is None:
            self.maybe |= may_give - without
        else:
            self.given |= gives - without

    def services(self) -> Services:
        return Services(*(True if name in self.given else None if name in self.maybe else False for name in SERVICES))


def services_of(record: Record, licensed: bool | None) -> Services:
    """Return which services a record shows.

    Args:
        record: of a user, or of one licence of a user.
        licensed: whether the user has a licence, as far as the record tells.
    """
    if licensed is False:
        return NO_SERVICES
    plans = _plans(record, licensed)
    return plans if plans is not None else _products(record) or UNKNOWN


def recipient_of(record: Record) -> CloudRecipient | None:
    """Return what Exchange Online calls a user; None where the export does not tell."""
    said = (text(record, _RECIPIENT) or "").lower()
    if "remote" in said:
        # So an organisation on premises calls it, whose view this is not.
        return None
    if said.endswith("mailuser"):
        return "mail_user"
    if "mailbox" in said:
        return "mailbox"
    return "no_mailbox" if said in ("user", "disableduser", "linkeduser") else None


def _plans(record: Record, licensed: bool | None) -> Services | None:
    found = _Found()
    seen = False
    for name in _PLANS:
        value = _value(record, name)
        if name == "licensedetails":
            # As a text it names products.
            value = [item for item in value or [] if isinstance(item, dict)] or None
        if value is None or (not value and licensed):
            # A column that is empty although there is a licence was not asked for.
            continue
        for item in value:
            seen = _add_plan(item, found) or seen
        seen = seen or not value
    return found.services() if seen else None


def _add_plan(item: t.Any, found: _Found) -> bool:
    """Add a service plan, or those of a licence; return whether there was one."""
    if isinstance(item, str):
        gives = plan_gives(item)
        # Plans that have nothing to do with it are many: an id alone is not suspected.
        found.add(gives, frozenset() if _GUID.match(item) else family_may_give(item))
        return True
    if not isinstance(item, dict):
        return False
    plain = _plain(item)
    inner = plain.get("serviceplans")
    if isinstance(inner, list):
        plans = [_add_plan(plan, found) for plan in inner]
        return any(plans)
    names = [str(plain[key]) for key in ("serviceplanid", "serviceplanname") if plain.get(key)]
    if not names:
        return False
    status = str(plain.get("capabilitystatus") or plain.get("provisioningstatus") or "").lower()
    if status not in _NOT_SERVING:
        known = (plan_gives(name) for name in names)
        gives = next((value for value in known if value is not None), None)
        belongs = str(plain.get("service") or plain.get("servicename") or plain.get("serviceplanname") or "")
        found.add(gives, family_may_give(belongs))
    return True


def _products(record: Record) -> Services | None:
    disabled = _disabled(_value(record, _DISABLED[0]) or [])
    found = _Found()
    seen = False
    for name in _PRODUCTS:
        value = _value(record, name)
        if value is None:
            continue
        seen = True
        for item in value:
            _add_product(item, found, disabled)
    return found.services() if seen else None


def _add_product(item: t.Any, found: _Found, disabled: Gives) -> None:
    if isinstance(item, str):
        for name in _names(item):
            if name.lower() not in _NO_PRODUCT:
                found.add(product_gives(name), _EVERYTHING, disabled)
        return
    plain = _plain(item)
    names = [str(plain[key]) for key in ("skupartnumber", "skuid", "displayname") if plain.get(key)]
    known = (product_gives(name) for name in names)
    gives = next((value for value in known if value is not None), None)
    own = plain.get("disabledplans")
    found.add(gives, _EVERYTHING, disabled | _disabled(own if isinstance(own, list) else []))


def _names(cell: str) -> list[str]:
    # An older module writes the tenant before the product.
    cell = cell.rpartition(":")[2].strip()
    if product_gives(cell) is None and _PLUS.search(cell):
        return _PLUS.split(cell)
    return [cell]


def _disabled(plans: t.Iterable[t.Any]) -> Gives:
    """Return the services whose plans were taken out of a licence."""
    gone: set[Service] = set()
    for plan in plans:
        gone |= plan_gives(str(plan)) or frozenset()
    return frozenset(gone)


def _value(record: Record, name: str) -> list[t.Any] | None:
    """Return the elements of a field; None where it is not there or a table shows its type alone."""
    value = record.get(name)
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            value = json.loads(value)
        except ValueError:
            pass
    if isinstance(value, str):
        words = values(record, (name,), _BETWEEN)
        return None if words is None else list(words)
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, (str, dict))] if isinstance(value, list) else None


def _plain(item: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name.lower(): value for name, value in item.items()}


def _either(one: bool | None, two: bool | None) -> bool | None:
    if one or two:
        return True
    return None if one is None or two is None else False
