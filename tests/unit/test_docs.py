# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of ``docs`` and the README: every example fits the code, every link leads somewhere, nothing is left out."""

from __future__ import annotations

import ast
import datetime
import functools
import importlib
import os
import re
import subprocess
import sys
import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import directory_spec
from ansible_collections.syncready.m365.plugins.module_utils._audit.waivers import parse_waivers
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_csv import COLUMNS
from ansible_collections.syncready.m365.plugins.module_utils._remediation.plan_sheet import IDFIX_COLUMNS
from ansible_collections.syncready.m365.plugins.module_utils._report import mounts
from ansible_collections.syncready.m365.plugins.module_utils._report.rows import CSV_COLUMNS
from ansible_collections.syncready.m365.plugins.module_utils._rules.catalogue import CATALOGUE
from ansible_collections.syncready.m365.tests.support import examples, powershell
from ansible_collections.syncready.m365.tests.support.repository import ROOT, files

PAGES = [
    ROOT / file
    for file in files()
    if file.match("docs/*.md") or file.match("roles/*/README.md") or file.as_posix() == "README.md"
]
#: Blocks of a page in one language.
LANGUAGES = {"yaml", "shell", "powershell", "text"}

#: Words in capitals in the code that are no error codes: environment variables, words of SQL, LDAP, HTTP and SSL.
NO_CODES = frozenset(
    "BEGIN CERTIFICATE_VERIFY_FAILED COMMIT COMPLETE EMPTY_WRITING EXTERNAL FALSE HTTP_REQUEST JOB_ID "
    "KRB5_CONFIG LC_ALL LEVEL NEVER REMOVE SUBTREE UNKNOWN_PROTOCOL VERIFY_X509_STRICT "
    "WRONG_VERSION_NUMBER".split()
)
CODE = re.compile(r"[A-Z]{5,}|[A-Z0-9]+(?:_[A-Z0-9]+)+")


def page_id(page: Path) -> str:
    """Return the name of a page for a test."""
    return page.parent.name if page.stem == "README" else page.stem


def text_of(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def blocks_in(page: Path, language: str) -> list[examples.Block]:
    """Return the blocks of a page in a language."""
    return [block for block in examples.blocks(text_of(page)) if block.language == language]


@pytest.mark.parametrize("page", PAGES, ids=page_id)
class TestAPage:
    def test_the_language_of_each_block_is_known(self, page: Path) -> None:
        found = examples.blocks(text_of(page))
        assert [(block.line, block.language) for block in found if block.language not in LANGUAGES] == []
        # None was overlooked.
        assert len(re.findall(r"^ *```", text_of(page), re.MULTILINE)) == 2 * len(found)

    def test_plays_and_tasks_fit_the_modules(self, page: Path) -> None:
        for block in blocks_in(page, "yaml"):
            assert examples.wrong_yaml(block.text) == [], f"{page.name}, line {block.line}"

    def test_commands_fit_what_is_there(self, page: Path) -> None:
        for block in blocks_in(page, "shell"):
            for words in examples.commands(block.text):
                assert examples.wrong_command(words) == [], f"{page.name}, line {block.line}: {' '.join(words)}"

    def test_the_shell_takes_the_commands(self, page: Path) -> None:
        for block in blocks_in(page, "shell"):
            subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)

    def test_powershell_is_powershell(self, page: Path) -> None:
        for block in blocks_in(page, "powershell"):
            # The grammar misses tokens without a width in what PowerShell takes, so only what it cannot read counts.
            assert "(ERROR" not in str(powershell.parse(block.text)), f"{page.name}, line {block.line}"

    def test_every_variable_is_one(self, page: Path) -> None:
        named = set(examples.VARIABLE.findall(text_of(page)))
        assert named - examples.known_variables() == set()

    def test_every_environment_variable_is_one(self, page: Path) -> None:
        # SYNCREADY_WINRM_* stands for many, and SYNCREADY_ERROR is an error code.
        named = set(re.findall(r"\bSYNCREADY_[A-Z_]*[A-Z]\b(?!_\*)", text_of(page))) - {"SYNCREADY_ERROR"}
        assert named - environment_variables() == set()

    def test_links_lead_somewhere(self, page: Path) -> None:
        text = re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            where, _mark, anchor = target.partition("#")
            here = re.match(r"https://github\.com/syncready/m365/(?:blob|tree)/main/(.*)", where)
            if where.startswith("http") and not here:
                continue
            there = ROOT / here[1] if here else page.parent / where if where else page
            assert there.exists(), f"{page.name} links to {target}"
            if anchor:
                assert anchor in anchors(text_of(there)), f"{page.name} links to {target}"

    def test_waivers_are_taken(self, page: Path) -> None:
        for block in blocks_in(page, "yaml"):
            if block.text.startswith("waivers:"):
                assert parse_waivers(block.text, page.name, datetime.date(2026, 11, 25))


