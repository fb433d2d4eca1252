# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``extensions/awx`` holds together, and asks for what playbooks, roles and modules take. Its fields are held against the
modules of AWX in ``tests/awx``."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.syncready.m365.tests.support import awx, examples
from ansible_collections.syncready.m365.tests.support.repository import ROOT

LISTS = awx.objects()
TEMPLATES = LISTS["controller_templates"]
WORKFLOWS = LISTS["controller_workflows"]
QUESTIONS = list(awx.surveys())
#: What AWX refuses to set.
REFUSED = re.compile(r"ANSIBLE_|(?:PATH|JOB_ID|MAX_EVENT_RES|INVENTORY_ID|HOME|VIRTUAL_ENV)\Z")
#: Types of questions, and the types of options that take their answers.
TYPES = {
    "text": {"str", "path", "list", "dict", "raw"},
    "textarea": {"str", "path", "list", "dict", "raw"},
    "password": {"str"},
    "integer": {"int", "float"},
    "float": {"float"},
    "multiplechoice": {"str", "bool"},
    "multiselect": {"list"},
}


def names(of: str) -> set[str]:
    """Return the names of the objects of a list."""
    return {item["name"] for item in LISTS[of]}


def roles_options(variable: str) -> list[dict[str, t.Any]]:
    """Return what the argument specs of the roles say of a variable."""
    return [spec[variable] for spec in examples.role_specs() if variable in spec]


