# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option specifications that several modules share. The doc fragments say the same in words."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.errors import AnsibleFallbackNotFound

Spec = dict[str, t.Any]


def _environment(name: str) -> str:
    """Return an environment variable. An empty one counts as none: AWX sets those of empty fields of a credential.

    Raises:
        AnsibleFallbackNotFound: there is none.
    """
    value: str = env_fallback(name)
    if not value:
        raise AnsibleFallbackNotFound
    return value


def _from_environment(name: str) -> Spec:
    return {"fallback": (_environment, [f"SYNCREADY_{name}"])}


def directory_spec() -> Spec:
    """Return the options that say which directory is meant (fragment ``directory``)."""
    return {
        "transport": {
            "type": "str",
            "choices": ["ldap", "winrm", "ldif"],
            "default": "ldap",
            **_from_environment("TRANSPORT"),
        },
        "ldif_path": {"type": "path", **_from_environment("LDIF_PATH")},
        **ldap_spec(),
        **winrm_spec(),
    }


def ldap_spec() -> Spec:
    """Return the options of transport ldap."""
    return {
        "server": {"type": "str", **_from_environment("SERVER")},
        "port": {"type": "int", **_from_environment("PORT")},
        "tls_mode": {
            "type": "str",
            "choices": ["ldaps", "start_tls", "none"],
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


def winrm_spec() -> Spec:
    """Return the options of transport winrm (fragment ``winrm``); the words are those of Ansible's own variables."""
    return {
        "winrm_host": {"type": "str", **_from_environment("WINRM_HOST")},
        "winrm_port": {"type": "int", **_from_environment("WINRM_PORT")},
        "winrm_scheme": {
            "type": "str",
            "choices": ["https", "http"],
            "default": "https",
            **_from_environment("WINRM_SCHEME"),
        },
        "winrm_path": {"type": "str", "default": "wsman", **_from_environment("WINRM_PATH")},
        "winrm_transport": {
            "type": "str",
            "choices": ["ntlm", "kerberos", "credssp", "certificate", "ssl", "basic"],
            "default": "ntlm",
            **_from_environment("WINRM_TRANSPORT"),
        },
        "winrm_user": {"type": "str", **_from_environment("WINRM_USER")},
        "winrm_password": {"type": "str", "no_log": True, **_from_environment("WINRM_PASSWORD")},
        "winrm_ca_trust_path": {"type": "path", **_from_environment("WINRM_CA_TRUST_PATH")},
        "winrm_server_cert_validation": {
            "type": "str",
            "choices": ["validate", "ignore"],
            "default": "validate",
            **_from_environment("WINRM_SERVER_CERT_VALIDATION"),
        },
        "winrm_message_encryption": {
            "type": "str",
            "choices": ["auto", "always", "never"],
            "default": "auto",
            **_from_environment("WINRM_MESSAGE_ENCRYPTION"),
        },
        "winrm_allow_unencrypted": {
            "type": "bool",
            "default": False,
            **_from_environment("WINRM_ALLOW_UNENCRYPTED"),
        },
        "winrm_cert_pem": {"type": "path", **_from_environment("WINRM_CERT_PEM")},
        # A path, not the key itself.
        "winrm_cert_key_pem": {"type": "path", "no_log": False, **_from_environment("WINRM_CERT_KEY_PEM")},
        "winrm_kerberos_delegation": {
            "type": "bool",
            "default": False,
            **_from_environment("WINRM_KERBEROS_DELEGATION"),
        },
        "winrm_kerberos_hostname_override": {"type": "str", **_from_environment("WINRM_KERBEROS_HOSTNAME_OVERRIDE")},
        "winrm_kinit_mode": {
            "type": "str",
            "choices": ["managed", "manual"],
            "default": "managed",
            **_from_environment("WINRM_KINIT_MODE"),
        },
        "winrm_kinit_cmd": {"type": "str", "default": "kinit", **_from_environment("WINRM_KINIT_CMD")},
        "winrm_kinit_args": {"type": "str", **_from_environment("WINRM_KINIT_ARGS")},
        "winrm_send_cbt": {"type": "bool", "default": True, **_from_environment("WINRM_SEND_CBT")},
        "winrm_proxy": {"type": "str", **_from_environment("WINRM_PROXY")},
        "winrm_operation_timeout_sec": {
            "type": "int",
            "default": 20,
            **_from_environment("WINRM_OPERATION_TIMEOUT_SEC"),
        },
        "winrm_read_timeout_sec": {"type": "int", "default": 30, **_from_environment("WINRM_READ_TIMEOUT_SEC")},
        "winrm_compression": {"type": "bool", "default": True, **_from_environment("WINRM_COMPRESSION")},
    }


def forest_spec() -> Spec:
    """Return the options about the forest itself (fragments ``forest`` and ``forest.exchange``)."""
    return {**other_forests_spec(), "minimum_exchange_build": {"type": "str"}}


def other_forests_spec() -> Spec:
    """Return the option that names other forests (fragment ``forest``)."""
    return {"other_forests": {"type": "dict", "default": {}}}


DIRECTORY_CONSTRAINTS: Spec = {
    "required_if": [("transport", "ldif", ["ldif_path"]), ("transport", "winrm", ["winrm_host"])]
}


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
        "processes": {"type": "int", **_from_environment("PROCESSES")},
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
        "progress_path": {"type": "path"},
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
