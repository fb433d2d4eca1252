# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judges PowerShell without PowerShell: its syntax, its variables and commands, and whether .NET Framework 4.5 has what it
uses."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import tree_sitter
import tree_sitter_powershell

# Types with their public members, inherited ones too, from Microsoft's reference assemblies of .NET Framework 4.5.
MEMBERS: dict[str, list[str]] = json.loads(Path(__file__).with_name("net45_members.json").read_text(encoding="utf-8"))
CMDLETS = frozenset(("New-Object", "Add-Type", "Set-StrictMode"))
# PowerShell's own.
VARIABLES = frozenset(
    (
        "_",
        "true",
        "false",
        "null",
        "pid",
        "psversiontable",
        "executioncontext",
        "progresspreference",
        "erroractionpreference",
    )
)
# Of $PSVersionTable and $ExecutionContext, which are PowerShell's and not .NET's.
_MEMBERS = frozenset(("PSVersion", "SessionState", "LanguageMode", "Exception", "Create"))
_KEYWORDS = {
    "int": "System.Int32",
    "string": "System.String",
    "byte": "System.Byte",
    "char": "System.Char",
    "type": "System.Type",
}
# Without a counterpart in .NET: "void" and what PowerShell calls a block of script.
_OWN_TYPES = frozenset(("void", "ScriptBlock"))


def _walk(node: tree_sitter.Node) -> t.Iterator[tree_sitter.Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode()


def parse(text: str) -> tree_sitter.Node:
    """Return the tree of a text."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    return parser.parse(text.encode()).root_node


def complaints(text: str) -> list[str]:
    """Return what is wrong with a text, each with its line."""
    root = parse(text)
    found = [f"line {number}: not ASCII" for number, line in enumerate(text.split("\n"), 1) if not line.isascii()]
    functions = {_text(node).lower() for node in _walk(root) if node.type == "function_name"}
    known = set(VARIABLES)
    for node in _walk(root):
        if node.type == "left_assignment_expression":
            known |= {_name(inner) for inner in _walk(node) if inner.type == "variable"}
        elif node.type == "foreach_statement":
            variables = [child for child in node.children if child.type == "variable"]
            known |= {_name(child) for child in variables[:1]}
        elif node.type in ("script_parameter", "class_method_parameter"):
            known |= {_name(inner) for inner in _walk(node) if inner.type == "variable"}
    members = {name for names in MEMBERS.values() for name in names} | _MEMBERS | _keys(root)
    for node in _walk(root):
        where = f"line {node.start_point[0] + 1}"
        if node.type == "ERROR" or node.is_missing:
            found.append(f"{where}: not PowerShell: {_text(node)[:60]!r}")
        elif node.type == "variable":
            if _name(node) == "input":
                found.append(f"{where}: $input, which lets PowerShell itself read standard input")
            elif _name(node) not in known:
                found.append(f"{where}: ${_name(node)} is never assigned")
        elif node.type == "command_name":
            if _text(node) not in CMDLETS and _text(node).lower() not in functions:
                found.append(f"{where}: the command {_text(node)} is not allowed")
        elif node.type == "member_name":
            if _text(node) not in members:
                found.append(f"{where}: .NET Framework 4.5 has no member {_text(node)}")
    found += [f"line {line}: .NET Framework 4.5 has no type {name}" for line, name in _types(root) if not _has(name)]
    found += _static(root)
    return found


def _name(node: tree_sitter.Node) -> str:
    return _text(node).lstrip("$@").strip("{}").lower()


def _keys(root: tree_sitter.Node) -> set[str]:
    """Return the keys of tables that the text makes: they are read as members."""
    keys = {_text(node.children[0]) for node in _walk(root) if node.type == "hash_entry" and node.children}
    for node in _walk(root):
        if node.type == "left_assignment_expression" and "." in _text(node):
            keys.add(_text(node).rpartition(".")[2])
    return {key.strip() for key in keys}


def _types(root: tree_sitter.Node) -> t.Iterator[tuple[int, str]]:
    """Yield the types that the text names, with their lines."""
    for node in _walk(root):
        line = node.start_point[0] + 1
        if node.type == "type_name" and (node.parent is None or node.parent.type != "type_name"):
            yield line, _text(node).rstrip("[")
        elif node.type == "command":
            words = _text(node).split()
            if words[0] == "New-Object":
                yield line, words[1].partition("(")[0].strip("'[]")


def _has(name: str) -> bool:
    if name in _OWN_TYPES or name in _KEYWORDS:
        return True
    full = {name, f"System.{name}"}
    return any(known.partition("`")[0] in full for known in MEMBERS)


def _static(root: tree_sitter.Node) -> t.Iterator[str]:
    """Yield members that are asked of a type that does not have them."""
    for node in _walk(root):
        if node.type not in ("invokation_expression", "member_access") or "::" not in _text(node):
            continue
        owner, member = node.children[0], next((child for child in node.children if child.type == "member_name"), None)
        if owner.type != "type_literal" or member is None:
            continue
        name = _text(owner).strip("[]")
        names = {_KEYWORDS.get(name, name), f"System.{name}"}
        lists = [members for known, members in MEMBERS.items() if known in names]
        if lists and not any(_text(member) in members for members in lists):
            yield f"line {node.start_point[0] + 1}: {name} has no member {_text(member)}"
