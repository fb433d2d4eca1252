# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the forest itself: settings, trusts, suffixes, signs of a synchronization."""

from __future__ import annotations

from .chapter import Chapter
from .labels import ALL_DOMAINS, STRICT
from .model import Item
from .organisation import SERVERS

TRUST = "CN=fabrikam.local,CN=System,DC=contoso,DC=local"
TRUSTED_SID = "S-1-5-21-1212121212-2323232323-3434343434"
# The 10th and the 20th character count the tens; the 21st switches the check of sign-in names off.
UNIQUENESS_OFF = "000000000100000000021"
_TOP_LEVEL_NAME, _EXCLUSION, _DOMAIN = 0, 1, 2
_NEW_AND_DISABLED = 1


def _text(value: str) -> bytes:
    raw = value.encode("utf-8")
    return len(raw).to_bytes(4, "little") + raw


def _record(kind: int, flags: int, data: bytes) -> bytes:
    """Return a record of trust information, of New Year 2020."""
    body = flags.to_bytes(4, "little") + (132223104000000000).to_bytes(8, "little") + bytes((kind,)) + data
    return len(body).to_bytes(4, "little") + body


def trust_information() -> bytes:
    """Return what a forest trust with fabrikam.local routes: fabrikam.com, too, but not its laboratory."""
    sid = bytes((1, 4)) + (5).to_bytes(6, "big")
    sid += b"".join(int(part).to_bytes(4, "little") for part in TRUSTED_SID.split("-")[3:])
    records = [
        _record(_TOP_LEVEL_NAME, 0, _text("fabrikam.local")),
        _record(_DOMAIN, 0, len(sid).to_bytes(4, "little") + sid + _text("fabrikam.local") + _text("FABRIKAM")),
        _record(_TOP_LEVEL_NAME, 0, _text("fabrikam.com")),
        _record(_EXCLUSION, 0, _text("lab.fabrikam.com")),
        _record(_TOP_LEVEL_NAME, _NEW_AND_DISABLED, _text("contoso.com")),
    ]
    return (1).to_bytes(4, "little") + len(records).to_bytes(4, "little") + b"".join(records)


class ForestItself(Chapter):
    """Labels the frame of the forest, and adds the settings that a label needs."""

    def add(self) -> None:
        """Add everything."""
        self._item(self.forest.root.dn).expect("forest-sync-live")
        self._item(TRUST).set("msDS-TrustForestTrustInfo", trust_information()).expect("forest-several")
        partitions = self._item(f"CN=Partitions,{self.forest.configuration}")
        partitions.expect("forest-suffix-clash", value="fabrikam.com")
        # Two domains that the long list verifies are used and not registered: one finding.
        partitions.expect("forest-verified-domain-not-suffix", sets=(ALL_DOMAINS,))
        self._directory_service()
        for server in SERVERS.values():
            if server.build.startswith(("8.", "14.", "15.0.")):
                item = next(item for item in self.forest.items if item.dn.startswith(f"CN={server.name},CN=Servers,"))
                item.expect("forest-exchange-unsupported", sets=(STRICT,))

    def _directory_service(self) -> None:
        services = f"CN=Services,{self.forest.configuration}"
        windows = self.forest.new("container", services, "Windows NT", treatment="other", about="Settings of Windows.")
        service = self.forest.new(
            "nTDSService",
            windows.dn,
            "Directory Service",
            treatment="other",
            category="NTDS-Service",
            about="Settings of the directory; domain controllers do not check whether a sign-in name is taken.",
            attributes={"dSHeuristics": UNIQUENESS_OFF},
        )
        windows.built_in = service.built_in = True
        service.expect("forest-upn-uniqueness-off")

    def _item(self, dn: str) -> Item:
        return next(item for item in self.forest.items if item.dn == dn)
