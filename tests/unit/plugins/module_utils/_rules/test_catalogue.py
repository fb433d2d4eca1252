# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue: complete, documented, and said the same everywhere."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._model.errors import OptionError
from ansible_collections.syncready.m365.plugins.module_utils._model.version import VERSION
from ansible_collections.syncready.m365.plugins.module_utils._rules.catalogue import CATALOGUE, check_rule_ids
from ansible_collections.syncready.m365.plugins.module_utils._rules.countries import COUNTRY_CODES

ROOT = Path(__file__).resolve().parents[5]
IDFIX_ERRORS = {"Character", "Format", "TopLevelDomain", "DomainPart", "LocalPart", "Length", "Duplicate", "Blank", ""}


def test_every_rule_says_everything() -> None:
    for rule in CATALOGUE.values():
        assert rule.fires.endswith(".")
        assert rule.how.endswith(".")
        assert rule.source.startswith("Microsoft ")
        assert rule.idfix in IDFIX_ERRORS
        if rule.repair == "policy":
            assert "Policy " in rule.how or "Register" in rule.how
        if rule.repair == "none":
            assert rule.how.startswith(("Nothing to do", "Never changed"))


def test_page_of_the_rules_is_that_of_the_catalogue() -> None:
    spec = importlib.util.spec_from_file_location("rules_page", ROOT / "scripts" / "rules_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == module.page(), "run scripts/rules_page.py"
    for rule in CATALOGUE:
        assert f"\n### {rule}" in page


def test_unknown_rules_are_named() -> None:
    with pytest.raises(OptionError, match="disabled_rules: there is no rule no-such"):
        check_rule_ids("disabled_rules", ["upn-format", "no-such"])


def test_country_codes() -> None:
    assert len(COUNTRY_CODES) == 249
    assert (COUNTRY_CODES["DE"], COUNTRY_CODES["US"], COUNTRY_CODES["AF"], COUNTRY_CODES["ZW"]) == (276, 840, 4, 716)
    assert len(set(COUNTRY_CODES.values())) == 249


def test_version_is_that_of_the_collection() -> None:
    assert f"\nversion: {VERSION}\n" in (ROOT / "galaxy.yml").read_text(encoding="utf-8")
