# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a module to the choices of an audit, checked."""

from __future__ import annotations

import datetime
import re
import typing as t

from .._audit.options import AuditOptions, LicenceScope, SyncScope
from .._audit.suffix_data import load_top_level_domains
from .._audit.waivers import Waiver, parse_waivers
from .._audit.workers import usable_processors
from .._directory.filters import parse_filter
from .._directory.interface import Directory
from .._directory.ldap_options import LdapOptions
from .._directory.ldif import LdifDirectory
from .._directory.ldif_changes import ChangeFile
from .._directory.winrm_options import WinrmOptions
from .._exchange.builds import parse_minimum_build
from .._model.errors import OptionError
from .._model.finding import SEVERITIES, Severity
from .._model.text import fold
from .._rules.catalogue import CATALOGUE, check_rule_ids
from .._rules.domains import Domains, ascii_form
from .._rules.options import DEFAULT_GAL_ATTRIBUTES, RuleOptions
from .assumed import assumed
from .tenant_options import tenant_domains, tenant_options

Params = dict[str, t.Any]

_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_DC = re.compile(r"(?:^|,)\s*DC\s*=", re.IGNORECASE)


def open_directory(params: Params) -> Directory:
    """Return the directory that the options name, as it would be after the steps that they take for done.

    Raises:
        DirectoryError: it cannot be opened.
        OptionError: options are missing or do not go together.
        PlanError: a plan of an earlier step cannot be used.
        MissingLibraryError: a library is missing that the options need.
    """
    directory = _open(params)
    try:
        return assumed(directory, params)
    except BaseException:
        directory.close()
        raise


def _open(params: Params) -> Directory:
    if params["transport"] == "ldif":
        changes = params.get("change_ldif_path")
        return LdifDirectory(params["ldif_path"], changes=ChangeFile(changes) if changes else None)
    # The clients of the network take long to load: not where a file is read.
    if params["transport"] == "winrm":
        from .._directory.winrm import WinrmDirectory

        return WinrmDirectory(winrm_options(params))
    from .._directory.ldap import LdapDirectory

    return LdapDirectory(ldap_options(params))


def ldap_options(params: Params) -> LdapOptions:
    """Return the options of a connection to a domain controller.

    Raises:
        OptionError: options are missing or do not go together.
    """
    for domain, server in params["domain_controllers"].items():
        if not isinstance(server, str):
            raise OptionError(f"domain_controllers: the domain controller of {domain} is no name.")
    return LdapOptions(
        server=(params["server"] or "").strip(),
        port=params["port"],
        tls_mode=params["tls_mode"] or "ldaps",
        auth_protocol=params["auth_protocol"],
        username=params["username"],
        password=params["password"],
        ca_cert=params["ca_cert"],
        cert_validation=params["cert_validation"],
        certificate=params["certificate"],
        certificate_key=params["certificate_key"],
        certificate_password=params["certificate_password"],
        encrypt=params["encrypt"],
        connection_timeout=params["connection_timeout"],
        read_timeout=params["read_timeout"],
        domain_realm=params["domain_realm"],
        page_size=params["page_size"],
        max_rate=params["max_rate"],
        domains=tuple(params["domains"]),
        domain_controllers=params["domain_controllers"],
        search_bases=dns("search_bases", params["search_bases"]),
    )


