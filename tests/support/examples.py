# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Examples of the documentation, held against what the code takes: modules by their own argument specs, playbooks and
roles by their variables."""

from __future__ import annotations

import functools
import importlib
import re
import shlex
import typing as t
from dataclasses import dataclass
from unittest import mock

import yaml
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.playbook.play import Play
from ansible.playbook.task import Task

from .repository import ROOT

PREFIX = "syncready.m365."
MODULES = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py"))
PLAYBOOKS = sorted(file.stem for file in (ROOT / "playbooks").glob("*.yml"))
#: Roles of other collections that examples use.
FOREIGN_ROLES = frozenset(("infra.aap_configuration.dispatch",))
#: The variables that all roles share.
SHARED_SPECS = ROOT / "roles" / "syncready" / "meta" / "argument_specs.yml"
ROLES = (
    "attribute_preparation",
    "directory_cleanup",
    "preflight",
    "readiness_report",
    "syncready",
    "teams_readiness",
    "upn_match",
    "upn_preparation",
)
VARIABLE = re.compile(rf"\b(?:{'|'.join(ROLES)})_\w+")
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_KEYWORDS = frozenset(Task.fattributes) | {"block", "rescue", "always", "local_action", "with_items"}
_SAMPLES: dict[str, t.Any] = {"int": 1, "float": 1.0, "bool": True, "list": [], "dict": {}}
# Keywords of Ansible's command line tools that are followed by a value.
_VALUED = frozenset(("-i", "-l", "-t", "--limit", "--tags"))


@dataclass(frozen=True)
class Block:
    """A block of code in a page: its language, its text, and the line on which it begins."""

    language: str
    text: str
    line: int


class _Captured(Exception):
    """Carries what a module gave to ``run_module``."""


def blocks(page: str) -> list[Block]:
    """Return the blocks of code of a page in Markdown."""
    found = []
    for match in _FENCE.finditer(page):
        indent = len(match[1])
        text = "".join(line[indent:] for line in match[3].splitlines(keepends=True))
        found.append(Block(match[2], text, page.count("\n", 0, match.start()) + 2))
    return found


@functools.cache
def specification(module: str) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Return the options of a module of the collection, and the constraints between them."""
    code = importlib.import_module(f"ansible_collections.{PREFIX}plugins.modules.{module}")

    def capture(spec: dict[str, t.Any], *_arguments: object, **constraints: t.Any) -> t.NoReturn:
        raise _Captured(spec, constraints)

    with mock.patch.object(code, "run_module", capture):
        try:
            code.main()
        except _Captured as captured:
            spec, constraints = captured.args
            return spec, constraints
    raise AssertionError(f"{module} did not call run_module")


def wrong_options(
    module: str, options: t.Mapping[str, t.Any], defaults: t.Mapping[str, t.Any] | None = None
) -> list[str]:
    """Return what is wrong with the options of a module; those from ``module_defaults`` come first."""
    spec, constraints = specification(module)
    return wrong_values(spec, {**(defaults or {}), **options}, **constraints)


def wrong_values(spec: dict[str, t.Any], given: t.Mapping[str, t.Any], **constraints: t.Any) -> list[str]:
    """Return what is wrong with values by an argument spec; a template counts as a value of the right kind."""
    concrete = {name: _concrete(value, spec.get(name, {})) for name, value in given.items()}
    return list(ModuleArgumentSpecValidator(spec, **constraints).validate(concrete).error_messages)


def _concrete(value: t.Any, option: t.Mapping[str, t.Any]) -> t.Any:
    """Return a value without templates."""
    if isinstance(value, str) and "{{" in value:
        if option.get("choices"):
            return option["choices"][0]
        return _SAMPLES.get(option.get("type", "str"), "x")
    if isinstance(value, list):
        inner = {**option, "type": option.get("elements", "str")}
        return [_concrete(item, inner) for item in value]
    if isinstance(value, dict):
        inner_spec = option.get("options") or {}
        return {name: _concrete(item, inner_spec.get(name, {})) for name, item in value.items()}
    return value


def wrong_yaml(text: str) -> list[str]:
    """Return what is wrong with a block of YAML: plays, tasks, an inventory, variables, or something else."""
    data = yaml.safe_load(text)
    if isinstance(data, list) and all(isinstance(item, dict) for item in data):
        return [reason for item in data for reason in (_wrong_play(item) if is_play(item) else _wrong_task(item, {}))]
    return []


def is_play(item: t.Mapping[str, t.Any]) -> bool:
    """Return whether an item of a list is a play, not a task."""
    return "hosts" in item or "ansible.builtin.import_playbook" in item


def _wrong_play(play: dict[str, t.Any]) -> list[str]:
    if "ansible.builtin.import_playbook" in play:
        name = play["ansible.builtin.import_playbook"]
        known = name.startswith(PREFIX) and name.removeprefix(PREFIX) in PLAYBOOKS
        return [] if known else [f"there is no playbook {name}"]
    found = [f"{word} is no keyword of a play" for word in play if word not in Play.fattributes]
    defaults = play.get("module_defaults", {}).get(f"group/{PREFIX}directory", {})
    for role in play.get("roles", []):
        found += _wrong_role(role, {}) if isinstance(role, str) else _wrong_role(role["role"], role.get("vars", {}))
    for task in play.get("tasks", []):
        found += _wrong_task(task, defaults)
    return found


