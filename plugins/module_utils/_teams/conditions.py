# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The conditions of the matrix: what they ask for, and whether the directory shows that they are met.

What only the tenant knows is unknown, with the reason, unless an export of the tenant says it. ``FOREST_RULES`` holds one
function for each condition; ``licences`` those that an export answers user by user.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._exchange.builds import DELEGATION_FLOOR, Build, label_of
from .._exchange.objects import says_disabled
from .._exchange.organisation import Organisation
from .._tenant.products import Service
from .matrix import ConditionId
from .tenant import CloudAccount, TenantSide

State = t.Literal["met", "not_met", "unknown"]


@dataclass(frozen=True)
class Condition:
    """What must hold for a cell.

    Attributes:
        text: the condition in words.
        part: the part of the feature that needs it; empty where all of it does.
        of_user: whether it is met by one user and not by another, as far as the directory shows.
    """

    text: str
    part: str = ""
    of_user: bool = False


CONDITIONS: t.Mapping[ConditionId, Condition] = {
    "teams_licence": Condition("The synchronized user has the Teams licence that is needed."),
    "synchronized": Condition("The user is synchronized to Microsoft Entra ID.", of_user=True),
    "exchange_2016_cu3": Condition(
        "The mailbox is on Exchange Server 2016 CU3 (15.1.544.27) or later. It is what is needed to work, and older than "
        "what Microsoft supports.",
        of_user=True,
    ),
    "published_externally": Condition("Autodiscover and Exchange Web Services are published to the internet."),
    "oauth": Condition(
        "OAuth is configured between the organisation and Exchange Online, preferably by the Hybrid Configuration Wizard "
        "with a full hybrid."
    ),
    "hybrid_writeback": Condition('"Exchange hybrid deployment" is switched on in Microsoft Entra Connect.'),
    "ews_service_principal_names": Condition(
        "The addresses of Exchange Web Services are registered as service principal names of Exchange in the tenant.",
        "the calendar app and the add-in for Outlook on the Mac",
    ),
    "environment": Condition("The tenant is in the commercial cloud, GCC or GCC High."),
    "delegation": Condition(
        'The steps of "Configure Integration and OAuth between Skype for Business Online and Exchange Server" are done '
        "(the role ArchiveApplication is not needed), and Autodiscover leads to Exchange 2013 CU19 or later. GCC High "
        "does not have it.",
        "scheduling on behalf of somebody else",
    ),
    "hybrid_configuration": Condition(
        "The hybrid environment was made by the Hybrid Configuration Wizard.",
        "presence",
    ),
    "exchange_online_plan_1": Condition("The user has at least an Exchange Online Plan 1 licence."),
    "owa_photo_policy": Condition("The Outlook on the web mailbox policy of the user has SetPhotoEnabled."),
    "connector_owner": Condition("An owner of the team can add connectors."),
    "ediscovery_allowed_list": Condition(
        "The tenant is on the list of those that may search mailboxes in the cloud of users on premises; Microsoft's "
        "support puts it there."
    ),
}


@dataclass(frozen=True)
class Resolution:
    """Whether a condition is met, and why that is said."""

    state: State
    reason: str


@dataclass
class Evidence:
    """What the directory shows about the forest.

    Attributes:
        exchange: the Exchange organisation.
        sync_signs: what shows that a synchronization runs, in words.
        tenant: the tenant, where exports of it are there.
    """

    exchange: Organisation
    sync_signs: list[str] = field(default_factory=list)
    tenant: TenantSide | None = None


@dataclass
class UserNumbers:
    """How many users at the locations that need it meet a condition.

    Attributes:
        met, not_met, unknown: numbers of users.
        not_in_tenant: how many of those who are unknown no account of the tenant was matched with.
    """

    met: int = 0
    not_met: int = 0
    unknown: int = 0
    not_in_tenant: int = 0

    def add(self, state: State, number: int = 1, *, in_tenant: bool = True) -> None:
        """Count users."""
        setattr(self, state, getattr(self, state) + number)
        if state == "unknown" and not in_tenant:
            self.not_in_tenant += number

    @property
    def total(self) -> int:
        """All of them."""
        return self.met + self.not_met + self.unknown


