# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module object_attributes."""

from __future__ import annotations

import contextlib
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule

from .._directory.interface import Directory, Modification, Selection
from .._directory.ldif import LdifDirectory
from .._directory.ldif_changes import ChangeFile
from .._model.entry import Entry
from .._model.errors import DirectoryError, OptionError
from .._model.finding import Finding, ObjectReference
from .._model.kinds import kind_of
from .._model.text import shown
from .._remediation.fetch import RIGHTS
from .._remediation.guard import may_write
from .._remediation.one_object import Schema, changed_entry, find_object, modifications, schema_of
from .._remediation.one_object_rules import new_errors
from .._remediation.outcomes import Outcome
from .._remediation.plan_csv import UNTOUCHABLE
from .._report.outcomes import difference
from .._rules.attributes import AUDIT_ATTRIBUTES, COUNTED_ATTRIBUTES, spelling
from .choices import Params, disabled_rules, open_directory, rule_options, severities
from .wrapper import Failure, Result

EMPTY_RESULT: Result = {
    "source": {},
    "dn": None,
    "guid": None,
    "attributes": {},
    "refused": [],
    "change_ldif": None,
    "diff": [],
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")


def set_attributes(module: AnsibleModule) -> Result:
    """Bring attributes of one object into the state that the options say.

    Raises:
        SyncreadyError: something was wrong that a person can act on; nothing was written then, unless it says so.
        Failure: the rules call a value an error.
    """
    params = module.params
    wanted = _wanted(params["attributes"])
    rules = rule_options(_rule_defaults(params))
    with contextlib.ExitStack() as stack:
        directory = open_directory(params)
        stack.callback(directory.close)
        schema = schema_of(directory, list(wanted))
        names = {name.lower(): name for name in (*AUDIT_ATTRIBUTES, *wanted)}
        rights = module.check_mode and directory.root_dse.active_directory
        counted = tuple(name for name in COUNTED_ATTRIBUTES if name.lower() not in names)
        selection = Selection((*names.values(), *((RIGHTS,) if rights else ())), counted)
        entry = find_object(directory, params["object"], selection)
        changes = modifications(entry, wanted, params["state"], schema)
        after = changed_entry(entry, changes)
        result: Result = {
            "changed": False,
            "source": directory.identity(),
            "dn": entry.dn,
            "guid": entry.guid,
            "attributes": _values(entry, wanted, schema),
            "refused": [],
            "change_ldif": None,
            "diff": [],
        }
        if not changes:
            return result
        if not params["allow_invalid"]:
            errors = new_errors(directory, entry, after, changes, rules, severities(params), disabled_rules(params))
            if errors:
                raise Failure(*_refusal(errors), {**result, "refused": [_as_dict(one) for one in errors]})
        result["changed"], result["change_ldif"] = _write(module, directory, entry, changes, rights)
        result["attributes"] = _values(after, wanted, schema)
        reference = ObjectReference(entry.dn, entry.guid, kind_of(entry.attributes.get("objectclass", [])), "")
        result["diff"] = [difference(Outcome(reference, "changed", changes=changes))] if result["changed"] else []
        return result


def _wanted(attributes: dict[str, t.Any]) -> dict[str, list[str]]:
    """Return the attributes with their values as text.

    Raises:
        OptionError: there is none, a name is none, or a value is something else than text or a number.
    """
    if not attributes:
        raise OptionError("attributes is empty. Name attributes and their values.")
    found: dict[str, list[str]] = {}
    for name, given in attributes.items():
        if not _NAME.match(name):
            raise OptionError(f"attributes: '{shown(name)}' is no name of an attribute.")
        if name.lower() in UNTOUCHABLE:
            raise OptionError(f"attributes: this module never changes {name}.")
        if name.lower() in {other.lower() for other in found}:
            raise OptionError(f"attributes: {name} is named twice.")
        listed = given if isinstance(given, list) else [given]
        found[spelling(name)] = [_text(name, value) for value in listed]
    return found


def _text(name: str, value: t.Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise OptionError(f"attributes: a value of {name} is neither text nor number. Give text, or a list of texts.")
    return value


def _write(
    module: AnsibleModule, directory: Directory, entry: Entry, changes: tuple[Modification, ...], rights: bool
) -> tuple[bool, str | None]:
    """Write, or in check mode make sure that it could be; return whether something changed, and the change file."""
    if isinstance(directory, LdifDirectory):
        return _into_file(module, directory, entry.dn, changes)
    if not module.check_mode:
        directory.modify(entry.dn, changes)
        return True, None
    root = directory.root_dse
    if root.read_only:
        raise DirectoryError(
            f"{root.host} is a read-only domain controller: name a writable one as server.", code="READ_ONLY_DC"
        )
    if rights and not may_write(entry, changes):
        raise DirectoryError(
            f"The account may not change {shown(entry.dn)}: give it the right to write, or use another account.",
            code="NO_RIGHTS",
        )
    return True, None


def _into_file(
    module: AnsibleModule, directory: LdifDirectory, dn: str, changes: tuple[Modification, ...]
) -> tuple[bool, str | None]:
    file: ChangeFile | None = directory.changes
    if file is None:
        if module.check_mode:
            return True, None
        raise DirectoryError(
            "An export cannot be changed. Give change_ldif_path to have the change written for an import by hand.",
            code="READ_ONLY_SOURCE",
        )
    directory.modify(dn, changes)
    differs = file.differs()
    if differs and not module.check_mode:
        file.publish()
    return differs, file.path


def _values(entry: Entry, wanted: t.Iterable[str], schema: Schema) -> dict[str, list[str]]:
    return {
        schema.names.get(name.lower(), name): [
            value.decode("utf-8", "backslashreplace") for value in entry.attributes.get(name.lower(), [])
        ]
        for name in wanted
    }


def _refusal(errors: list[Finding]) -> tuple[str, str]:
    first = errors[0]
    more = f" ({len(errors) - 1} more.)" if len(errors) > 1 else ""
    value = f" {shown(first.value)}" if first.value else ""
    return (
        f"{first.attribute or 'The object'}{value}: {first.message}{more} Nothing was written; set allow_invalid to write "
        "it all the same.",
        "INVALID_VALUE",
    )


def _as_dict(found: Finding) -> dict[str, t.Any]:
    return {"rule": found.rule, "attribute": found.attribute, "value": found.value, "message": found.message}


def _rule_defaults(params: Params) -> Params:
    """Return options with those of the rules that this module does not offer, as they are by default."""
    return {
        "gal_attributes": None,
        "enabled_rules": [],
        "third_party_migration": False,
        "sync_client": "connect",
        "minimum_exchange_build": None,
        **params,
    }
