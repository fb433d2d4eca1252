# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tenant's side says, in files that somebody exported there."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment ``tenant``."""

    DOCUMENTATION = r"""
options:
  tenant_domains_path:
    description:
      - An export of the tenant's domains, as JSON of Microsoft Graph (C(GET /domains)), as CSV of C(Get-MgDomain) or of
        the admin centre, or as a plain list with one domain on a line.
      - Its verified domains are added to O(verified_domains).
    type: path
  initial_domain:
    description:
      - The domain that the tenant began with, such as V(contoso.onmicrosoft.com).
      - By default it is taken from O(tenant_domains_path), from the users of the tenant, or from the description of the
        account of Microsoft Entra Connect.
    type: str
  upn_sync_enabled:
    description:
      - Whether the feature C(SynchronizeUpnForManagedUsers) is on, so that sign-in names of licensed users follow the
        directory. Not stated, it is unknown.
    type: bool
"""

    # Users of the tenant, and how they are matched with those of the directory.
    MATCHING = r"""
options:
  tenant_licences_path:
    description:
      - An export that says which users have a licence, where the export of the users does not. A file that shows no
        licences is a list of those who have one.
    type: path
  tenant_columns:
    description:
      - The names that columns have in the exports, where they have names of their own, such as those of another
        language. Each is given by the name of the property in Microsoft Graph, as C(userPrincipalName).
    type: dict
    default: {}
  source_anchor:
    description:
      - What the immutable id of a user is made of. V(ms_ds_consistency_guid) is C(objectGUID) for a user in whom
        C(mS-DS-ConsistencyGuid) is empty.
    type: str
    choices: [ms_ds_consistency_guid, object_guid]
    default: ms_ds_consistency_guid
"""
