# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edition of 2018: 13 features. Its contradictions are noted where they belong."""

from __future__ import annotations

from .advisories import FROM_ELSEWHERE, shared
from .matrix import Advisory, ConditionId, Edition, Footnote, conditional, no, yes

_DOCUMENT = "edition of 2018"
_ALLOWED_LIST: tuple[ConditionId, ...] = ("ediscovery_allowed_list",)

SEED = Edition(
    id="seed",
    name="2018",
    date="2018-09-19",
    source='"How Exchange and Microsoft Teams interact", text of 25 September 2017 as it was on 19 September 2018',
    rows={
        "ediscovery": (
            yes(2),
            yes(2),
            conditional(2, conditions=_ALLOWED_LIST, notes=("private_chats_not_found",)),
            conditional(2, conditions=_ALLOWED_LIST, notes=("private_chats_not_found",)),
        ),
        "legal_hold": (yes(2), yes(2), conditional(2, 3), conditional(2, 3)),
        "retention": (yes(), yes(), no(), no()),
        "team_and_channel_management": (yes(), yes(), yes(), yes()),
        "meetings": (
            yes(),
            yes(),
            no(notes=("meetings_legacy_prose",)),
            conditional(conditions=("exchange_2016_cu3",), notes=("footnote_1_unreferenced", "meetings_and_later")),
        ),
        "profile_picture": (yes(), yes(), no(), no()),
        "call_history": (yes(), yes(), yes(), yes()),
        "contacts": (yes(), yes(), yes(), yes()),
        "outlook_contacts": (yes(), yes(), no(), no()),
        "voicemail": (yes(), yes(), no(), no()),
        "connectors": (
            yes(notes=("connectors_retired",)),
            yes(notes=("connectors_retired",)),
            no(notes=("connector_messages", "connectors_retired")),
            no(notes=("connector_messages", "connectors_retired")),
        ),
        "tabs": (yes(), yes(), yes(), no(notes=("tabs_prose",))),
        "bots": (yes(), yes(), yes(), yes()),
    },
    footnotes={
        1: Footnote(
            "Exchange 2016 CU3 and later are supported.",
            "No cell refers to it; it belongs to meetings with mailboxes on premises, whose cell spells it out.",
        ),
        2: Footnote(
            "eDiscovery and legal hold of channel messages work for every hosting option.",
            'The French text says "legal for compliance" where legal hold is meant.',
        ),
        3: Footnote(
            "Messages of private chats cannot be put on legal hold for this hosting option yet.",
            "The French text says suspension for legal reasons where legal hold is meant.",
        ),
    },
    notes={
        "private_chats_not_found": "The table says yes for tenants on the allowed list; the important note of the same "
        "document says that private chats of such participants are neither found nor held. It holds for private chats.",
        "meetings_legacy_prose": "The prose speaks of meetings for both Legacy and on-premises mailboxes and names Exchange "
        "2016 CU3; the table says no for Legacy, which is right.",
        "footnote_1_unreferenced": "Footnote 1, which no cell refers to, belongs here.",
        "meetings_and_later": "The French prose says CU3 and leaves out what follows: CU3 and later.",
        "tabs_prose": "The prose says that users on premises can add tabs, the table says no. The edition of 2023 says "
        "yes: this cell was wrong.",
        "connector_messages": "Users receive messages of connectors that others configured, the prose says.",
        "connectors_retired": "Connectors in Teams are being retired in favour of Workflows; take the row for obsolete.",
    },
    advisories=(
        shared(
            "full_experience",
            _DOCUMENT,
            remark="The first sentence of the document; no cell and no footnote repeats it.",
        ),
        shared("hosting", _DOCUMENT),
        shared("online_features", _DOCUMENT),
        shared("legacy_features", _DOCUMENT),
        Advisory(
            "on_premises_features",
            "Users with mailboxes on premises can create and join teams and channels, add and configure tabs and bots, "
            "chat and call. Meetings need Exchange 2016 CU3 or later. They cannot change their picture, reach their "
            "Outlook contacts or manage connectors.",
            "Teams does not reach those parts of their mailboxes.",
            f"{_DOCUMENT}, introduction",
            ("exchange_on_premises",),
            "The table says no for tabs.",
        ),
        Advisory(
            "connector_messages",
            "Users who cannot manage connectors still receive messages of connectors that others configured.",
            "Connectors belong to a channel and not to a mailbox.",
            f"{_DOCUMENT}, introduction",
            ("exchange_online_dedicated_legacy", "exchange_on_premises"),
        ),
        shared("sync_required", _DOCUMENT),
        shared("sharepoint_online", _DOCUMENT),
        shared("onedrive_for_chats", _DOCUMENT),
        shared("group_creation", _DOCUMENT),
        shared("compliance_works_best_online", _DOCUMENT),
        shared("channel_messages_journaled", _DOCUMENT),
        shared("file_compliance", _DOCUMENT),
        shared(
            "oauth",
            _DOCUMENT,
            text='Configure OAuth as in "Configure OAuth authentication between Exchange and Exchange Online '
            'organizations".',
        ),
        shared("private_meetings", _DOCUMENT),
        Advisory(
            "chat_search",
            "Messages of a private chat can be searched and held only where its participants have mailboxes in Exchange "
            "Online. Administrators will not be able to search or hold chats of other participants.",
            "Private chats are kept in the mailboxes of those who take part.",
            f"{_DOCUMENT}, important note",
            ("exchange_online_dedicated_legacy", "exchange_on_premises"),
            "The French note says that administrators will be able to, and lost two more negations (participants who do "
            "not have such a mailbox); the English one is right. The edition of 2023 reverses the rule.",
        ),
        *FROM_ELSEWHERE,
    ),
    remarks=(
        'The French text brackets "Legacy or Exchange on-premises" wrongly: two locations are meant.',
        "The French text speaks of users with Exchange Online in various environments where Exchange mailboxes in various "
        "environments are meant.",
        "The French sentence about Exchange Online says twice that users can take part in conversations and calls.",
    ),
)
