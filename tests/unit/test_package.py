# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is published: the package for Galaxy, its README, and what an execution environment takes from it."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from ansible_collections.syncready.m365.tests.support.repository import ROOT, files

BIN = Path(sys.executable).parent

#: Things that lie about in the folder of somebody who works on the collection.
JUNK = [
    ".ansible/collections/x.py",
    ".env",
    ".mypy_cache/x.json",
    ".venv/bin/python",
    "build/demo/findings.csv",
    "build/venvs/demo/bin/python",
    "collections/ansible_collections/x/y/galaxy.yml",
    "changelogs/.plugin-cache.yaml",
    "plugins/module_utils/.entry.py.swp",
    "plugins/module_utils/__pycache__/x.cpython-312.pyc",
    "plugins/__pycache__/x.txt",
    "syncready-m365-0.9.0.tar.gz",
    "tests/.pytest_cache/x",
    "tests/output/junit/x.xml",
    "tests/unit/__pycache__/x.cpython-312.pyc",
    "venv/bin/python",
]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in a package that was built in an untidy folder."""
    source = tmp_path_factory.mktemp("untidy")
    for file in files():
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, source / file)
    for name in JUNK:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("junk", encoding="utf-8")
    target = tmp_path_factory.mktemp("dist")
    build = [str(BIN / "ansible-galaxy"), "collection", "build", "--output-path", str(target)]
    environment = {**os.environ, "ANSIBLE_HOME": str(tmp_path_factory.mktemp("home"))}
    subprocess.run(build, check=True, capture_output=True, cwd=source, env=environment)
    (archive,) = target.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        return [member.name for member in tar.getmembers() if not member.isdir()]


def test_the_package_holds_the_collection_and_nothing_else(package: list[str]) -> None:
    kept = {file.as_posix() for file in files() if not any(part.startswith(".") for part in file.parts)}
    # Its contents go into MANIFEST.json.
    kept.remove("galaxy.yml")
    assert set(package) == kept | {"MANIFEST.json", "FILES.json"}


def requirements(name: str) -> dict[str, str]:
    """Return the packages of a list in ``meta``, by their names without extras."""
    lines = (ROOT / "meta" / name).read_text(encoding="utf-8").splitlines()
    return {re.split(r"[\[>]", line)[0]: line for line in lines}


def test_no_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "ee-requirements.txt"):
        lines = list(requirements(name).values())
        assert lines
        assert [line for line in lines if re.search(r"==|<|~=|!=", line) or line.startswith("ansible")] == []


def test_an_execution_environment_has_what_others_have_and_kerberos() -> None:
    plain = {name: re.sub(r"\[.*\]", "", line) for name, line in requirements("ee-requirements.txt").items()}
    assert plain == requirements("requirements.txt")
    extras = {name: line for name, line in requirements("ee-requirements.txt").items() if "[" in line}
    assert extras == {"pyspnego": "pyspnego[kerberos]>=0.10.0", "pywinrm": "pywinrm[kerberos,credssp]>=0.5.0"}


#: Modules that the plugins import, and the package that brings them.
PACKAGES = {
    "anyascii": "anyascii",
    "cryptography": "pyspnego",
    "gssapi": "pyspnego",
    "idna": "idna",
    "krb5": "pyspnego",
    "ldap3": "ldap3",
    "publicsuffixlist": "publicsuffixlist",
    "requests": "pywinrm",
    "spnego": "pyspnego",
    "urllib3": "pywinrm",
    "winrm": "pywinrm",
    "xmltodict": "pywinrm",
    "yaml": "PyYAML",
}
#: What comes with Ansible.
COMES_WITH_ANSIBLE = {"ansible", "ansible_collections", "jinja2", "markupsafe"}


def test_every_import_is_among_the_requirements() -> None:
    imported = set()
    for file in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported.add(node.module.split(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - COMES_WITH_ANSIBLE
    assert foreign == set(PACKAGES)
    assert set(PACKAGES.values()) == set(requirements("ee-requirements.txt"))


def test_what_the_modules_say_they_need_is_among_the_requirements() -> None:
    found = set()
    for file in [*(ROOT / "plugins" / "doc_fragments").glob("*.py"), *(ROOT / "plugins" / "modules").glob("*.py")]:
        for text in re.findall(r"^requirements:\n((?:  .*\n)+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            found |= {re.split(r"[ >]", item)[0] for item in re.findall(r"^  - (.*)$", text, re.MULTILINE)}
    assert found - {"Python"}
    assert found - {"Python"} <= set(requirements("requirements.txt"))


def test_an_execution_environment_finds_the_requirements(tmp_path: Path) -> None:
    place = tmp_path / "ansible_collections" / "syncready" / "m365"
    shutil.copytree(ROOT / "meta", place / "meta")
    shutil.copy(ROOT / "galaxy.yml", place)
    introspect = [str(BIN / "ansible-builder"), "introspect", str(tmp_path)]
    found = yaml.safe_load(subprocess.run(introspect, check=True, capture_output=True).stdout)
    # PyYAML comes with ansible-core, so ansible-builder leaves it out.
    wanted = {line for name, line in requirements("ee-requirements.txt").items() if name != "PyYAML"}
    assert {line.split("  #")[0] for line in found["python"]} == wanted
    packages = (ROOT / "meta" / "ee-bindep.txt").read_text(encoding="utf-8").splitlines()
    assert {line.split("  #")[0] for line in found["system"]} == {line for line in packages if not line.startswith("#")}


def test_the_example_makes_a_context_to_build_from(tmp_path: Path) -> None:
    example = ROOT / "extensions" / "execution-environment" / "execution-environment.yml"
    create = [str(BIN / "ansible-builder"), "create", "--file", str(example), "--context", str(tmp_path)]
    done = subprocess.run([*create, "--output-filename", "Containerfile"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    file = (tmp_path / "Containerfile").read_text(encoding="utf-8")
    assert 'ARG EE_BASE_IMAGE="quay.io/rockylinux/rockylinux:9"' in file
    # The collection is installed first, and then asked for what it needs.
    assert "ansible-galaxy collection install" in file
    assert "introspect.py introspect" in file
    collections = yaml.safe_load((tmp_path / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert collections == {"collections": [{"name": "syncready.m365"}]}
    assert "python3.12-devel" in (tmp_path / "_build" / "bindep.txt").read_text(encoding="utf-8")


def test_every_module_is_in_the_action_group() -> None:
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    modules = {file.stem for file in files() if file.match("plugins/modules/*.py")}
    assert modules - set(groups["directory"]) == set()


def test_the_readme_has_the_sections_of_certified_collections() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "Description",
        "Requirements",
        "Installation",
        "Use Cases",
        "Testing",
        "Contributing",
        "Support",
        "Release notes",
        "Related information",
        "License",
    ]


def test_the_readme_links_work_from_everywhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert len(links) > 5
    assert [link for link in links if not link.startswith("https://")] == []


def test_the_readme_links_to_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"https://github\.com/syncready/m365/blob/main/([^)\s]*)", text)
    assert linked
    assert [name for name in linked if not (ROOT / name).is_file()] == []
