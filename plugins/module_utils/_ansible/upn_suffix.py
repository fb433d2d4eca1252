# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module upn_suffix."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._directory.interface import Directory, shows_absence
from .._directory.ldap_options import ALL_DOMAINS
from .._directory.ldif import LdifDirectory
from .._directory.topology import Topology
from .._directory.topology_search import topology_of
from .._model.errors import DirectoryError, OptionError
from .._model.text import fold, shown
from .._remediation.upn_suffixes import ATTRIBUTE, Outcome, SuffixInUseError, SuffixRegister
from .._rules.suffixes import check_suffix, suffix_form
from .choices import domains_of, open_directory, other_forests
from .wrapper import Failure, Result

EMPTY_RESULT: Result = {
    "source": {},
    "dn": None,
    "suffixes": [],
    "added": [],
    "removed": [],
    "in_use": [],
    "change_ldif": None,
    "diff": [],
}


def upn_suffix(module: AnsibleModule) -> Result:
    """Bring the UPN suffixes of the forest or of an OU into the state that the options say.

    Raises:
        SyncreadyError: something was wrong that a person can act on; nothing was written then, unless it says so.
        Failure: accounts carry a suffix that would be removed.
    """
    params = module.params
    domains = domains_of(params)
    others = other_forests(params)
    state = params["state"]
    wanted = _wanted(params["suffixes"], state)
    with contextlib.ExitStack() as stack:
        directory = open_directory(params)
        stack.callback(directory.close)
        topology = topology_of(directory)
        said: dict[str, str | None] = {}

        def check(name: str) -> None:
            said[name] = check_suffix(name, domains, params["allow_non_routable"])

        register = SuffixRegister(
            directory, topology, params["ou"], params["username"] or "", chosen_domains(params["domains"])
        )
        try:
            outcome = register.apply(
                state, wanted, check, force=params["force"], check_mode=module.check_mode or _cannot_write(directory)
            )
        except SuffixInUseError as error:
            result = {
                "source": directory.identity(),
                "in_use": [{**dataclasses.asdict(use), "examples": list(use.examples)} for use in error.uses],
            }
            raise Failure(str(error), error.code, result) from None
        changed = bool(outcome.added or outcome.removed)
        change_ldif = None
        if isinstance(directory, LdifDirectory) and changed:
            changed, change_ldif = _change_file(directory, outcome, module.check_mode)
        if not shows_absence(directory, ATTRIBUTE):
            module.warn("The export shows no UPN suffixes at all: there are none, or it was made without uPNSuffixes.")
        if register.unsearched:
            module.warn(
                f"Nobody looked for accounts that carry the removed suffixes in {', '.join(register.unsearched)}, which "
                "the option domains leaves out."
            )
        for warning in (*filter(None, said.values()), *_clashes(outcome.added, topology, others)):
            module.warn(warning)
        return {
            "changed": changed,
            "source": directory.identity(),
            "dn": outcome.dn,
            "suffixes": list(outcome.after),
            "added": list(outcome.added),
            "removed": list(outcome.removed),
            "in_use": [],
            "change_ldif": change_ldif,
            "diff": [_diff(outcome)] if changed else [],
        }


def chosen_domains(names: t.Sequence[str]) -> t.Sequence[str] | None:
    """Return the domains that the option names, None where it names all."""
    return None if any(name.lower() == ALL_DOMAINS for name in names) else names


def _wanted(names: t.Sequence[str], state: str) -> list[str]:
    """Return the suffixes as they are registered; of those to remove also as they may have been typed once.

    Raises:
        OptionError: a name cannot be registered.
    """
    if state != "absent":
        return list(dict.fromkeys(suffix_form(name) for name in names))
    forms: dict[str, None] = {}
    for name in names:
        with contextlib.suppress(OptionError):
            forms[suffix_form(name)] = None
        forms[name.strip().removeprefix("@")] = forms[name] = None
    return [form for form in forms if form]


def _cannot_write(directory: Directory) -> bool:
    """Return whether the directory is a file whose changes nobody asked for."""
    return isinstance(directory, LdifDirectory) and directory.changes is None


def _change_file(directory: LdifDirectory, outcome: Outcome, check_mode: bool) -> tuple[bool, str | None]:
    """Write the change file where it would differ; return whether it was or would be written, and where it is.

    Raises:
        DirectoryError: there is something to change and no change file, outside check mode.
        OutputError: the file cannot be written.
    """
    changes = directory.changes
    if changes is None:
        if check_mode:
            return True, None
        raise DirectoryError(
            "An export cannot be changed. Give change_ldif_path to have the changes written for an import by hand "
            f"(to add: {len(outcome.added)}, to remove: {len(outcome.removed)}).",
            code="READ_ONLY_SOURCE",
        )
    if check_mode:
        directory.modify(outcome.dn, outcome.changes)
    differs = changes.differs()
    if differs and not check_mode:
        changes.publish()
    return differs, changes.path


def _clashes(added: t.Iterable[str], topology: Topology, others: t.Mapping[str, frozenset[str]]) -> t.Iterator[str]:
    own = {domain.dns for domain in topology.domains}
    for name in added:
        suffix = fold(name)
        if suffix in own:
            yield f"{shown(name)} is a domain of the forest, whose accounts have it as a suffix anyway."
        for trust in topology.forest_trusts():
            if trust.direction != "inbound" and trust.direction != "disabled" and trust.routes_name(suffix):
                yield (
                    f"The trust with the forest {shown(trust.partner)} routes sign-in names with {shown(name)} there: "
                    "signing in works in one of the two forests only."
                )
        holders = sorted(forest for forest, names in others.items() if suffix in names)
        if holders:
            yield f"{shown(name)} is a UPN suffix or a domain of {shown(', '.join(holders))} as well."


def _diff(outcome: Outcome) -> dict[str, str]:
    return {
        "before_header": shown(outcome.dn),
        "after_header": shown(outcome.dn),
        "before": "".join(f"{shown(name)}\n" for name in outcome.before),
        "after": "".join(f"{shown(name)}\n" for name in outcome.after),
    }