def module_options_of(playbook: str, variable: str) -> list[dict[str, t.Any]]:
    """Return the options of modules to which a playbook hands a variable on."""
    found = []
    text = (ROOT / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8")
    for module in examples.MODULES:
        if f"{examples.PREFIX}{module}:" in text:
            spec, _constraints = examples.specification(module)
            handed = re.findall(rf"^ +(\w+): \"{{{{ {variable}\b", text, re.MULTILINE)
            found += [spec[name] for name in handed if name in spec]
    return found


def test_every_list_has_a_module() -> None:
    assert set(LISTS) == set(awx.MODULES)


def test_names_are_those_of_objects_that_are_there() -> None:
    for item in TEMPLATES:
        assert item["project"] in names("controller_projects")
        assert item["inventory"] in names("controller_inventories")
        assert item["execution_environment"] in names("controller_execution_environments")
        assert set(item["credentials"]) <= names("controller_credentials")
    for item in LISTS["controller_credentials"]:
        assert item["credential_type"] in names("controller_credential_types")
    for item in LISTS["controller_hosts"]:
        assert item["inventory"] in names("controller_inventories")
    for item in LISTS["controller_schedules"]:
        assert item["unified_job_template"] in names("controller_templates") | names("controller_workflows")
    for item in [*TEMPLATES, *WORKFLOWS]:
        told = [name for word, given in item.items() if word.startswith("notification_") for name in given]
        assert set(told) <= names("controller_notifications")
        assert item.get("limit", "all") in names("controller_hosts") | {"all"}


def test_the_project_holds_the_playbooks_in_the_version_of_the_collection() -> None:
    (project,) = LISTS["controller_projects"]
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert project["scm_branch"] == version
    assert [item["playbook"] for item in TEMPLATES if not (ROOT / item["playbook"]).is_file()] == []


def test_what_writes_has_the_account_that_writes_and_no_other_has() -> None:
    writing = {"apply_plan", "rollback", "prepare"}
    for item in TEMPLATES:
        only_a_check = item["job_type"] == "check" and not item.get("ask_job_type_on_launch")
        writes = Path(item["playbook"]).stem in writing and not only_a_check
        assert (item["credentials"] == ["Contoso, changing"]) is writes, item["name"]


@pytest.mark.parametrize(
    ("template", "playbook", "question"), QUESTIONS, ids=[f"{a}-{c['variable']}" for a, _b, c in QUESTIONS]
)
def test_answers_are_taken(template: str, playbook: str, question: awx.Object) -> None:
    variable = question["variable"]
    assert variable in examples.known_variables(playbook), f"{playbook} has no variable {variable}"
    options = [*roles_options(variable), *module_options_of(playbook, variable)]
    assert options, f"nothing says what {variable} may be"
    for option in options:
        assert option.get("type", "str") in TYPES[question["type"]], template
        if "choices" in option and "choices" in question:
            assert set(question["choices"]) <= set(option["choices"]), template
    if "choices" in question:
        assert question["default"] in question["choices"]


@pytest.mark.parametrize("item", TEMPLATES, ids=lambda item: item["name"])
def test_extra_vars_are_taken(item: awx.Object) -> None:
    known = examples.known_variables(Path(item["playbook"]).stem)
    assert set(item.get("extra_vars", {})) - known == set()


def test_the_variables_of_hosts_are_taken() -> None:
    given = [name for item in LISTS["controller_hosts"] for name in item["variables"]]
    given += [name for item in LISTS["controller_inventories"] for name in item["variables"]]
    assert {name for name in given if not name.startswith("ansible_")} - examples.known_variables() == set()


def test_the_schedule_answers_what_is_asked() -> None:
    for item in LISTS["controller_schedules"]:
        asked = {
            question["variable"] for name, _playbook, question in QUESTIONS if name == item["unified_job_template"]
        }
        assert set(item["extra_data"]) <= asked
        assert re.fullmatch(r"DTSTART;TZID=[\w/]+:\d{8}T\d{6} RRULE:FREQ=DAILY;INTERVAL=1", item["rrule"])


def test_a_workflow_is_audit_approval_apply_audit() -> None:
    (workflow,) = WORKFLOWS
    nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
    followed = [
        (name, kind, item["identifier"])
        for name, node in nodes.items()
        for kind, items in node.get("related", {}).items()
        for item in items
    ]
    assert followed == [
        ("audit before", "success_nodes", "approval"),
        ("approval", "success_nodes", "apply"),
        ("apply", "always_nodes", "audit after"),
    ]
    templates = {name: node["unified_job_template"]["name"] for name, node in nodes.items()}
    assert templates.pop("approval") not in names("controller_templates")
    assert set(templates.values()) <= names("controller_templates")


@pytest.mark.parametrize("item", LISTS["controller_credential_types"], ids=lambda item: item["name"])
class TestACredentialType:
    def test_it_sets_what_modules_read(self, item: awx.Object) -> None:
        read = set()
        for module in examples.MODULES:
            spec, _constraints = examples.specification(module)
            read |= {name for option in spec.values() if "fallback" in option for name in option["fallback"][1]}
        assert set(item["injectors"]["env"]) - read == set()
        assert [name for name in item["injectors"]["env"] if REFUSED.match(name)] == []

    def test_its_templates_use_its_fields(self, item: awx.Object) -> None:
        assert awx.undefined_names(item) == set()
        used = str(item["injectors"])
        assert [field["id"] for field in item["inputs"]["fields"] if not re.search(rf"\b{field['id']}\b", used)] == []

    def test_what_must_not_be_seen_is_secret(self, item: awx.Object) -> None:
        spec, _constraints = examples.specification("audit_info")
        secret = {field["id"] for field in item["inputs"]["fields"] if field.get("secret")}
        hidden = {name for name in spec if spec[name].get("no_log")}
        assert secret >= {field["id"] for field in item["inputs"]["fields"]} & hidden
        # The text of a key is a secret, the path to one is not.
        assert secret >= {field["id"] for field in item["inputs"]["fields"] if field["id"].endswith("_key")}

    def test_choices_are_those_of_the_option(self, item: awx.Object) -> None:
        spec, _constraints = examples.specification("audit_info")
        for field in item["inputs"]["fields"]:
            if "choices" in field:
                assert field["choices"] == spec[field["id"]]["choices"]
                assert field["default"] in field["choices"]

    def test_empty_fields_do_no_harm(self, item: awx.Object, monkeypatch: pytest.MonkeyPatch) -> None:
        given = dict.fromkeys(item["inputs"].get("required", []), "dc1.contoso.local")
        for name, value in awx.rendered(item, given).items():
            monkeypatch.setenv(name, value)
        assert examples.wrong_options("audit_info", {}) == []


def test_a_path_stays_a_path_and_a_text_becomes_a_file() -> None:
    (item,) = [item for item in LISTS["controller_credential_types"] if "WinRM" in item["name"]]
    text = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    environment = awx.rendered(
        item, {"winrm_host": "dc1.contoso.local", "winrm_ca": "/etc/pki/ca.pem", "winrm_cert": text}
    )
    assert environment["SYNCREADY_WINRM_CA_TRUST_PATH"] == "/etc/pki/ca.pem"
    assert environment["SYNCREADY_WINRM_CERT_PEM"] == "/runner/env/template.cert"
    assert environment["SYNCREADY_WINRM_CERT_KEY_PEM"] == ""
    assert item["injectors"]["file"]["template.cert"] == "{{ winrm_cert | default('') }}"
