# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Advisories that both editions share, and those that other documents give."""

from __future__ import annotations

import dataclasses

from .matrix import Advisory, Location

_HERE: tuple[Location, ...] = ("exchange_on_premises",)
_SYNCHRONIZED: tuple[Location, ...] = ("exchange_online_dedicated_legacy", "exchange_on_premises")

_SHARED = (
    Advisory(
        "full_experience",
        "Every user should have Exchange Online and SharePoint Online, and should be allowed to create groups.",
        "Only then all of Teams works.",
        "introduction",
    ),
    Advisory(
        "hosting",
        "Mailboxes may be in the cloud or on premises; what Teams does depends on it.",
        "The matrix answers for each location.",
        "introduction",
    ),
    Advisory(
        "online_features",
        "Users in Exchange Online and in Exchange Online Dedicated vNext can use all features: create and join teams and "
        "channels, create and view meetings, call and chat, change their picture, add and configure connectors, tabs and "
        "bots.",
        "Their mailboxes are where Teams looks for them.",
        "introduction",
        ("exchange_online", "exchange_online_dedicated_vnext"),
    ),
    Advisory(
        "legacy_features",
        "Users in Exchange Online Dedicated - Legacy can create and join teams and channels, add and configure tabs and "
        "bots, chat and call. They cannot change their picture, manage meetings, reach their Outlook contacts or manage "
        "connectors.",
        "Teams does not reach those parts of their mailboxes.",
        "introduction",
        ("exchange_online_dedicated_legacy",),
    ),
    Advisory(
        "sync_required",
        "Users whose mailboxes are in Exchange Online Dedicated - Legacy or on premises must be synchronized to "
        "Microsoft Entra ID with Microsoft Entra Connect.",
        "Teams knows nobody who is not in the tenant.",
        "introduction and heading of the table",
        _SYNCHRONIZED,
    ),
    Advisory(
        "sharepoint_online",
        "SharePoint Online is required to share and store files in the conversations of teams. SharePoint on premises is "
        "not supported.",
        "Files of channels are stored in the SharePoint site of the team.",
        "requirements",
        (),
        "One sentence requires SharePoint Online for files in conversations, another says that files in channels go on "
        "working for users without its licence. The second is right for the licence of the single user.",
    ),
    Advisory(
        "onedrive_for_chats",
        "Users who share files in chats need OneDrive, which comes with a SharePoint Online licence.",
        "Without it file sharing works in channels but not in chats.",
        "requirements",
    ),
    Advisory(
        "group_creation",
        "Users who shall create teams must be allowed to create Microsoft 365 groups.",
        "Every team is a group.",
        "requirements",
    ),
    Advisory(
        "compliance_works_best_online",
        "eDiscovery, content search, archiving and legal hold work best with Exchange Online and SharePoint Online.",
        "That is where Teams keeps what these features look at.",
        "further considerations",
    ),
    Advisory(
        "channel_messages_journaled",
        "Channel messages are journaled to the group mailbox in Exchange Online, where eDiscovery finds them.",
        "It does not matter where the mailboxes of those who wrote them are.",
        "further considerations",
    ),
    Advisory(
        "file_compliance",
        "With SharePoint Online and OneDrive enabled across the organisation and for the users, the compliance features "
        "reach all files in Teams as well.",
        "Files are stored there and not in mailboxes.",
        "further considerations",
    ),
    Advisory(
        "oauth",
        'Configure OAuth as in "Configure OAuth authentication between Exchange and Exchange Online organizations", '
        "preferably by the Hybrid Configuration Wizard.",
        "Without it Teams cannot reach mailboxes on premises.",
        "further considerations",
        _HERE,
    ),
    Advisory(
        "private_meetings",
        "If all discussions in meetings must be discoverable, disable private meetings for organizers whose mailboxes "
        "are on premises.",
        "What is said there would not be found.",
        "further considerations",
        _HERE,
    ),
)

_LEARN = "Microsoft's life-cycle pages"
FROM_ELSEWHERE = (
    Advisory(
        "legacy_exchange",
        "Exchange Server SE is the only version on premises that Microsoft supports. Support ended on 14 October 2025 for "
        "2016 and 2019, on 11 April 2023 for 2013, on 13 October 2020 for 2010.",
        "Exchange 2016 CU3 is what meetings need to work, and not what is supported.",
        _LEARN,
        _HERE,
    ),
    Advisory(
        "connectors_retired",
        "Do not plan with connectors in Teams: they are being retired in favour of Workflows.",
        "Third parties name 31 March 2026 and May 2026 as the end; no text of Microsoft's own was found.",
        "third-party pages",
    ),
    Advisory(
        "dedicated_hybrid_application",
        "Set up the dedicated Exchange hybrid application (servers need the update of April 2025 or later) in the place "
        "of the shared one.",
        "Exchange hybrid needs it; the shared first-party application is going away.",
        "CSS-Exchange, ConfigureExchangeHybridApplication",
        _HERE,
    ),
    Advisory(
        "exchange_web_services",
        "Watch what becomes of Exchange Web Services in Exchange Online, whose end is announced for October 2026.",
        "The integration with mailboxes on premises uses them.",
        "third-party pages",
        _HERE,
    ),
)


def shared(name: str, document: str, **changes: str) -> Advisory:
    """Return an advisory that both editions give, with its source, and with what this edition says otherwise.

    Args:
        name: id of the advisory.
        document: the edition in words, for the source.
        changes: fields that differ.
    """
    advisory = next(advisory for advisory in _SHARED if advisory.id == name)
    return dataclasses.replace(advisory, **{"source": f"{document}, {advisory.source}", **changes})  # type: ignore[arg-type]
