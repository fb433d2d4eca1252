# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page docs/rules.md, made from the rule catalogue."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Lets the collection be imported by its full name.
runpy.run_path(str(ROOT / "tests" / "conftest.py"))

from ansible_collections.syncready.m365.plugins.module_utils._rules import (  # noqa: E402
    catalogue_forest,
    catalogue_mail,
    catalogue_names,
    catalogue_objects,
    catalogue_proxies,
    catalogue_upn,
)
from ansible_collections.syncready.m365.plugins.module_utils._rules.rule import Rule  # noqa: E402

CHAPTERS = (
    ("Sign-in name (userPrincipalName)", catalogue_upn.RULES),
    ("proxyAddresses", catalogue_proxies.RULES),
    ("mail, mailNickname, targetAddress", catalogue_mail.RULES),
    ("Names and the address list", catalogue_names.RULES),
    ("Across attributes and objects", catalogue_objects.RULES),
    ("The forest itself", catalogue_forest.RULES),
)

INTRODUCTION = """\
# Rules

What the audit checks, what Microsoft 365 does with such a value, and how it may be repaired. This page is made from the
rule catalogue of the code; do not edit it.

**Severity.** *error*: the object, its sign-in name or an address that people use does not reach the cloud as it is.
*warning*: it arrives altered, something less important does not arrive, or people get confused. *info*: hygiene. Options
change the severity of a rule, switch it off, or waive single findings. The table names the usual severity; the text says
when it is another.

**Outcome**, what the cloud does: *rejected*; *quarantined* (the later holder is synchronized without the value, or with a
placeholder); *fallback* (the identity becomes `<mailNickname>@<tenant>.onmicrosoft.com`); *rewritten* (characters become
an underscore, digits are appended, a name is made up); *dropped* (that value is ignored); *not_synced* (the object is left
out); *confusing*; *cosmetic*; *none*.

**Repair.** *auto*: there is one right answer that keeps the meaning. *policy*: only when the user has chosen the policy
that decides it. *person*: a person must decide; the finding says what. *none*: nothing to do.

Rules marked with (L) cannot fire on a live Active Directory, whose schema forbids such values; an export that was made
elsewhere can hold them.

## Which objects are judged

Users, inetOrgPerson objects, contacts and groups. System accounts are skipped and counted, without a finding: computers,
managed service accounts, trust accounts, critical system objects, the accounts of the synchronization itself, and
Exchange's own mailboxes. Dynamic distribution groups and mail-enabled public folders are read for their addresses only.

Objects that the default filters of the synchronization, or the option `sync_scope`, leave out get one finding that says
so, and no other. The values of all of them count as taken: a clash with one is reported on the judged object, as info.

## One defect, one finding

- A broken format ends the judging of a value.
- Each offending character is reported by one rule: white space and hidden characters first, then invalid ones, then
  characters outside ASCII, then unexpected ones.
- A fault in the characters of a domain silences the rules about the domain, of which the first that fires is reported.
- Values that differ are reported only where neither has an error or a warning of its own.
- `address-taken` is reported only where no duplicate rule of one attribute names the same pair.
- Comparisons ignore case, character by character, in every locale the same.
- What an export does not hold at all is unknown, not wrong.
"""


def page() -> str:
    """Return the whole page."""
    return INTRODUCTION + "".join(_chapter(title, rules) for title, rules in CHAPTERS)


def _chapter(title: str, rules: tuple[Rule, ...]) -> str:
    return f"\n## {title}\n" + "".join(_rule(rule) for rule in rules)


def _rule(rule: Rule) -> str:
    marks = " (L)" if rule.ldif_only else ""
    idfix = f", IdFix called it {rule.idfix}" if rule.idfix else ""
    return (
        f"\n### {rule.id}{marks}\n\n{rule.fires}\n\n"
        f"- Severity {rule.severity}, outcome {rule.outcome}{idfix}.\n"
        f"- Repair {rule.repair}: {rule.how}\n"
        f"- Source: {rule.source}.\n"
    )


if __name__ == "__main__":
    (ROOT / "docs" / "rules.md").write_text(page(), encoding="utf-8", newline="\n")
