# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options by which a rehearsal takes earlier steps for done."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._directory.interface import Directory
from .._model.errors import OptionError
from .._remediation.assumed import AssumedDirectory
from .._remediation.assumptions import Assumptions, Step
from .._remediation.identity import check_directory
from .._remediation.plan_files import read_plan
from .._rules.suffixes import suffix_form
from .arguments import Spec

NAMES = ("assume_applied", "assume_upn_suffixes")


def assumed_spec() -> Spec:
    """Return the options (fragment ``assumed``)."""
    return {
        "assume_applied": {"type": "list", "elements": "path", "default": []},
        "assume_upn_suffixes": {"type": "list", "elements": "str", "default": []},
    }


def assumes(params: dict[str, t.Any]) -> bool:
    """Return whether anything is taken for done."""
    return any(params.get(name) for name in NAMES)


def refuse_assumptions(module: AnsibleModule) -> None:
    """Make sure that nothing is written on the ground of what is not there yet.

    Raises:
        OptionError: earlier steps are taken for done outside check mode.
    """
    used = [name for name in NAMES if module.params.get(name)]
    if used and not module.check_mode:
        raise OptionError(
            f"{' and '.join(used)}: what would be written then rests on steps that were not taken. Apply these first, and "
            "leave the option out; or rehearse in check mode."
        )


def assumed(directory: Directory, params: dict[str, t.Any]) -> Directory:
    """Return a directory as it would be after the steps that the options name.

    Raises:
        PlanError: a plan cannot be read, or was made for another directory.
        OptionError: a suffix is no domain name.
        DirectoryError: it is not known which directory this is.
    """
    if not assumes(params):
        return directory
    steps = []
    here = directory.identity() if params["assume_applied"] else {}
    for path in params["assume_applied"]:
        plan = read_plan(path)
        check_directory(plan.header.directory, here, f"The plan {path}")
        steps.append(Step(path, plan.rows))
    try:
        suffixes = dict.fromkeys(suffix_form(name) for name in params["assume_upn_suffixes"])
    except OptionError as error:
        raise OptionError(f"assume_upn_suffixes, {error}") from None
    return AssumedDirectory(directory, Assumptions(steps, tuple(suffixes)))


def tell_passed_over(module: AnsibleModule, directory: Directory) -> None:
    """Warn of what of the plans was passed over."""
    if isinstance(directory, AssumedDirectory):
        for text in directory.warnings():
            module.warn(text)
