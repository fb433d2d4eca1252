# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The import rule of the house: which package of ``plugins/module_utils`` may import what.

It reads sources only and runs nothing, so it also sees imports inside functions and below ``TYPE_CHECKING``.
"""

from __future__ import annotations

import ast
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

#: The packages from the lowest to the highest. Each imports only from itself and from those before it.
LAYERS = (
    "_model",
    "_exchange",
    "_rules",
    "_directory",
    "_tenant",
    "_audit",
    "_teams",
    "_remediation",
    "_report",
    "_ansible",
)

#: What a package leaves alone although it lies below.
FORBIDDEN = {"_directory": {"_rules", "_exchange"}}

#: The only packages of module_utils that know Ansible.
KNOWS_ANSIBLE = {"_ansible"}

#: Packages of plain values and pure functions, and the modules that would make them impure.
PURE = {"_model", "_exchange", "_rules"}
IMPURE_MODULES = {
    "asyncio",
    "fileinput",
    "glob",
    "http",
    "io",
    "ldap3",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "shutil",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "urllib",
    "winrm",
}
IMPURE_CALLS = {"input", "open", "print"}

#: Imports that no reader of the source can follow.
DYNAMIC = {"__import__", "import_module"}

COLLECTION = ("ansible_collections", "syncready", "m365")
MODULE_UTILS = (*COLLECTION, "plugins", "module_utils")


def violations(module_utils: Path) -> list[str]:
    """Return what breaks the rule in all files below a ``module_utils`` folder, one line each."""
    found = []
    for file in sorted(module_utils.rglob("*.py")):
        found += violations_of(file.relative_to(module_utils).as_posix(), file.read_text(encoding="utf-8"))
    return found


def violations_of(path: str, source: str) -> list[str]:
    """Return what breaks the rule in one source; its path is relative to ``module_utils``, with slashes."""
    parts = path.split("/")
    if len(parts) == 1:
        return [] if parts == ["__init__.py"] else [f"{path}: lies in no package of the house"]
    package = parts[0]
    if package not in LAYERS:
        return [f"{path}: {package} is no package of the house"]
    found = []
    for node in ast.walk(ast.parse(source, path)):
        for reason in _reasons(node, package, (*MODULE_UTILS, *parts[:-1])):
            found.append(f"{path}:{getattr(node, 'lineno', 0)}: {reason}")
    return found


def _reasons(node: ast.AST, package: str, here: tuple[str, ...]) -> t.Iterator[str]:
    """Yield what is wrong with one node of a file of a package; ``here`` is the full name of the file's package."""
    if isinstance(node, ast.Call):
        name = _name_of(node.func)
        if name in DYNAMIC:
            yield f"{name}() hides what is imported"
        elif package in PURE and isinstance(node.func, ast.Name) and name in IMPURE_CALLS:
            yield f"{package} is pure, but calls {name}()"
        return
    for target in _targets(node, here):
        if target[: len(COLLECTION)] == COLLECTION:
            yield from _wrong_inside(target, package)
        elif target[0] == "ansible" and package not in KNOWS_ANSIBLE:
            yield f"{package} must not know Ansible, but imports {'.'.join(target)}"
        elif target[0] in IMPURE_MODULES and package in PURE:
            yield f"{package} is pure, but imports {'.'.join(target)}"


def _wrong_inside(target: tuple[str, ...], package: str) -> t.Iterator[str]:
    """Yield what is wrong with importing a part of the collection from a package."""
    if target[: len(MODULE_UTILS)] != MODULE_UTILS or len(target) == len(MODULE_UTILS):
        yield f"{'.'.join(target)} is no package of the house"
        return
    other = target[len(MODULE_UTILS)]
    if other not in LAYERS:
        yield f"{other} is no package of the house"
    elif LAYERS.index(other) > LAYERS.index(package):
        yield f"{package} imports {other}, which is above it"
    elif other in FORBIDDEN.get(package, ()):
        yield f"{package} must not know {other}"


def _targets(node: ast.AST, here: tuple[str, ...]) -> t.Iterator[tuple[str, ...]]:
    """Yield the full names that a node imports, each as its parts."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield tuple(alias.name.split("."))
    elif isinstance(node, ast.ImportFrom):
        base = tuple(node.module.split(".")) if node.module else ()
        if node.level:
            base = here[: len(here) - node.level + 1] + base
        # What is imported may be a module as well as a name in one. Its last part does no harm, and where it is a
        # package ("from .. import _rules") it is what matters.
        for alias in node.names:
            yield (*base, alias.name)


def _name_of(function: ast.expr) -> str:
    """Return the last name of what is called (``import_module`` of ``importlib.import_module``), or nothing."""
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""