def winrm_options(params: Params) -> WinrmOptions:
    """Return the options of a connection through WinRM.

    Raises:
        OptionError: options are missing or do not go together.
    """
    user = params["winrm_user"] or params["username"]
    password = params["winrm_password"] or params["password"]
    host = (params["winrm_host"] or "").strip()
    # One account for both, and the domain controller itself, unless something else is said. What the host trusts is
    # up to the host, so the options about certificates of transport ldap do not come into it.
    behind = {
        **params,
        "server": params["server"] or host,
        "tls_mode": params["tls_mode"] or "none",
        "auth_protocol": params["auth_protocol"] or "negotiate",
        "username": params["username"] or user,
        "password": params["password"] or password,
        "ca_cert": None,
        "cert_validation": "always",
        "certificate": None,
        "certificate_key": None,
        "certificate_password": None,
    }
    if behind["auth_protocol"] == "certificate":
        raise OptionError(
            "auth_protocol certificate is not possible with transport winrm: use negotiate, kerberos, ntlm or simple."
        )
    return WinrmOptions(
        host=host,
        ldap=ldap_options(behind),
        port=params["winrm_port"],
        scheme=params["winrm_scheme"],
        path=params["winrm_path"],
        transport=params["winrm_transport"],
        user=user,
        password=password,
        ca_trust_path=params["winrm_ca_trust_path"],
        server_cert_validation=params["winrm_server_cert_validation"],
        message_encryption=params["winrm_message_encryption"],
        allow_unencrypted=params["winrm_allow_unencrypted"],
        cert_pem=params["winrm_cert_pem"],
        cert_key_pem=params["winrm_cert_key_pem"],
        kerberos_delegation=params["winrm_kerberos_delegation"],
        kerberos_hostname_override=params["winrm_kerberos_hostname_override"],
        kinit_mode=params["winrm_kinit_mode"],
        kinit_cmd=params["winrm_kinit_cmd"],
        kinit_args=params["winrm_kinit_args"],
        send_cbt=params["winrm_send_cbt"],
        proxy=params["winrm_proxy"],
        operation_timeout_sec=params["winrm_operation_timeout_sec"],
        read_timeout_sec=params["winrm_read_timeout_sec"],
        compression=params["winrm_compression"],
    )


def audit_options(params: Params) -> AuditOptions:
    """Return the choices of an audit from the options of fragment ``rules``.

    Raises:
        OptionError: an option does not say something usable; the message names it.
    """
    today = datetime.date.today()
    enabled, disabled = params["enabled_rules"], disabled_rules(params)
    check_rule_ids("enabled_rules", enabled)
    both = sorted(set(enabled) & set(disabled))
    if both:
        raise OptionError(f"{', '.join(both)}: named in enabled_rules and in disabled_rules. Take it out of one.")
    return AuditOptions(
        rules=rule_options(params),
        licence_scope=_licence_scope(params["licence_scope"]),
        sync_scope=sync_scope_of(params["sync_scope"]),
        disabled_rules=disabled,
        severity_overrides=severities(params),
        waivers=_waivers(params["waivers_path"], today),
        today=today,
        other_forests=other_forests(params),
        tenant=tenant_options(params) if "tenant_users_path" in params else None,
        join_attribute=join_attribute(params),
        processes=processes_of(params),
    )


def processes_of(params: Params) -> int:
    """Return how many processes judge objects; 1 where one does it all.

    Raises:
        OptionError: the number is none.
    """
    number: int | None = params.get("processes")
    if number is not None and not 1 <= number <= 64:
        raise OptionError(f"processes is {number}: give a number from 1 to 64.")
    usable = usable_processors()
    # Two are kept busy by one that reads; more were not measured.
    return min(usable, 2) if number is None else number if usable > 1 else 1


def rule_options(params: Params) -> RuleOptions:
    """Return the options of the rules themselves.

    Raises:
        OptionError: an option does not say something usable.
        MissingDataError: the list of top-level domains is not installed.
    """
    gal = params["gal_attributes"]
    for name in (params["sign_in_attribute"], *(part for item in gal or () for part in item.split("|"))):
        if not _ATTRIBUTE.match(name):
            raise OptionError(f"'{name}' is no name of an LDAP attribute.")
    enabled = params["enabled_rules"]
    sign_in: str = params["sign_in_attribute"]
    return RuleOptions(
        domains=domains_of(params),
        # The findings name the attribute as the schema spells it, whatever the user's spelling is.
        sign_in_attribute={"userprincipalname": "userPrincipalName", "mail": "mail"}.get(sign_in.lower(), sign_in),
        gal_attributes=tuple(gal) if gal is not None else DEFAULT_GAL_ATTRIBUTES,
        single_sign_on=params["single_sign_on"] or "upn-sso-character" in enabled,
        third_party_migration=params["third_party_migration"] or "target-missing" in enabled,
        sync_client=params["sync_client"],
        minimum_exchange_build=parse_minimum_build(params["minimum_exchange_build"]),
        non_ascii=any(CATALOGUE[rule].default_off for rule in enabled),
    )


