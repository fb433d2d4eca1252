# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module rollback."""

from __future__ import annotations

import contextlib
import hashlib
import json

from ansible.module_utils.basic import AnsibleModule

from .._directory.ldif import LdifDirectory
from .._model.errors import OptionError
from .._remediation.guard import Settings
from .._remediation.identity import check_directory
from .._remediation.journal import Journal
from .._remediation.rollback import way_back
from .._remediation.run import journal_of
from .choices import open_directory
from .wrapper import Result
from .writing import EMPTY_WRITING, WritingSession

EMPTY_RESULT: Result = EMPTY_WRITING

# What was allowed to be changed may be changed back.
_EVERYTHING = Settings(protected_accounts=True, policy_managed_recipients=True)


def roll_back(module: AnsibleModule) -> Result:
    """Take back what a journal recorded.

    Raises:
        SyncreadyError: something was wrong before anything was written.
        Failure: not everything could be taken back; it has the full result.
    """
    params = module.params
    with contextlib.ExitStack() as stack:
        directory = open_directory(params)
        stack.callback(directory.close)
        session = stack.enter_context(WritingSession(module, directory, purpose="rollback"))
        journal = journal_of(session.state, params["journal_path"])
        # Exports have no name of their own that lasts. GUIDs make sure that the right objects are meant.
        if not isinstance(directory, LdifDirectory):
            check_directory(journal.directory, directory.identity(), "The journal")
        changes = way_back([journal], _names(params["objects"]))
        about = {"journal": journal.header["id"], "path": journal.path}
        return session.write(changes, _digest(journal, params["objects"]), about, len(changes), None, _EVERYTHING)


def _names(objects: list[str]) -> list[str]:
    for name in objects:
        if not name.strip():
            raise OptionError("objects holds an empty name. Give DNs, GUIDs or names, or leave it out for all objects.")
    return objects


def _digest(journal: Journal, objects: list[str]) -> str:
    """Return what names the journal of this roll back: the same call goes on with it."""
    return hashlib.sha256(json.dumps([journal.header["id"], sorted(objects)]).encode("ascii")).hexdigest()
