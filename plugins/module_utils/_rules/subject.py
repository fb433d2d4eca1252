# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One object as the rules see it: what its attributes mean, worked out once."""

from __future__ import annotations

import functools
import re

from .._exchange.recipients import LOCAL_MAILBOXES, MAIL_USER, REMOTE_MAILBOXES, RESOURCE_MAILBOXES
from .._model.entry import Entry
from .._model.kinds import PEOPLE, Kind
from .characters import strip_hidden

_ACCOUNT_DISABLED = 0x2
_TYPE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*\Z")


# A directory has a handful of types, and hundreds of thousands of values of each.
@functools.lru_cache(maxsize=256)
def _type_of(prefix: str) -> str | None:
    """Return the address type in front of the first colon of a value, as it is written; None where it is none."""
    kind = _TYPE.match(strip_hidden(prefix))
    return kind[1] if kind else None


class Proxy:
    """One value of proxyAddresses.

    Attributes:
        raw: the value as it is.
        type: the address type in lower case ("smtp", "x500"), None where the value has none.
        address: what follows the type; the whole value where there is none.
        is_primary: whether this is written as the primary SMTP address (upper-case "SMTP:").
        broken: set when the format is broken, so that no further rule judges the value.
    """

    __slots__ = ("address", "broken", "is_primary", "raw", "type")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.broken = False
        prefix, colon, rest = raw.partition(":")
        self.is_primary = prefix == "SMTP"
        self.type: str | None
        if prefix in ("smtp", "SMTP") and colon:
            self.type, self.address = "smtp", rest
            return
        kind = _type_of(prefix) if colon else None
        self.is_primary = kind == "SMTP"
        self.type = kind.lower() if kind else None
        self.address = rest if kind else raw

    @property
    def is_smtp(self) -> bool:
        """Whether the value is an SMTP address."""
        return self.type == "smtp"


class Subject:
    """An object with the facts that several rules ask for.

    ``proxies`` holds each value of proxyAddresses once; ``repeated`` those that the source held more than once.

    Attributes set by the caller: ``in_licence_scope``. Attributes set by the rules about the sign-in name:
    ``upn_valid`` (there is one, and format, characters, periods and length are right), ``upn_broken`` (its format is
    broken), ``suffix_to_check`` (its domain, where only the registration of the suffix is still to be asked).
    """

    __slots__ = (
        "display_name",
        "enabled",
        "entry",
        "home_mdb",
        "in_licence_scope",
        "is_person",
        "is_resource",
        "kind",
        "mail",
        "mail_broken",
        "nickname",
        "proxies",
        "recipient_type",
        "repeated",
        "sam",
        "sign_in_name",
        "smtp",
        "suffix_to_check",
        "target",
        "target_broken",
        "upn",
        "upn_broken",
        "upn_valid",
    )

    def __init__(self, entry: Entry, kind: Kind, sign_in_attribute: str = "userprincipalname") -> None:
        text = entry.text
        self.entry = entry
        self.kind = kind
        self.is_person = kind in PEOPLE
        self.recipient_type = entry.integer("msexchrecipienttypedetails")
        self.home_mdb = text("homemdb")
        control = entry.integer("useraccountcontrol")
        self.enabled = not (control or 0) & _ACCOUNT_DISABLED
        self.is_resource = self.is_person and (self.recipient_type in RESOURCE_MAILBOXES or not self.enabled)
        self.sam = text("samaccountname")
        self.upn = text("userprincipalname")
        self.sign_in_name = self.upn if sign_in_attribute == "userprincipalname" else text(sign_in_attribute)
        self.mail = text("mail")
        self.nickname = text("mailnickname")
        self.target = text("targetaddress")
        self.display_name = text("displayname")
        values = entry.texts("proxyaddresses")
        distinct = dict.fromkeys(values)
        self.proxies = [Proxy(raw) for raw in distinct]
        self.repeated = {raw for raw in distinct if values.count(raw) > 1} if len(distinct) < len(values) else ()
        self.smtp = [proxy for proxy in self.proxies if proxy.type == "smtp"]
        self.in_licence_scope = False
        self.upn_valid = self.upn_broken = self.mail_broken = self.target_broken = False
        self.suffix_to_check: str | None = None

    @property
    def is_mail_user(self) -> bool:
        """Whether mail for the object goes to an address outside, so that its domain is somebody else's."""
        return self.kind == "contact" or (self.is_person and self.recipient_type == MAIL_USER)

    @property
    def primary(self) -> Proxy | None:
        """The primary SMTP address, where there is exactly one."""
        primaries = [proxy for proxy in self.smtp if proxy.is_primary]
        return primaries[0] if len(primaries) == 1 else None

    @property
    def default_licence_scope(self) -> bool:
        """Whether the user will get a licence, as far as the directory tells.

        Enabled users with a mailbox, resources apart, and enabled users with mail and no recipient type at all.
        """
        if not self.is_person or not self.enabled or self.is_resource:
            return False
        kind = self.recipient_type
        if kind in LOCAL_MAILBOXES or kind in REMOTE_MAILBOXES:
            return True
        if kind == MAIL_USER:
            return False
        return self.home_mdb is not None or (kind is None and self.mail is not None)
