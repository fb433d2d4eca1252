# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two real forests side by side: each is audited over LDAP, and the comparison says what their files say."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from ansible_collections.syncready.m365.plugins.module_utils._audit.forests_persons import ForestJoin
from ansible_collections.syncready.m365.tests.directories import two_forests
from ansible_collections.syncready.m365.tests.directories.two_forests import GALSYNC, JOIN_ATTRIBUTE, Join
from ansible_collections.syncready.m365.tests.lab import client, sample
from ansible_collections.syncready.m365.tests.lab.controller import DomainController
from ansible_collections.syncready.m365.tests.lab.factory import Lab
from ansible_collections.syncready.m365.tests.lab.forest import CONTOSO, FABRIKAM, Forest
from ansible_collections.syncready.m365.tests.support import forests

from .conftest import Connect


def start(lab: Lab, forest: Forest, domain: two_forests.Domain) -> DomainController:
    """Start a domain controller with one of the two forests in it."""
    assert (forest.domain, forest.sid) == (domain.name, domain.sid)
    content = two_forests.entries(domain)
    name = f"two-forests-{hashlib.sha256(repr(content).encode()).hexdigest()[:12]}"
    controller = lab.from_image(sample.populated(name, forest, lambda: content), forest)
    client.change(
        controller,
        f"dn: CN=Partitions,{forest.configuration_dn}\nchangetype: modify\nadd: uPNSuffixes\n"
        f"uPNSuffixes: {two_forests.SUFFIX}\n-\n",
    )
    return controller


def test_two_forests_side_by_side(own_lab: Lab, connect: Connect, tmp_path: Path) -> None:
    contoso = start(own_lab, CONTOSO, two_forests.CONTOSO)
    fabrikam = start(own_lab, FABRIKAM, two_forests.FABRIKAM)
    snapshots = [
        forests.keep(connect(dc), tmp_path / f"{dc.forest.domain}.sqlite", join_attribute=JOIN_ATTRIBUTE)
        for dc in (contoso, fabrikam)
    ]
    # From here on nobody needs a connection.
    own_lab.close()
    for join in two_forests.JOINS:
        for galsync in (False, True):
            _compare(snapshots, join, galsync)


def _compare(snapshots: list[Path], join: Join, galsync: bool) -> None:
    attribute = JOIN_ATTRIBUTE if join == "attribute" else ""
    how = ForestJoin(join, attribute, (GALSYNC,) if galsync else ())
    comparison, findings = forests.compare(snapshots, how)
    assert forests.labels(findings) == Counter(two_forests.expected(join, galsync=galsync)), join
    assert [item["name"] for item in comparison.forests] == ["contoso.local", "fabrikam.local"]
    assert [item["source"]["transport"] for item in comparison.forests] == ["ldap", "ldap"]
