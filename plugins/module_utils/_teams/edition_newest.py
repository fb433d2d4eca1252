# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edition of 2023: 14 features. Later texts of the document have the same matrix."""

from __future__ import annotations

from .advisories import FROM_ELSEWHERE, shared
from .matrix import Advisory, ConditionId, Edition, Footnote, Location, conditional, no, yes

_DOCUMENT = "edition of 2023"
_HERE: tuple[Location, ...] = ("exchange_on_premises",)
_RETIRED = ("connectors_retired",)
_PHOTO: tuple[ConditionId, ...] = ("owa_photo_policy",)
_OWNER: tuple[ConditionId, ...] = ("connector_owner",)
# The requirements of the document, in its order.
_MEETINGS: tuple[ConditionId, ...] = (
    "teams_licence",
    "synchronized",
    "exchange_2016_cu3",
    "published_externally",
    "oauth",
    "hybrid_writeback",
    "ews_service_principal_names",
    "environment",
    "delegation",
    "hybrid_configuration",
)

NEWEST = Edition(
    id="newest",
    name="2023",
    date="2023-10-24",
    source='"How Exchange and Microsoft Teams interact", text of 24 October 2023',
    rows={
        "ediscovery": (yes(1), yes(1), yes(1), conditional(1, 9, conditions=("exchange_online_plan_1",))),
        "legal_hold": (yes(1), yes(1), conditional(1, 2), yes(1)),
        "retention": (yes(), yes(), conditional(3), conditional(3)),
        "team_and_channel_management": (yes(), yes(), yes(), yes()),
        "meetings": (
            yes(),
            yes(),
            no(),
            conditional(8, conditions=_MEETINGS, notes=("modern_hybrid", "evosts_is_enough")),
        ),
        "profile_picture": (conditional(7, conditions=_PHOTO), conditional(7, conditions=_PHOTO), no(), yes(10)),
        "call_history": (yes(), yes(), yes(), yes()),
        "contacts": (yes(), yes(), yes(), yes()),
        "outlook_contacts": (conditional(6), conditional(6), no(), no()),
        "voicemail": (yes(), yes(), conditional(4), conditional(4)),
        "connectors": (
            yes(notes=_RETIRED),
            yes(notes=_RETIRED),
            conditional(5, conditions=_OWNER, notes=("connectors_legacy_prose", *_RETIRED)),
            conditional(5, conditions=_OWNER, notes=_RETIRED),
        ),
        "tabs": (yes(), yes(), yes(), yes()),
        "bots": (yes(), yes(), yes(), yes()),
        "out_of_office": (yes(), yes(), yes(), no(notes=("use_outlook",))),
    },
    footnotes={
        1: Footnote("eDiscovery and legal hold of channel messages work for every hosting option."),
        2: Footnote("Messages of private chats cannot be put on legal hold for this hosting option yet."),
        3: Footnote("Retention keeps the messages of the user in a shadow mailbox in the cloud."),
        4: Footnote("Voicemail can be used and arrives in Outlook; in Teams it can be neither seen nor played."),
        5: Footnote(
            "Where one owner of a team can add connectors, everybody in the team can, wherever their mailboxes are."
        ),
        6: Footnote("Contacts of the default folder only; other folders and folders below it are not reached."),
        7: Footnote("Teams honours SetPhotoEnabled of the Outlook on the web mailbox policy."),
        8: Footnote("The requirements for meetings with mailboxes on premises must be met."),
        9: Footnote("An Exchange Online Plan 1 licence is needed at least."),
        10: Footnote("Users can change the picture in Teams even where SetPhotoEnabled is false."),
    },
    notes={
        "modern_hybrid": "The document contradicts itself: one box says that Modern Hybrid is limited to free/busy and "
        "gives no calendar in Teams, the requirements accept Classic or Modern. Take Modern Hybrid as a warning.",
        "evosts_is_enough": "For tokens of Teams the authorization server EvoSTS is enough; ACS serves free/busy.",
        "connectors_legacy_prose": "The prose says that these users cannot manage connectors, the table says yes with "
        "footnote 5.",
        "connectors_retired": "Connectors in Teams are being retired in favour of Workflows; take the row for obsolete.",
        "use_outlook": "These users set it in Outlook.",
    },
    advisories=(
        shared("full_experience", _DOCUMENT),
        shared("hosting", _DOCUMENT),
        shared("online_features", _DOCUMENT),
        shared("legacy_features", _DOCUMENT, remark="The table says yes for connectors, with footnote 5."),
        Advisory(
            "on_premises_features",
            "Users with mailboxes on premises can create and join teams and channels, add and configure tabs and bots, "
            "chat and call, and manage meetings where the requirements are met.",
            "Meetings need a way from Teams to the mailbox.",
            f"{_DOCUMENT}, introduction",
            _HERE,
        ),
        shared("sync_required", _DOCUMENT),
        Advisory(
            "exchange_online_licence",
            "Users must have an Exchange Online licence.",
            "Teams keeps chats and compliance copies in a mailbox in the cloud, wherever the user's own mailbox is.",
            f"{_DOCUMENT}, requirements",
        ),
        shared("sharepoint_online", _DOCUMENT),
        shared("onedrive_for_chats", _DOCUMENT),
        shared("group_creation", _DOCUMENT),
        Advisory(
            "classic_hybrid",
            "For mailboxes on premises deploy a full Classic Hybrid with Exchange 2016 or later.",
            "Modern Hybrid is limited to free/busy and gives Teams no calendar of mailboxes on premises.",
            f"{_DOCUMENT}, important note",
            _HERE,
            "The requirements for meetings accept Classic or Modern.",
        ),
        shared("oauth", _DOCUMENT),
        Advisory(
            "meetings_environment",
            "Meetings with mailboxes on premises are supported in commercial, GCC and GCC High tenants only. GCC High has "
            "no delegated scheduling for them.",
            "Other clouds do not offer the connection.",
            f"{_DOCUMENT}, requirements for meetings",
            _HERE,
        ),
        Advisory(
            "out_of_office",
            "Users with mailboxes on premises set Out of Office in Outlook.",
            "The Teams client does not support it for them.",
            f"{_DOCUMENT}, note below the table",
            _HERE,
        ),
        shared("compliance_works_best_online", _DOCUMENT),
        shared("channel_messages_journaled", _DOCUMENT),
        shared("file_compliance", _DOCUMENT),
        Advisory(
            "conditional_access",
            "Protect the configuration of compliance policies in Teams and Exchange by Conditional Access.",
            "Whoever can change them can switch them off.",
            f"{_DOCUMENT}, further considerations",
        ),
        shared("private_meetings", _DOCUMENT),
        Advisory(
            "chat_search",
            "Chat messages can be searched wherever the mailboxes of the participants are, in the cloud or on premises.",
            "A mailbox in the cloud keeps the chats of synchronized users who have Teams and Exchange Online Plan 1; it "
            "holds what was written since 31 January 2018.",
            f"{_DOCUMENT}, further considerations",
            ("exchange_online_dedicated_legacy", "exchange_on_premises"),
            "The edition of 2018 said the opposite.",
        ),
        Advisory(
            "presence",
            "For presence deploy a hybrid environment by the Hybrid Configuration Wizard.",
            "Teams asks Exchange Online where a mailbox is.",
            f"{_DOCUMENT}, further considerations",
            _HERE,
        ),
        *FROM_ELSEWHERE,
    ),
)
