# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``extensions/awx`` says, and what the modules of AWX take."""

from __future__ import annotations

import ast
import typing as t
import zipfile
from pathlib import Path

import jinja2
import jinja2.meta
import jinja2.sandbox
import yaml

from . import examples
from .repository import ROOT

PLACE = ROOT / "extensions" / "awx"
#: The lists of objects, in the names of infra.aap_configuration, and the module of awx.awx that makes one of them.
MODULES = {
    "controller_credential_types": "credential_type",
    "controller_credentials": "credential",
    "controller_execution_environments": "execution_environment",
    "controller_hosts": "host",
    "controller_inventories": "inventory",
    "controller_notifications": "notification_template",
    "controller_projects": "project",
    "controller_schedules": "schedule",
    "controller_templates": "job_template",
    "controller_workflows": "workflow_job_template",
}

Object = dict[str, t.Any]


class _Loader(yaml.SafeLoader):
    """Reads what Ansible is told to leave alone as plain text."""


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(t.cast("yaml.ScalarNode", node)))


def objects() -> dict[str, list[Object]]:
    """Return all objects of ``extensions/awx``, by the name of their list."""
    found: dict[str, list[Object]] = {}
    for file in sorted(PLACE.glob("*.yml")):
        # _Loader is a safe loader.
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
        for name, items in data.items():
            assert name not in found, f"{name} is in two files"
            found[name] = items
    return found


def module_options(package: Path, module: str) -> Object:
    """Return the options of a module of awx.awx, as its documentation in the package ``ansible`` has them."""
    with zipfile.ZipFile(package) as archive:
        source = archive.read(f"ansible_collections/awx/awx/plugins/modules/{module}.py")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id == "DOCUMENTATION":
                options: Object = yaml.safe_load(ast.literal_eval(node.value))["options"]
                return options
    raise AssertionError(f"{module} has no documentation")


def argument_spec(options: Object) -> Object:
    """Return documented options as an argument spec."""
    spec: Object = {}
    for name, option in options.items():
        kept = {word: option[word] for word in ("type", "elements", "choices", "required", "aliases") if word in option}
        if "suboptions" in option:
            kept["options"] = argument_spec(option["suboptions"])
            # Lists of dictionaries do not always say so.
            if option["type"] == "list":
                kept["elements"] = "dict"
        spec[name] = kept
    return spec


def surveys() -> t.Iterator[tuple[str, str, Object]]:
    """Yield each question: the name of its template or workflow, the playbook that gets the answer, and the question."""
    lists = objects()
    templates = {item["name"]: item for item in lists["controller_templates"]}
    for item in templates.values():
        for question in item.get("survey_spec", {}).get("spec", []):
            yield item["name"], Path(item["playbook"]).stem, question
    for item in lists["controller_workflows"]:
        jobs = [node["unified_job_template"]["name"] for node in item["workflow_nodes"]]
        for question in item.get("survey_spec", {}).get("spec", []):
            # At least one job of the workflow must take the answer.
            takers = [Path(templates[job]["playbook"]).stem for job in jobs if job in templates]
            taker = next((name for name in takers if question["variable"] in examples.known_variables(name)), takers[0])
            yield item["name"], taker, question


def rendered(credential_type: Object, given: dict[str, str]) -> dict[str, str]:
    """Return the environment that a credential of a type gives to a job, as AWX makes it: empty fields are undefined."""
    files = credential_type["injectors"].get("file", {})
    names = {name.removeprefix("template."): f"/runner/env/{name}" for name in files}
    world = {**{name: value for name, value in given.items() if value}, "tower": {"filename": names}}
    engine = jinja2.sandbox.ImmutableSandboxedEnvironment()
    return {name: engine.from_string(text).render(world) for name, text in credential_type["injectors"]["env"].items()}


def undefined_names(credential_type: Object) -> set[str]:
    """Return the names in the templates of a credential type that are none of its fields."""
    injectors = credential_type["injectors"]
    texts = [*injectors.get("env", {}).values(), *injectors.get("file", {}).values()]
    engine = jinja2.Environment()
    used = {name for text in texts for name in jinja2.meta.find_undeclared_variables(engine.parse(text))}
    return used - {field["id"] for field in credential_type["inputs"]["fields"]} - {"tower"}
