# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Windows PowerShell writes to standard error: CLIXML, taken apart to plain words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

_HEAD = b"#< CLIXML"
_OBJECTS = re.compile(rb"<Objs\b.*?</Objs>", re.DOTALL)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NAMESPACE = "{http://schemas.microsoft.com/powershell/2004/04}"
_MAX = 64 * 1024


def plain(data: bytes) -> str:
    """Return the errors and warnings of CLIXML as text; what is no CLIXML stays as it is. Progress is left out."""
    data = data[-_MAX:]
    if _HEAD not in data and b"<Objs" not in data:
        return data.decode("utf-8", "replace").strip()
    lines = []
    for found in _OBJECTS.finditer(data):
        try:
            root = ET.fromstring(found.group(0))
        except ET.ParseError:
            continue
        for element in root.iter(f"{_NAMESPACE}S"):
            if element.get("S") in ("Error", "Warning") and element.text:
                lines.append(_unescaped(element.text))
    return "".join(lines).strip()


def _unescaped(text: str) -> str:
    # Halves of a pair come as two escapes.
    text = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