# What an export of the tenant answers for each user.
_LICENCES: t.Mapping[ConditionId, Service] = {
    "teams_licence": "teams",
    "exchange_online_plan_1": "exchange_online_plan_1",
}


def is_of_user(condition: ConditionId, evidence: Evidence) -> bool:
    """Return whether a condition is met by one user and not by another, as far as can be told."""
    return CONDITIONS[condition].of_user or (evidence.tenant is not None and condition in _LICENCES)


def user_states(
    synchronized: bool, qualifies: bool | None, evidence: Evidence, account: CloudAccount | None = None
) -> dict[ConditionId, State]:
    """Return the states of the conditions that a user meets or not.

    Args:
        synchronized: whether neither the default filters nor the scope leave the user out.
        qualifies: whether the version of Exchange is high enough for meetings.
        evidence: what is known of the forest.
        account: the account of the tenant; None where there is none, or no export.
    """
    states: dict[ConditionId, State] = {"exchange_2016_cu3": _state(qualifies)}
    if evidence.tenant is None:
        states["synchronized"] = "not_met" if not synchronized else "met" if evidence.sync_signs else "unknown"
        return states
    taken = account.is_synchronized if account is not None else None
    states["synchronized"] = _state(taken) if synchronized else "not_met"
    for condition, service in _LICENCES.items():
        states[condition] = _state(getattr(account.services, service) if account is not None else None)
    return states


def _state(value: bool | None) -> State:
    return "unknown" if value is None else "met" if value else "not_met"


def resolve(condition: ConditionId, evidence: Evidence, users: UserNumbers) -> Resolution:
    """Return whether a condition is met in the forest: by all users that need it, where it is one of users."""
    if is_of_user(condition, evidence):
        state: State = "not_met" if users.not_met else "unknown" if users.unknown or not users.total else "met"
        return Resolution(state, _user_reason(condition, evidence, users))
    return FOREST_RULES[condition](evidence)


def _user_reason(condition: ConditionId, evidence: Evidence, users: UserNumbers) -> str:
    if condition == "exchange_2016_cu3":
        return _version(users)
    if evidence.tenant is None:
        return _synchronized(users, evidence)
    has, lacks = "have it", "have not"
    if condition == "synchronized":
        has, lacks = "are synchronized", "are not, or are left out by the default filters or the scope"
    missing = f" ({users.not_in_tenant} were not matched with an account)" if users.not_in_tenant else ""
    return (
        f"By the export of the tenant, of {_users(users.total)} with a mailbox on premises {users.met} {has} and "
        f"{users.not_met} {lacks}; of {users.unknown} it does not tell{missing}."
    )


def _synchronized(users: UserNumbers, evidence: Evidence) -> str:
    left_out = f"{users.not_met} of {_users(users.total)} are left out by the default filters or the scope"
    if evidence.sync_signs:
        return f"{left_out}; the synchronization seems to run: {' and '.join(evidence.sync_signs)}."
    return f"{left_out}. Nothing in the directory shows that a synchronization runs."


def _version(users: UserNumbers) -> str:
    return (
        f"Of {_users(users.total)} with a mailbox on premises {users.met} are on Exchange 2016 CU3 or later, "
        f"{users.not_met} on older servers; of {users.unknown} the directory does not tell the version."
    )


def _users(number: int) -> str:
    return "1 user" if number == 1 else f"{number} users"


def _tenant(what: str) -> t.Callable[[Evidence], Resolution]:
    resolution = Resolution("unknown", f"Only the tenant knows {what}.")
    return lambda evidence: resolution


_ENVIRONMENTS: t.Mapping[str, Resolution] = {
    "commercial": Resolution(
        "met", "By the export of the tenant, sign-in names end in .onmicrosoft.com: the commercial cloud or GCC."
    ),
    "us_government": Resolution(
        "unknown",
        "By the export of the tenant, sign-in names end in .onmicrosoft.us: GCC High, or the cloud of the DoD, where "
        "meetings are not supported.",
    ),
    "china": Resolution("not_met", "By the export of the tenant, it is in the cloud that 21Vianet operates in China."),
    "germany": Resolution("not_met", "By the export of the tenant, it is in the former cloud of Germany."),
}