@functools.cache
def environment_variables() -> set[str]:
    """Return the environment variables of all modules, and those of the tests."""
    found = {"SYNCREADY_TEST_POWERSHELL", mounts.ALLOW}
    for module in examples.MODULES:
        spec, _constraints = examples.specification(module)
        found |= {name for option in spec.values() if "fallback" in option for name in option["fallback"][1]}
    return found


def test_every_option_of_a_connection_has_an_environment_variable() -> None:
    spec = directory_spec()
    without = [
        name for name, option in spec.items() if option.get("fallback", (None, []))[1] != [f"SYNCREADY_{name.upper()}"]
    ]
    assert without == ["search_bases"]


@pytest.mark.parametrize("module", examples.MODULES)
def test_an_empty_environment_variable_counts_as_none(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = examples.wrong_options(module, {})
    for name in environment_variables():
        monkeypatch.setenv(name, "")
    assert examples.wrong_options(module, {}) == before


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes for the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("module", examples.MODULES)
def test_the_examples_of_a_module_fit_the_modules(module: str) -> None:
    code = importlib.import_module(f"ansible_collections.syncready.m365.plugins.modules.{module}")
    assert yaml.safe_load(code.EXAMPLES)
    assert examples.wrong_yaml(code.EXAMPLES) == []


def test_ansible_takes_the_plays(tmp_path: Path) -> None:
    plays = []
    for page in PAGES:
        for block in blocks_in(page, "yaml"):
            data = yaml.safe_load(block.text)
            if isinstance(data, list) and examples.is_play(data[0]):
                file = tmp_path / f"{page.stem}_{block.line}.yml"
                file.write_text(block.text, encoding="utf-8")
                plays.append(str(file))
    assert len(plays) > 5
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "--syntax-check", "-i", "contoso,", *plays]
    environment = {**os.environ, "ANSIBLE_HOME": str(tmp_path / "home"), "ANSIBLE_LOCALHOST_WARNING": "false"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr


@functools.cache
def words_of_the_code() -> set[str]:
    """Return the texts in the code that may be error codes. Columns of tables are none: they stand in rows of four and more."""
    found = set()
    for file in (ROOT / "plugins").rglob("*.py"):
        # Names of Microsoft's products.
        if file.name == "products.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        # Words there are columns of reports, but for what an error is given.
        if "_report" in file.parts:
            given = [node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "code"]
            found |= {str(node.value) for node in given if isinstance(node, ast.Constant)}
            continue
        rows = [node.elts for node in ast.walk(tree) if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) > 3]
        columns = {id(node) for row in rows if all(is_word(node) for node in row) for node in row}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and is_word(node) and id(node) not in columns:
                found.add(str(node.value))
    return found


def is_word(node: ast.expr) -> bool:
    """Return whether a node is a word in capitals."""
    starred = isinstance(node, ast.Starred)
    return starred or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CODE.fullmatch(node.value))
    )


def test_every_error_code_is_explained() -> None:
    options = {name.upper() for module in examples.MODULES for name in examples.specification(module)[0]}
    columns = {*IDFIX_COLUMNS, *CSV_COLUMNS, *COLUMNS}
    codes = words_of_the_code() - NO_CODES - options - columns - environment_variables()
    explained = set(re.findall(r"`([A-Z][A-Z0-9_]+)`(?=[^|]*\|)", text_of(ROOT / "docs" / "troubleshooting.md")))
    # Of options and error codes, some have the same name.
    assert codes - explained == set()
    assert explained - words_of_the_code() == set()


