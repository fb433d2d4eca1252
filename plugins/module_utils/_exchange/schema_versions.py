# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which version of Exchange extended the schema: rangeUpper of ms-Exch-Schema-Version-Pt.

The schema may be newer than every server, and may be extended where no server ever was.
"""

from __future__ import annotations

# Some updates share a version of the schema, so the name may be that of several.
SCHEMA_VERSIONS: dict[int, str] = {
    14622: "2010 RTM",
    14726: "2010 SP1",
    14732: "2010 SP2",
    14734: "2010 SP3",
    15137: "2013 RTM",
    15254: "2013 CU1",
    15281: "2013 CU2",
    15283: "2013 CU3",
    15292: "2013 SP1",
    15300: "2013 CU5",
    15303: "2013 CU6",
    15312: "2013 CU7 to CU23",
    15317: "2016 RTM",
    15323: "2016 CU1",
    15325: "2016 CU2",
    15326: "2016 CU3 to CU5",
    15330: "2016 CU6",
    15332: "2016 CU7 to CU18",
    15333: "2016 CU19 or CU20",
    15334: "2016 CU21 to CU23",
    17000: "2019 RTM or CU1",
    17001: "2019 CU2 to CU7",
    17002: "2019 CU8 or CU9",
    17003: "2019 CU10 to CU15, or SE",
}


def schema_version_name(version: int | None) -> str | None:
    """Return which Exchange extended the schema, the number as text for one that is not known, None for None."""
    return None if version is None else SCHEMA_VERSIONS.get(version, str(version))
