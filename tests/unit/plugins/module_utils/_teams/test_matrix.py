# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every cell of both editions, spelled out as the document prints them, apart from the data of the collection.

Y is yes, N no, C conditional; numbers are the footnotes in the cell.
"""

from __future__ import annotations

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._teams.conditions import (
    CONDITIONS,
    FOREST_RULES,
    State,
)
from ansible_collections.syncready.m365.plugins.module_utils._teams.editions import (
    EDITIONS,
    advisory_differences,
    applicable,
    cell_differences,
)
from ansible_collections.syncready.m365.plugins.module_utils._teams.matrix import (
    FEATURE_TITLES,
    FEATURES,
    LOCATION_TITLES,
    LOCATIONS,
    MATRIX_LOCATIONS,
    Cell,
    ConditionId,
    conditional,
    no,
    yes,
)
from ansible_collections.syncready.m365.plugins.module_utils._teams.users import answer_of

COLUMNS = (
    "exchange_online",
    "exchange_online_dedicated_vnext",
    "exchange_online_dedicated_legacy",
    "exchange_on_premises",
)
SEED = """
ediscovery                  | Y 2 | Y 2 | C 2   | C 2
legal_hold                  | Y 2 | Y 2 | C 2,3 | C 2,3
retention                   | Y   | Y   | N     | N
team_and_channel_management | Y   | Y   | Y     | Y
meetings                    | Y   | Y   | N     | C
profile_picture             | Y   | Y   | N     | N
call_history                | Y   | Y   | Y     | Y
contacts                    | Y   | Y   | Y     | Y
outlook_contacts            | Y   | Y   | N     | N
voicemail                   | Y   | Y   | N     | N
connectors                  | Y   | Y   | N     | N
tabs                        | Y   | Y   | Y     | N
bots                        | Y   | Y   | Y     | Y
"""
NEWEST = """
ediscovery                  | Y 1 | Y 1 | Y 1   | C 1,9
legal_hold                  | Y 1 | Y 1 | C 1,2 | Y 1
retention                   | Y   | Y   | C 3   | C 3
team_and_channel_management | Y   | Y   | Y     | Y
meetings                    | Y   | Y   | N     | C 8
profile_picture             | C 7 | C 7 | N     | Y 10
call_history                | Y   | Y   | Y     | Y
contacts                    | Y   | Y   | Y     | Y
outlook_contacts            | C 6 | C 6 | N     | N
voicemail                   | Y   | Y   | C 4   | C 4
connectors                  | Y   | Y   | C 5   | C 5
tabs                        | Y   | Y   | Y     | Y
bots                        | Y   | Y   | Y     | Y
out_of_office               | Y   | Y   | Y     | N
"""
WORDS = {"Y": "supported", "N": "not_supported", "C": "conditional"}
Expected = tuple[str, str, str, tuple[int, ...]]


def cells(edition: str, table: str) -> list[tuple[str, str, str, str, tuple[int, ...]]]:
    rows = []
    for line in table.strip().splitlines():
        feature, *columns = (part.strip() for part in line.split("|"))
        assert len(columns) == 4
        for location, column in zip(COLUMNS, columns, strict=True):
            word, _blank, numbers = column.partition(" ")
            footnotes = tuple(int(number) for number in numbers.split(",") if number)
            rows.append((edition, feature, location, WORDS[word], footnotes))
    return rows


CELLS = cells("seed", SEED) + cells("newest", NEWEST)


def test_there_are_as_many_cells_as_the_document_has() -> None:
    assert len(cells("seed", SEED)) == 52
    assert len(cells("newest", NEWEST)) == 56
    assert MATRIX_LOCATIONS == COLUMNS
    for edition, table in (("seed", SEED), ("newest", NEWEST)):
        assert list(EDITIONS[edition].rows) == [line.split()[0] for line in table.strip().splitlines()]


@pytest.mark.parametrize(("edition", "feature", "location", "support", "footnotes"), CELLS)
def test_cell(edition: str, feature: str, location: str, support: str, footnotes: tuple[int, ...]) -> None:
    cell = EDITIONS[edition].cell(location, feature)  # type: ignore[arg-type]
    assert (cell.support, cell.footnotes) == (support, footnotes)


# What the conditional cells ask for; those that are not here work within the limits of their footnotes.
REQUIREMENTS = {
    ("seed", "ediscovery", "exchange_online_dedicated_legacy"): ["ediscovery_allowed_list"],
    ("seed", "ediscovery", "exchange_on_premises"): ["ediscovery_allowed_list"],
    ("seed", "meetings", "exchange_on_premises"): ["exchange_2016_cu3"],
    ("newest", "ediscovery", "exchange_on_premises"): ["exchange_online_plan_1"],
    ("newest", "meetings", "exchange_on_premises"): [
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
    ],
    ("newest", "profile_picture", "exchange_online"): ["owa_photo_policy"],
    ("newest", "profile_picture", "exchange_online_dedicated_vnext"): ["owa_photo_policy"],
    ("newest", "connectors", "exchange_online_dedicated_legacy"): ["connector_owner"],
    ("newest", "connectors", "exchange_on_premises"): ["connector_owner"],
}


def test_conditions_of_the_cells() -> None:
    found = {
        (name, feature, location): list(cell.conditions)
        for name, edition in EDITIONS.items()
        for feature, row in edition.rows.items()
        for location, cell in zip(COLUMNS, row, strict=True)
        if cell.conditions
    }
    assert found == REQUIREMENTS


FOOTNOTES = {
    "seed": {1: "CU3", 2: "channel messages", 3: "private chats"},
    "newest": {
        1: "channel messages",
        2: "private chats",
        3: "shadow mailbox",
        4: "neither seen nor played",
        5: "one owner of a team",
        6: "default folder",
        7: "SetPhotoEnabled",
        8: "requirements for meetings",
        9: "Plan 1",
        10: "SetPhotoEnabled is false",
    },
}


def test_footnotes() -> None:
    for name, expected in FOOTNOTES.items():
        footnotes = EDITIONS[name].footnotes
        assert list(footnotes) == list(expected)
        for number, piece in expected.items():
            assert piece in footnotes[number].text
    used = {number for row in EDITIONS["seed"].rows.values() for cell in row for number in cell.footnotes}
    assert used == {2, 3}
    assert "No cell refers to it" in EDITIONS["seed"].footnotes[1].remark
    used = {number for row in EDITIONS["newest"].rows.values() for cell in row for number in cell.footnotes}
    assert used == set(range(1, 11))


# Where the document contradicts itself or was garbled: edition, feature, locations (L legacy, P on premises), a piece.
NOTES = [
    ("seed", "ediscovery", "LP", "neither found nor held"),
    ("seed", "meetings", "L", "the table says no for Legacy"),
    ("seed", "meetings", "P", "Footnote 1"),
    ("seed", "meetings", "P", "CU3 and later"),
    ("seed", "tabs", "P", "this cell was wrong"),
    ("seed", "connectors", "LP", "connectors that others configured"),
    ("seed", "connectors", "LP", "retired"),
    ("newest", "meetings", "P", "contradicts itself"),
    ("newest", "meetings", "P", "EvoSTS is enough"),
    ("newest", "connectors", "L", "cannot manage connectors"),
    ("newest", "connectors", "LP", "retired"),
    ("newest", "out_of_office", "P", "Outlook"),
]


@pytest.mark.parametrize(("name", "feature", "places", "piece"), NOTES)
def test_contradictions_are_noted_where_they_belong(name: str, feature: str, places: str, piece: str) -> None:
    edition = EDITIONS[name]
    row = edition.rows[feature]  # type: ignore[index]
    found = {
        letter
        for letter, cell in zip("EVLP", row, strict=True)
        if any(piece in edition.notes[note] for note in cell.notes)
    }
    assert found - set("EV") == set(places)


REMARKS = [
    ("seed", "full_experience", "first sentence"),
    ("seed", "sharepoint_online", "second is right"),
    ("seed", "on_premises_features", "table says no for tabs"),
    ("seed", "chat_search", "French note says that administrators will be able to, and lost two more negations"),
    ("newest", "legacy_features", "table says yes for connectors"),
    ("newest", "classic_hybrid", "accept Classic or Modern"),
    ("newest", "chat_search", "said the opposite"),
]


@pytest.mark.parametrize(("name", "advisory", "piece"), REMARKS)
def test_contradictions_outside_of_the_table(name: str, advisory: str, piece: str) -> None:
    assert piece in next(item.remark for item in EDITIONS[name].advisories if item.id == advisory)


def test_garbles_of_the_translation() -> None:
    seed = EDITIONS["seed"]
    for piece in ("brackets", "in various environments", "says twice"):
        assert sum(piece in remark for remark in seed.remarks) == 1
    assert "legal hold is meant" in seed.footnotes[2].remark
    assert "legal hold is meant" in seed.footnotes[3].remark


STATEMENTS = {
    "full_experience": "Exchange Online and SharePoint Online",
    "hosting": "in the cloud or on premises",
    "online_features": "can use all features",
    "legacy_features": "Legacy can create and join",
    "on_premises_features": "can create and join teams",
    "sync_required": "must be synchronized",
    "sharepoint_online": "SharePoint on premises is not supported",
    "onedrive_for_chats": "OneDrive",
    "group_creation": "create Microsoft 365 groups",
    "compliance_works_best_online": "work best",
    "channel_messages_journaled": "journaled to the group mailbox",
    "file_compliance": "reach all files",
    "oauth": "Configure OAuth",
    "private_meetings": "disable private meetings",
    "chat_search": "essages",
    "legacy_exchange": "14 October 2025",
    "connectors_retired": "being retired",
    "dedicated_hybrid_application": "April 2025",
    "exchange_web_services": "October 2026",
}


@pytest.mark.parametrize("name", ["seed", "newest"])
def test_advisories(name: str) -> None:
    advisories = {advisory.id: advisory for advisory in EDITIONS[name].advisories}
    assert len(advisories) == len(EDITIONS[name].advisories)
    for advisory, piece in STATEMENTS.items():
        assert piece in advisories[advisory].text
    more = {
        "seed": {"connector_messages"},
        "newest": {
            "exchange_online_licence",
            "classic_hybrid",
            "meetings_environment",
            "out_of_office",
            "conditional_access",
            "presence",
        },
    }
    assert set(advisories) - set(STATEMENTS) == more[name]
    for item in advisories.values():
        assert item.text.endswith(".") and item.reason.endswith(".") and item.source
    year = EDITIONS[name].name
    elsewhere = {"legacy_exchange", "connectors_retired", "dedicated_hybrid_application", "exchange_web_services"}
    assert {item.id for item in advisories.values() if year not in item.source} == elsewhere


def test_the_rule_about_chats_was_reversed() -> None:
    pairs = {newest.id: (newest.text, seed.text) for newest, seed in advisory_differences(MATRIX_LOCATIONS[3:])}
    assert set(pairs) == {"on_premises_features", "chat_search", "oauth"}
    assert ["Wizard" in text for text in pairs["oauth"]] == [True, False]
    assert "wherever" in pairs["chat_search"][0]
    assert "only where" in pairs["chat_search"][1]
    assert advisory_differences(MATRIX_LOCATIONS[:1]) == []


def test_advisories_matter_where_mailboxes_are() -> None:
    ids = {advisory.id for advisory in applicable(EDITIONS["newest"], ("exchange_online", "none"))}
    assert "online_features" in ids and "group_creation" in ids
    assert not ids & {"oauth", "legacy_features", "private_meetings", "legacy_exchange"}


# Feature and location (E, V, L, P) of every cell that changed from the one edition to the other.
CHANGED = {
    "ediscovery": "LP",
    "legal_hold": "P",
    "retention": "LP",
    "meetings": "P",
    "profile_picture": "EVP",
    "outlook_contacts": "EV",
    "voicemail": "LP",
    "connectors": "LP",
    "tabs": "P",
    "out_of_office": "EVLP",
}


def test_differences_of_the_editions() -> None:
    letters = dict(zip(COLUMNS, "EVLP", strict=True))
    found: dict[str, str] = {}
    for difference in cell_differences(MATRIX_LOCATIONS):
        found[difference.feature] = found.get(difference.feature, "") + letters[difference.location]
        assert (difference.seed is None) == (difference.feature == "out_of_office")
        assert difference.newest is not None
    assert {feature: "".join(sorted(places, key="EVLP".index)) for feature, places in found.items()} == CHANGED


def test_every_word_has_its_title_and_every_id_its_text() -> None:
    assert set(FEATURE_TITLES) == set(FEATURES)
    assert set(LOCATION_TITLES) == set(LOCATIONS)
    of_users = {name for name, condition in CONDITIONS.items() if condition.of_user}
    assert set(FOREST_RULES) == set(CONDITIONS) - of_users
    assert of_users == {"synchronized", "exchange_2016_cu3"}
    for edition in EDITIONS.values():
        used = {note for row in edition.rows.values() for cell in row for note in cell.notes}
        assert used == set(edition.notes)
        for row in edition.rows.values():
            for cell in row:
                assert set(cell.conditions) <= set(CONDITIONS)
                assert set(cell.footnotes) <= set(edition.footnotes)


MEETINGS = conditional(8, conditions=("oauth", "exchange_2016_cu3", "hybrid_configuration"))


@pytest.mark.parametrize(
    ("cell", "states", "answer"),
    [
        (yes(1), {}, "supported"),
        (no(), {}, "not_supported"),
        # Limits cannot be met.
        (conditional(3), {}, "conditional"),
        (MEETINGS, {"oauth": "met", "exchange_2016_cu3": "met", "hybrid_configuration": "met"}, "supported"),
        (MEETINGS, {"oauth": "unknown", "exchange_2016_cu3": "met", "hybrid_configuration": "met"}, "conditional"),
        (
            MEETINGS,
            {"oauth": "unknown", "exchange_2016_cu3": "not_met", "hybrid_configuration": "met"},
            "not_supported",
        ),
        # Presence alone needs the wizard.
        (MEETINGS, {"oauth": "met", "exchange_2016_cu3": "met", "hybrid_configuration": "not_met"}, "supported"),
    ],
)
def test_answer_of_a_cell(cell: Cell, states: dict[ConditionId, State], answer: str) -> None:
    assert answer_of(cell, states) == answer