def test_every_rule_has_its_word_of_idfix() -> None:
    words: dict[str, list[str]] = {}
    for rule in CATALOGUE.values():
        if rule.idfix:
            words.setdefault(rule.idfix, []).append(rule.id)
    page = text_of(ROOT / "docs" / "from_idfix.md")
    rows = re.findall(r"^\| (\w+) \| (`[a-z0-9-]+`(?:, `[a-z0-9-]+`)*) \|$", page, re.MULTILINE)
    table = {word: re.findall(r"`([a-z0-9-]+)`", rules) for word, rules in rows}
    assert table == words
    assert f"The other {sum(not rule.idfix for rule in CATALOGUE.values())} rules" in page


def test_the_columns_of_idfix_are_explained_in_their_order() -> None:
    page = text_of(ROOT / "docs" / "from_idfix.md")
    chapter = page.partition("## Columns")[2].partition("\n## ")[0]
    columns = re.findall(r"^\| `([A-Z]+)` \|", chapter, re.MULTILINE)
    assert columns == list(IDFIX_COLUMNS)


def test_every_playbook_is_named_in_the_pages() -> None:
    everything = "".join(text_of(page) for page in PAGES)
    assert [name for name in examples.PLAYBOOKS if f"syncready.m365.{name}" not in everything] == []


def test_the_execution_environment_of_the_page_is_the_one_that_is_built() -> None:
    (block,) = blocks_in(ROOT / "docs" / "execution_environment.md", "yaml")
    example = ROOT / "extensions" / "execution-environment" / "execution-environment.yml"
    assert yaml.safe_load(block.text) == yaml.safe_load(text_of(example))


def test_every_page_is_in_the_list_of_pages() -> None:
    listed = set(re.findall(r"blob/main/docs/([\w-]+\.md)", text_of(ROOT / "docs" / "docsite" / "rst" / "guides.rst")))
    assert listed == {page.name for page in PAGES if page.parent.name == "docs"}


# The harness itself: it must notice what it is there for.


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- syncready.m365.audit_info: {serverr: x}", "serverr"),
        ("- syncready.m365.audit_info: {transport: ldif}", "ldif_path"),
        ("- syncready.m365.audit_info: {fail_on: never}", "fail_on"),
        ("- syncready.m365.audit_info: {thresholds: [{severity: bad}]}", "severity"),
        ("- syncready.m365.nothing: {}", "no module"),
        ("- audit_info: {}", "one action"),
        ("- ansible.builtin.debug: {}\n  whenn: true", "whenn"),
        ("- hosts: all\n  task: []", "no keyword of a play"),
        ("- hosts: all\n  tasks: [{syncready.m365.rollback: {}}]", "journal_path"),
        ("- ansible.builtin.include_role: {name: syncready.m365.nothing}", "no role"),
        ("- ansible.builtin.import_playbook: syncready.m365.nothing", "no playbook"),
    ],
)
def test_a_wrong_example_is_noticed(text: str, says: str) -> None:
    assert says in " ".join(examples.wrong_yaml(text))


def test_powershell_that_is_none_is_noticed() -> None:
    assert "(ERROR" in str(powershell.parse("Get-MgUser -All | { ) Select"))


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("ansible-playbook syncready.m365.nothing", "no playbook"),
        ("ansible-playbook syncready.m365.audit -e syncready_reprot_dir=x", "no variable"),
        ("ansible localhost -m syncready.m365.audit_info -a 'reprot_dir=x'", "reprot_dir"),
        ("make everything", "no target"),
        ("scripts/nothing", "no scripts/nothing"),
    ],
)
def test_a_wrong_command_is_noticed(command: str, says: str) -> None:
    (words,) = examples.commands(command)
    assert says in " ".join(examples.wrong_command(words))


def test_a_template_counts_as_the_right_kind() -> None:
    task = "- syncready.m365.audit_info: {max_returned: '{{ n }}', fail_on: '{{ f }}', verified_domains: '{{ d }}'}"
    assert examples.wrong_yaml(textwrap.dedent(task)) == []


def test_blocks_are_found_with_their_lines() -> None:
    page = "a\n\n```yaml\nx: 1\n```\n\n  ```shell\n  ls\n  ```\n"
    found: t.Any = examples.blocks(page)
    assert [(block.language, block.text, block.line) for block in found] == [
        ("yaml", "x: 1\n", 4),
        ("shell", "ls\n", 8),
    ]