def _wrong_task(task: dict[str, t.Any], defaults: t.Mapping[str, t.Any]) -> list[str]:
    if "block" in task:
        return [reason for inner in task["block"] for reason in _wrong_task(inner, defaults)]
    actions = [word for word in task if "." in word]
    found = [f"{word} is no keyword of a task" for word in task if "." not in word and word not in _KEYWORDS]
    if len(actions) != 1:
        return [*found, f"a task must have one action with its full name, and {task.get('name')!r} has {len(actions)}"]
    action = actions[0]
    if action in ("ansible.builtin.include_role", "ansible.builtin.import_role"):
        return found + _wrong_role(task[action]["name"], task.get("vars", {}))
    if not action.startswith(PREFIX):
        return found
    module = action.removeprefix(PREFIX)
    if module not in MODULES:
        return [*found, f"there is no module {action}"]
    return found + [f"{action}: {reason}" for reason in wrong_options(module, task[action] or {}, defaults)]


def _wrong_role(name: str, variables: t.Mapping[str, t.Any]) -> list[str]:
    if name in FOREIGN_ROLES:
        return []
    role = ROOT / "roles" / name.removeprefix(PREFIX)
    if not name.startswith(PREFIX) or not role.is_dir():
        return [f"there is no role {name}"]
    options = {name: option for spec in role_specs(role.name) for name, option in spec.items()}
    known = {name: value for name, value in variables.items() if name in options}
    found = [f"{name} has no variable {word}" for word in variables if word not in options]
    return found + wrong_values({word: options[word] for word in known}, known)


@functools.cache
def role_specs(role: str = "*") -> list[dict[str, dict[str, t.Any]]]:
    """Return the variables of a role, or of all of them, and those that all roles share: option specs by name."""
    found = []
    for file in {*(ROOT / "roles").glob(f"{role}/meta/argument_specs.yml"), SHARED_SPECS}:
        if file.is_file():
            specs = yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"]
            found += [spec.get("options", {}) for spec in specs.values()]
    return found


@functools.cache
def known_variables(playbook: str | None = None) -> set[str]:
    """Return the variables that users may set: of one playbook, or of everything in the collection."""
    files = sorted((ROOT / "playbooks").glob(f"{playbook or '*'}.yml"))
    assert files, f"there is no playbook {playbook}"
    texts = [file.read_text(encoding="utf-8") for file in files]
    if playbook is None or any("_role:" in text or "roles:" in text for text in texts):
        texts += [file.read_text(encoding="utf-8") for file in (ROOT / "roles").rglob("*.yml")]
    if playbook is None:
        sources = [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions" / "awx").glob("*.yml")]
        texts += [file.read_text(encoding="utf-8") for file in sources]
    return {name for text in texts for name in VARIABLE.findall(text)}


def commands(text: str) -> list[list[str]]:
    """Return the commands of a block for a shell, each as its words. Lines of ``ldifde`` and ``copy`` are for Windows."""
    joined = text.replace("\\\n", " ")
    return [shlex.split(line) for line in joined.splitlines() if line.strip()]


def wrong_command(words: list[str]) -> list[str]:
    """Return what is wrong with a command of Ansible, make or the scripts; others are not judged."""
    program, arguments = words[0], words[1:]
    if program == "ansible-playbook":
        return _wrong_playbook_command(arguments)
    if program == "ansible":
        module = arguments[arguments.index("-m") + 1]
        pairs = shlex.split(arguments[arguments.index("-a") + 1])
        options = dict(pair.split("=", 1) for pair in pairs)
        name = module.removeprefix(PREFIX)
        if not module.startswith(PREFIX) or name not in MODULES:
            return [f"there is no module {module}"]
        return wrong_options(name, options)
    if program == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return [f"there is no target {word}" for word in arguments if word not in targets]
    if program.startswith("scripts/") and not (ROOT / program).is_file():
        return [f"there is no {program}"]
    return []


def _wrong_playbook_command(arguments: list[str]) -> list[str]:
    names = [
        word
        for place, word in enumerate(arguments)
        if not word.startswith("-") and (place == 0 or arguments[place - 1] not in _VALUED | {"-e"})
    ]
    given = [arguments[place + 1] for place, word in enumerate(arguments) if word == "-e"]
    if len(names) != 1:
        return [f"one playbook is expected, not {names}"]
    if not names[0].startswith(PREFIX):
        return [] if names[0].endswith(".yml") else [f"there is no playbook {names[0]}"]
    playbook = names[0].removeprefix(PREFIX)
    if playbook not in PLAYBOOKS:
        return [f"there is no playbook {names[0]}"]
    known = known_variables(playbook)
    variables = [text.split("=", 1)[0] for text in given if not text.startswith("@")]
    return [f"{names[0]} has no variable {name}" for name in variables if name not in known]