def other_forests(params: Params) -> dict[str, frozenset[str]]:
    """Return the suffixes and domains of the other forests that are audited, folded, by forest.

    Raises:
        OptionError: the option is no mapping of names to lists.
    """
    forests = {}
    for forest, names in params["other_forests"].items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise OptionError(f"other_forests: {forest} must be given with a list of its UPN suffixes and domains.")
        forests[str(forest)] = frozenset(fold(name.strip().removeprefix("@")) for name in names)
    return forests


def domains_of(params: Params) -> Domains:
    """Return what judges domains, with the verified ones.

    Raises:
        OptionError: a verified domain is no domain name.
        TenantFileError: the export of the tenant's domains cannot be used.
        MissingDataError: the list of top-level domains is not installed.
    """
    verified = [*_domains(params.get("verified_domains") or []), *tenant_domains(params)]
    return Domains(verified, load_top_level_domains())


def _domains(names: list[str]) -> list[str]:
    cleaned = []
    for name in names:
        domain = ascii_form(name.strip().lstrip("@").rstrip(".")) or ""
        if not domain:
            continue
        if not _DOMAIN.match(domain):
            raise OptionError(f"verified_domains: '{name}' is no domain name; give names such as contoso.com.")
        cleaned.append(domain)
    return cleaned


def join_attribute(params: Params) -> str | None:
    """Return the attribute that an audit keeps for a comparison of forests; None where none is wanted.

    Raises:
        OptionError: the attribute is missing or no attribute.
    """
    if params.get("forest_join") != "attribute":
        return None
    attribute = (params["forest_join_attribute"] or "").strip()
    if not _ATTRIBUTE.match(attribute):
        raise OptionError("forest_join_attribute: name the LDAP attribute by which people are joined, as employeeID.")
    return attribute


def dns(option: str, names: list[str]) -> tuple[str, ...]:
    """Return the DNs that an option holds.

    Raises:
        OptionError: one of them is no complete DN.
    """
    for name in names:
        # A DN holds commas: given as plain text it arrives in pieces.
        if "=" not in name or not _DC.search(name) or ("," not in name and len(names) > 1):
            raise OptionError(
                f"{option}: '{name}' is no complete DN. Give a list of DNs such as "
                "['OU=Staff,DC=contoso,DC=local'], not text with commas."
            )
    return tuple(names)


def _licence_scope(value: Params | None) -> LicenceScope | None:
    if value is None or not (value["ous"] or value["groups"] or value["filter"]):
        return None
    if value["filter"]:
        parse_filter(value["filter"])
    return LicenceScope(
        dns("licence_scope.ous", value["ous"]), dns("licence_scope.groups", value["groups"]), value["filter"]
    )


def sync_scope_of(value: Params | None) -> SyncScope:
    """Return the scope of the synchronization from option ``sync_scope``.

    Raises:
        OptionError: it holds something that is no DN.
    """
    if value is None:
        return SyncScope()
    return SyncScope(dns("sync_scope.include", value["include"]), dns("sync_scope.exclude", value["exclude"]))


def disabled_rules(params: Params) -> frozenset[str]:
    """Return the rules whose findings are left out.

    Raises:
        OptionError: there is no such rule.
    """
    check_rule_ids("disabled_rules", params["disabled_rules"])
    return frozenset(params["disabled_rules"])


def severities(params: Params) -> dict[str, Severity]:
    """Return rule to the severity that its findings get.

    Raises:
        OptionError: there is no such rule or severity.
    """
    value: dict[str, str] = params["severity_overrides"]
    check_rule_ids("severity_overrides", value)
    overrides: dict[str, Severity] = {}
    for rule, severity in value.items():
        if severity not in SEVERITIES:
            raise OptionError(f"severity_overrides: {rule} cannot be '{severity}'; say {', '.join(SEVERITIES)}.")
        overrides[rule] = severity
    return overrides


def _waivers(path: str | None, today: datetime.date) -> tuple[Waiver, ...]:
    if not path:
        return ()
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except OSError as error:
        raise OptionError(f"waivers_path: {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise OptionError(f"waivers_path: {path} is not UTF-8 text; save it as UTF-8.") from None
    return parse_waivers(text, f"waivers_path: {path}", today)