def _environment(evidence: Evidence) -> Resolution:
    unknown = Resolution("unknown", "Only the tenant knows which cloud it is in.")
    return _ENVIRONMENTS.get(evidence.tenant.cloud, unknown) if evidence.tenant is not None else unknown


_NO_ORGANISATION = Resolution("unknown", "The source does not hold the configuration of Exchange.")


def _published(evidence: Evidence) -> Resolution:
    exchange = evidence.exchange
    if not exchange.is_known:
        return _NO_ORGANISATION
    if exchange.external_urls.get("web_services"):
        return Resolution(
            "unknown", "Virtual directories have external addresses; whether these answer, the directory does not tell."
        )
    return Resolution("unknown", "No virtual directory of Exchange Web Services shows an external address.")


def _oauth(evidence: Evidence) -> Resolution:
    """Return what the OAuth objects say: never met, because nothing in the directory proves that they work."""
    exchange = evidence.exchange
    if not exchange.is_known:
        return _NO_ORGANISATION
    servers = sorted(exchange.auth_servers.values(), key=lambda server: server.name)
    partners = list(exchange.partner_applications.values())
    if not servers:
        return Resolution("not_met", "The organisation has no authorization server.")
    if not partners:
        return Resolution("not_met", "The organisation has no partner application.")
    if not any(partner.is_exchange_online or partner.application is None for partner in partners):
        return Resolution("not_met", "Exchange Online is not among the partner applications of the organisation.")
    names = ", ".join(server.name for server in servers)
    reason = f"Configured, unconfirmed: authorization servers ({names}) and partner application are there."
    online = [partner for partner in partners if partner.is_exchange_online]
    if all(says_disabled(item.flags) for item in servers) or (online and all(says_disabled(p.flags) for p in online)):
        reason += " Their flags seem to say that they are switched off."
    return Resolution("unknown", reason)


def _hybrid(evidence: Evidence) -> Resolution:
    exchange = evidence.exchange
    if not exchange.is_known:
        return _NO_ORGANISATION
    if exchange.hybrid is None:
        return Resolution("not_met", "The organisation has no hybrid configuration.")
    return Resolution("met", "The Hybrid Configuration Wizard left its configuration in the organisation.")


def _delegation(evidence: Evidence) -> Resolution:
    builds = [server.build for server in evidence.exchange.server_objects.values() if server.build is not None]
    if not builds:
        return Resolution("unknown", "The source does not hold an Exchange server with its version.")
    lowest, highest = min(builds, key=_order), max(builds, key=_order)
    if highest.order < DELEGATION_FLOOR.order:
        return Resolution("not_met", f"The newest server is {label_of(highest)}, older than Exchange 2013 CU19.")
    if lowest.order < DELEGATION_FLOOR.order:
        return Resolution(
            "unknown",
            f"The oldest server is {label_of(lowest)}; which server Autodiscover leads to, the directory does not tell.",
        )
    return Resolution("unknown", "All servers are new enough; whether the steps are done, the directory does not tell.")


def _order(build: Build) -> tuple[int, int, int]:
    return build.order


FOREST_RULES: t.Mapping[ConditionId, t.Callable[[Evidence], Resolution]] = {
    "teams_licence": _tenant("the licences"),
    "published_externally": _published,
    "oauth": _oauth,
    "hybrid_writeback": _tenant("it, and the server of Microsoft Entra Connect"),
    "ews_service_principal_names": _tenant("them"),
    "environment": _environment,
    "delegation": _delegation,
    "hybrid_configuration": _hybrid,
    "exchange_online_plan_1": _tenant("the licences"),
    "owa_photo_policy": _tenant("the policies of its mailboxes"),
    "connector_owner": _tenant("the teams and their owners"),
    "ediscovery_allowed_list": _tenant("whether it is on the list"),
}
