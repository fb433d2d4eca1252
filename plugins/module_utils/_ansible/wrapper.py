# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one seam between the collection's own code and Ansible: options in, result or failure out."""

from __future__ import annotations

import os
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._model.errors import SyncreadyError

Result = dict[str, t.Any]


class Failure(Exception):
    """A run that did its work and fails all the same, with its full result: a threshold was crossed.

    Args:
        message: what a person reads.
        code: ``error_code`` of the result.
        result: what the module returns besides.
    """

    def __init__(self, message: str, code: str, result: Result) -> None:
        super().__init__(message)
        self.code = code
        self.result = result


class _Module(AnsibleModule):  # type: ignore[misc]  # Ansible has no types
    """Fails with all keys of the result, also where Ansible itself refuses the options."""

    base: t.ClassVar[Result] = {}

    def fail_json(self, msg: str, **kwargs: t.Any) -> t.NoReturn:
        """Fail with a message."""
        super().fail_json(msg, **{**self.base, "error_code": "BAD_OPTION", **kwargs})
        raise SystemExit(1)


def run_module(
    argument_spec: dict[str, t.Any],
    work: t.Callable[[AnsibleModule], Result],
    empty_result: Result,
    **constraints: t.Any,
) -> t.NoReturn:
    """Run a module.

    Args:
        argument_spec: the options.
        work: does the work and returns the result.
        empty_result: the keys of the result with the values they have when nothing was done; every exit has them.
        constraints: required_if and its like.
    """
    base: Result = {"changed": False, "error_code": None, **empty_result}
    _Module.base = base
    module = _Module(argument_spec=argument_spec, supports_check_mode=True, **constraints)
    try:
        result = work(module)
    except Failure as failure:
        module.fail_json(msg=str(failure), **{**base, **failure.result, "error_code": failure.code})
    except SyncreadyError as error:
        module.fail_json(msg=str(error), **{**base, "error_code": error.code})
    except Exception as error:
        # Not one of ours: a fault of the collection. Its place helps whoever mends it, and holds no value.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(frame.filename)}, line {frame.lineno}"
        msg = f"An unexpected fault in the collection ({type(error).__name__} in {place}). Please report it."
        module.fail_json(msg=msg, **{**base, "error_code": "INTERNAL_ERROR"})
    module.exit_json(**{**base, **result})
    raise SystemExit
