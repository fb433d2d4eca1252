# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options about the tenant's side, for every module that takes them."""

from __future__ import annotations

import re
import typing as t

from .._audit.cloud import TenantFiles
from .._audit.cloud_findings import TenantOptions
from .._model.errors import OptionError
from .._tenant.domains import read_domains
from .arguments import Spec

Params = dict[str, t.Any]

_INITIAL = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.onmicrosoft\.(?:com|us|de)|\.partner\.onmschina\.cn)\Z")


def matching_spec() -> Spec:
    """Return the options about users of the tenant and how they are matched (fragment ``tenant.matching``)."""
    return {
        "tenant_licences_path": {"type": "path"},
        "tenant_columns": {"type": "dict", "default": {}},
        "source_anchor": {
            "type": "str",
            "choices": ["ms_ds_consistency_guid", "object_guid"],
            "default": "ms_ds_consistency_guid",
        },
    }


def tenant_spec() -> Spec:
    """Return the options about the tenant (fragments ``tenant`` and ``tenant.matching``)."""
    return {
        **matching_spec(),
        "tenant_domains_path": {"type": "path"},
        "initial_domain": {"type": "str"},
        "upn_sync_enabled": {"type": "bool"},
    }


def tenant_columns(params: Params) -> dict[str, str]:
    """Return field to the name of its column.

    Raises:
        OptionError: a name is no text.
    """
    for name, column in params["tenant_columns"].items():
        if not isinstance(column, str) or not column.strip():
            raise OptionError(f"tenant_columns: give {name} the name of a column.")
    return dict(params["tenant_columns"])


def tenant_users(params: Params) -> TenantFiles | None:
    """Return the exports about users of the tenant; None where there are none.

    Raises:
        OptionError: an option does not say something usable.
    """
    users, licences = params["tenant_users_path"], params["tenant_licences_path"]
    if users is None and licences is not None:
        raise OptionError("tenant_licences_path: give tenant_users_path as well.")
    return TenantFiles(users, licences=licences, columns=tenant_columns(params)) if users is not None else None


def tenant_domains(params: Params) -> list[str]:
    """Return the verified domains of the tenant's export; none where a module or a user names none.

    Raises:
        TenantFileError: the export cannot be used.
        OptionError: an option does not say something usable.
    """
    path = params.get("tenant_domains_path")
    return [domain.name for domain in read_domains(path, tenant_columns(params)) if domain.verified] if path else []


def tenant_options(params: Params) -> TenantOptions:
    """Return what the user said about the tenant.

    Raises:
        OptionError: an option does not say something usable.
    """
    files = TenantFiles(
        params.get("tenant_users_path"),
        params.get("tenant_objects_path"),
        params["tenant_domains_path"],
        params["tenant_licences_path"],
        params.get("tenant_roles_path"),
        tenant_columns(params),
    )
    return TenantOptions(files, given_domain(params), params["source_anchor"], params["upn_sync_enabled"])


def given_domain(params: Params) -> str | None:
    """Return the domain that the tenant began with, as the option names it.

    Raises:
        OptionError: it names no such domain.
    """
    given = (params["initial_domain"] or "").strip().lower()
    if given and not _INITIAL.match(given):
        raise OptionError(f"initial_domain: '{given}' is not of the form contoso.onmicrosoft.com.")
    return given or None
