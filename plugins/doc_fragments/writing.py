# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many objects are written: with a journal, within limits."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragments ``writing`` and ``writing.plan``."""

    DOCUMENTATION = r"""
options:
  state_dir:
    description:
      - The directory that keeps journals and undo files. Required where the directory service itself is written.
      - It must exist and hold the mark that O(init_state) laid in an earlier job, so that it is certain to outlive the
        job. In an execution environment it must be mounted.
      - A file C(STOP) in it ends a run after its current batch.
      - One run at a time uses it.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_STATE_DIR) will be
        used instead.
    type: path
  init_state:
    description:
      - Make O(state_dir) where it does not exist, and mark it. A run that laid the mark itself writes nothing to the
        directory service; the next job does.
    type: bool
    default: false
  max_changes:
    description:
      - How many objects to change at the most. What is left is listed, and the next run goes on from there.
      - V(-1) means no limit.
    type: int
    default: 100
  deadline:
    description:
      - The end of the change window, in ISO 8601 with an offset from UTC, such as V(2026-11-30T23:30:00+01:00). No batch
        begins that would not be over by then.
    type: str
  batch_size:
    description: How many objects are read again, written and verified together.
    type: int
    default: 50
  max_errors:
    description:
      - After how many refused or failed objects to write nothing more. Conflicts do not count.
      - V(-1) means no limit.
    type: int
    default: 10
  max_write_rate:
    description: How many objects a second to write at the most, to spare the domain controller.
    type: float
  ticket:
    description: The number of the change, for the journal and the hand-over.
    type: str
  approver:
    description: Who approved the change, for the journal and the hand-over.
    type: str
  change_ldif_path:
    description:
      - With O(transport=ldif), where to write the changes for an import by hand (C(ldifde -i -f), C(ldapmodify -f)).
        Required where there is something to change, but in check mode.
      - The way back lies beside it, as C(.undo.ldif). The export itself is never touched.
    type: path
  report_dir:
    description:
      - Where to write the full lists, for their owner alone. Without it, they lie in O(state_dir), or beside
        O(change_ldif_path). In an execution environment it must be on a mounted path.
      - With the lists (C(outcomes.jsonl), C(outcomes.csv)) lies the hand-over, which says what was planned, done and
        left, what to decide about what is left, and how to take the change back. C(handover.html) is for people and
        needs the Python package Jinja2, C(handover.txt) is for the ticket. A rehearsal in check mode writes them too,
        and says in them that it was one.
    type: path
  max_returned:
    description: How many objects to return in RV(outcomes) and RV(diff) at the most. All of them are in the files.
    type: int
    default: 100
  progress_path:
    description:
      - A file that says now and then, in JSON, how far the module is. Where the module runs on the machine of the play,
        the action plugin of the same name chooses one itself and shows what it says as lines of output. The variable
        C(syncready_progress_seconds) says after how many seconds the first line comes (5 without it); 0 shows none.
    type: path
notes:
  - What somebody else changed in between is a conflict. It is reported and left alone. Active Directory deletes a value
    without regard to case or accents, so the exact comparison is made right before the write.
  - Other domain controllers see the changes after replication. Run the module against the same one until then.
  - The same call again goes on where a run ended, was cut, or lost its connection.
"""

    PLAN = r"""
options:
  max_changed_percent:
    description:
      - How many of the judged objects to change at the most, in percent. One object is always possible, but with V(0).
      - V(100) means no limit.
    type: float
    default: 5
  protected_accounts:
    description: Whether to change accounts that are or were members of protected groups (C(adminCount)).
    type: str
    choices: [skip, allow]
    default: skip
  policy_managed_recipients:
    description:
      - Whether to change C(mail), C(proxyAddresses) and C(mailNickname) of recipients whose addresses an address policy
        of Exchange manages.
    type: str
    choices: [skip, allow]
    default: skip
  exclude_attributes:
    description: Attributes that are never changed. An object that would need one is left alone as a whole.
    type: list
    elements: str
    default: []
"""
