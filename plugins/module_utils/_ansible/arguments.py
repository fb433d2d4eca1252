# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option specifications that several modules share. The doc fragments say the same in words."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback

Spec = dict[str, t.Any]


def _from_environment(name: str) -> Spec:
    return {"fallback": (env_fallback, [f"SYNCREADY_{name}"])}


def directory_spec() -> Spec:
    """Return the options that say which directory is meant (fragment ``directory``)."""
    return {
        "transport": {"type": "str", "choices": ["ldif"], "required": True, **_from_environment("TRANSPORT")},
        "ldif_path": {"type": "path", **_from_environment("LDIF_PATH")},
    }


DIRECTORY_CONSTRAINTS: Spec = {"required_if": [("transport", "ldif", ["ldif_path"])]}


def scope_spec() -> Spec:
    """Return the option that says which OUs are synchronized (fragment ``scope``)."""
    return {
        "sync_scope": {
            "type": "dict",
            "options": {
                "include": {"type": "list", "elements": "str", "default": []},
                "exclude": {"type": "list", "elements": "str", "default": []},
            },
        },
    }


def rules_spec() -> Spec:
    """Return the options that say how the rules judge (fragments ``rules`` and ``scope``)."""
    return {
        **scope_spec(),
        "verified_domains": {"type": "list", "elements": "str", "default": []},
        "licence_scope": {
            "type": "dict",
            "options": {
                "ous": {"type": "list", "elements": "str", "default": []},
                "groups": {"type": "list", "elements": "str", "default": []},
                "filter": {"type": "str"},
            },
        },
        "sign_in_attribute": {"type": "str", "default": "userPrincipalName"},
        "severity_overrides": {"type": "dict", "default": {}},
        "enabled_rules": {"type": "list", "elements": "str", "default": []},
        "disabled_rules": {"type": "list", "elements": "str", "default": []},
        "gal_attributes": {"type": "list", "elements": "str"},
        "single_sign_on": {"type": "bool", "default": False},
        "third_party_migration": {"type": "bool", "default": False},
        "sync_client": {"type": "str", "choices": ["connect", "cloud_sync"], "default": "connect"},
        "waivers_path": {"type": "path"},
    }
