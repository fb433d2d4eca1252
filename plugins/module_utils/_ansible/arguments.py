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
        "transport": {"type": "str", "choices": ["ldap", "ldif"], "default": "ldap", **_from_environment("TRANSPORT")},
        "ldif_path": {"type": "path", **_from_environment("LDIF_PATH")},
        **ldap_spec(),
    }


def ldap_spec() -> Spec:
    """Return the options of transport ldap."""
    return {
        "server": {"type": "str", **_from_environment("SERVER")},
        "port": {"type": "int", **_from_environment("PORT")},
        "tls_mode": {
            "type": "str",
            "choices": ["ldaps", "start_tls", "none"],
            "default": "ldaps",
            **_from_environment("TLS_MODE"),
        },
        "auth_protocol": {
            "type": "str",
            "choices": ["simple", "certificate", "negotiate", "kerberos", "ntlm"],
            **_from_environment("AUTH_PROTOCOL"),
        },
        "username": {"type": "str", **_from_environment("USERNAME")},
        "password": {"type": "str", "no_log": True, **_from_environment("PASSWORD")},
        "ca_cert": {"type": "str", **_from_environment("CA_CERT")},
        "cert_validation": {
            "type": "str",
            "choices": ["always", "ignore_hostname", "ignore"],
            "default": "always",
            **_from_environment("CERT_VALIDATION"),
        },
        # Text of a certificate may hold its key.
        "certificate": {"type": "str", "no_log": True, **_from_environment("CERTIFICATE")},
        "certificate_key": {"type": "str", "no_log": True, **_from_environment("CERTIFICATE_KEY")},
        "certificate_password": {"type": "str", "no_log": True, **_from_environment("CERTIFICATE_PASSWORD")},
        "encrypt": {"type": "bool", "default": True, **_from_environment("ENCRYPT")},
        "connection_timeout": {"type": "int", "default": 5, **_from_environment("CONNECTION_TIMEOUT")},
        "read_timeout": {"type": "int", "default": 120, **_from_environment("READ_TIMEOUT")},
        "domain_realm": {"type": "str", **_from_environment("DOMAIN_REALM")},
        "page_size": {"type": "int", "default": 1000, **_from_environment("PAGE_SIZE")},
        "max_rate": {"type": "int", **_from_environment("MAX_RATE")},
        "domains": {"type": "list", "elements": "str", "default": ["all"], **_from_environment("DOMAINS")},
        "domain_controllers": {"type": "dict", "default": {}, **_from_environment("DOMAIN_CONTROLLERS")},
        "search_bases": {"type": "list", "elements": "str", "default": []},
    }


def forest_spec() -> Spec:
    """Return the options about the forest itself (fragments ``forest`` and ``forest.exchange``)."""
    return {**other_forests_spec(), "minimum_exchange_build": {"type": "str"}}


def other_forests_spec() -> Spec:
    """Return the option that names other forests (fragment ``forest``)."""
    return {"other_forests": {"type": "dict", "default": {}}}


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


def guarded_spec() -> Spec:
    """Return the options of every run that writes many objects (fragment ``writing``)."""
    return {
        "state_dir": {"type": "path", **_from_environment("STATE_DIR")},
        "init_state": {"type": "bool", "default": False},
        "max_changes": {"type": "int", "default": 100},
        "deadline": {"type": "str"},
        "batch_size": {"type": "int", "default": 50},
        "max_errors": {"type": "int", "default": 10},
        "max_write_rate": {"type": "float"},
        "ticket": {"type": "str"},
        "approver": {"type": "str"},
        "change_ldif_path": {"type": "path"},
        "report_dir": {"type": "path"},
        "max_returned": {"type": "int", "default": 100},
    }


def writing_spec() -> Spec:
    """Return the options of every run that applies a plan (fragments ``writing`` and ``writing.plan``)."""
    return {
        **guarded_spec(),
        "max_changed_percent": {"type": "float", "default": 5.0},
        "protected_accounts": {"type": "str", "choices": ["skip", "allow"], "default": "skip"},
        "policy_managed_recipients": {"type": "str", "choices": ["skip", "allow"], "default": "skip"},
        "exclude_attributes": {"type": "list", "elements": "str", "default": []},
    }
