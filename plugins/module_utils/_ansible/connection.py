# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module connection_info."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from .._directory import doctor_winrm_way
from .._directory.doctor import Check, failure
from .._directory.doctor_steps import bad_options, diagnose
from .._directory.ldif import LdifDirectory
from .._model.errors import OptionError, SyncreadyError
from .choices import Params, ldap_options, winrm_options
from .wrapper import Failure, Result

EMPTY_RESULT: Result = {"ready": False, "checks": []}


def examine(module: AnsibleModule) -> Result:
    """Check the connection that the options name.

    Raises:
        Failure: a check failed, or was a warning where that is to count.
    """
    params = module.params
    checks = _checks(params)
    failed = [check for check in checks if check.status == "failed"]
    warned = [check for check in checks if check.status == "warning"]
    result: Result = {"ready": not failed, "checks": [check.as_dict() for check in checks]}
    counted = {"none": [], "failed": failed, "warning": failed + warned}[params["fail_on"]]
    if counted:
        first = counted[0]
        others = (
            f" ({len(counted) - 1} more: {', '.join(check.check for check in counted[1:])}.)" if counted[1:] else ""
        )
        advice = f" {first.what_to_do}" if first.what_to_do else ""
        raise Failure(f"{first.check}: {first.message}{advice}{others}", first.code or "CHECK_WARNING", result)
    return result


def _checks(params: Params) -> list[Check]:
    if params["transport"] == "ldif":
        return [_file(params["ldif_path"])]
    if params["transport"] == "winrm":
        return _through_winrm(params)
    try:
        options = ldap_options(params)
    except OptionError as error:
        return bad_options(failure("options", error))
    return [Check("options", "ok", "The options go together."), *diagnose(options)]


def _through_winrm(params: Params) -> list[Check]:
    try:
        options = winrm_options(params)
    except OptionError as error:
        return bad_options(failure("options", error), doctor_winrm_way.STEPS)
    checks = doctor_winrm_way.diagnose(options, thorough=params["thorough"])
    return [Check("options", "ok", "The options go together."), *checks]


def _file(path: str) -> Check:
    try:
        directory = LdifDirectory(path)
        for _entry in directory.search():
            pass
    except SyncreadyError as error:
        return failure("file", error)
    return Check("file", "ok", f"{path} is a complete export with {directory.statistics.entries} entries.")
