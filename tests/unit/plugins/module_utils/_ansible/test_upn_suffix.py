# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What upn_suffix warns of, and what it takes for a suffix."""

from __future__ import annotations

import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    directory_spec,
    other_forests_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.upn_suffix import EMPTY_RESULT, upn_suffix
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import Failure
from ansible_collections.syncready.m365.plugins.module_utils._model.errors import SyncreadyError

SAMPLE = Path(__file__).resolve().parents[5] / "demo" / "contoso.ldif"
OWN = {
    "suffixes": None,
    "state": "present",
    "ou": None,
    "allow_non_routable": False,
    "force": False,
    "change_ldif_path": None,
}


def run(change: Path, *, check_mode: bool = False, **given: t.Any) -> tuple[dict[str, t.Any], list[str]]:
    """Return the result of the module on the sample, and what it warned of."""
    spec = {**directory_spec(), **other_forests_spec()}
    params = {name: option.get("default") for name, option in spec.items()}
    params |= {**OWN, "transport": "ldif", "ldif_path": str(SAMPLE), "change_ldif_path": str(change), **given}
    warnings: list[str] = []
    module = types.SimpleNamespace(params=params, check_mode=check_mode, warn=warnings.append)
    return upn_suffix(t.cast(t.Any, module)), warnings


OTHERS = {"northwind": ["northwind.com", "Tailspin.com"], "wingtip": ["tailspin.com"]}


@pytest.mark.parametrize(
    ("suffix", "options", "words"),
    [
        ("northwind.org", {}, []),
        ("northwind.org", {"other_forests": OTHERS}, []),
        ("tailspin.com", {"other_forests": OTHERS}, ["tailspin.com", "northwind, wingtip as well"]),
        # The trust with fabrikam.local routes fabrikam.com with everything below, its laboratory apart.
        ("sales.fabrikam.com", {}, ["trust with the forest fabrikam.local routes", "sales.fabrikam.com"]),
        ("lab.fabrikam.com", {}, []),
        ("emea.contoso.local", {"allow_non_routable": True}, ["is a domain of the forest"]),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_clashes_are_warned_of(
    tmp_path: Path, suffix: str, options: dict[str, t.Any], words: list[str], check_mode: bool
) -> None:
    result, warnings = run(tmp_path / "change.ldif", suffixes=[suffix], check_mode=check_mode, **options)
    assert result["added"] == [suffix]
    assert set(result) == {*EMPTY_RESULT, "changed"}
    text = " ".join(warnings)
    if not words:
        assert not [warning for warning in warnings if "routes" in warning or "as well" in warning]
    assert [word for word in words if word not in text] == []
    assert (tmp_path / "change.ldif").exists() is not check_mode


def test_what_is_there_already_is_not_warned_of(tmp_path: Path) -> None:
    result, warnings = run(tmp_path / "c.ldif", suffixes=["fabrikam.com"], other_forests={"x": ["fabrikam.com"]})
    assert (result["changed"], result["added"], warnings) == (False, [], [])


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["contoso.lan"], "allow_non_routable"),
        (["con toso.com"], "con toso.com"),
        (["a" * 64 + ".com"], "48"),
        (["-contoso.com"], "-contoso.com"),
        (["contoso.com!"], "contoso.com!"),
        (["a." * 24 + "com"], "48"),
    ],
)
def test_names_that_cannot_be_used(tmp_path: Path, names: list[str], words: str) -> None:
    with pytest.raises(SyncreadyError) as caught:
        run(tmp_path / "change.ldif", suffixes=names)
    assert caught.value.code == "BAD_OPTION"
    assert words in str(caught.value)
    assert not (tmp_path / "change.ldif").exists()


def test_what_accounts_carry_is_counted(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        run(tmp_path / "change.ldif", suffixes=["contoso.com"], state="absent")
    (use,) = caught.value.result["in_use"]
    assert use["suffix"] == "contoso.com"
    assert use["users"] > 400
    assert len(use["examples"]) == 5
    result, _warnings = run(tmp_path / "change.ldif", suffixes=["contoso.com"], state="absent", force=True)
    assert result["removed"] == ["contoso.com"]


def test_a_name_in_another_script_is_registered_in_ascii(tmp_path: Path) -> None:
    result, _warnings = run(tmp_path / "change.ldif", suffixes=["Bücher.de", "@Straße.com"])
    assert result["added"] == ["xn--bcher-kva.de", "xn--strae-oqa.com"]
    again, _warnings = run(tmp_path / "other.ldif", suffixes=["BÜCHER.de"], state="absent")
    assert again["changed"] is False
