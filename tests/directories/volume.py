# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Directories of any size for measurements, written as a stream: every call writes the same bytes.

Every object has eight attributes that rules judge and three addresses, and what Active Directory gives every object.
The rest of the address list is empty unless asked for: an audit then finds a gap in every object, or is told to look
at the three attributes that are there (givenName, sn, displayName).
"""

from __future__ import annotations

import typing as t
from base64 import b64encode

from . import ldif
from .frame import CONTOSO, SUFFIXES, Frame
from .model import Domain, Forest, sid_bytes
from .organisation import DATABASES, Organisation, server_legacy_dn
from .recipients import REMOTE_USER

ABOUT = "A generated directory for measurements: nobody in it exists."
_BATCH = 1000
_GIVEN = "Anja Søren Łukasz Zoé Niamh José Çağla Leopold Dana Nguyệt Ελένη 美咲 Rasmus Ulrike Benoît Jordan"
_SURNAMES = "Müller Holm Śliwa Dubois O'Brien Peña Yılmaz Gruber Keller Trần Νικολάου 田中 Sørensen Weiß Noël Foster"
_UNITS = 200
# Spreads the numbers of objects over the whole range of 128 bits; odd, so that no two meet.
_SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835
_MASK = (1 << 128) - 1
_ROUTING = "contoso.mail.onmicrosoft.com"
_LEGACY = ldif.line(
    "legacyExchangeDN", "/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn="
)[:-1]
_CATEGORY = ldif.line("objectCategory", f"CN=Person,CN=Schema,CN=Configuration,{CONTOSO[1]}")
_CLASSES = "objectClass: top\nobjectClass: person\nobjectClass: organizationalPerson\nobjectClass: user\n"
_FIXED = (
    "instanceType: 4\nuserAccountControl: 512\nprimaryGroupID: 513\nsAMAccountType: 805306368\n"
    "msExchVersion: 88218628259840\n"
)
_REMOTE = (
    f"msExchRecipientTypeDetails: {REMOTE_USER}\nmsExchRecipientDisplayType: -2147483642\n"
    "msExchRemoteRecipientType: 4\n"
)
_ADDRESS_LIST = (
    "title: Engineer\ndepartment: Research\nphysicalDeliveryOfficeName: Berlin 2.14\ntelephoneNumber: +49 30 5550 10\n"
    "mobile: +49 30 5550 11\nfacsimileTelephoneNumber: +49 30 5550 12\n"
    + ldif.line("streetAddress", "Beispielstraße 1")
    + "l: Berlin\nst: Berlin\npostalCode: 10115\nc: DE\nco: Deutschland\ncountryCode: 276\n"
)


class _Fields(t.NamedTuple):
    """What a fault can change: sign-in name, mail, nickname, logon name, and the lines of the addresses."""

    upn: str
    mail: str
    nickname: str
    proxies: tuple[str, str, str]


def write(
    out: t.TextIO, count: int, faulty: float = 0.01, address_list: bool = False, on_premises: bool = False
) -> int:
    """Write that many users, a given share of them with one fault each; return how many are faulty.

    `address_list` fills the attributes that the address list shows, which makes the objects larger. With `on_premises`
    two of three users have their mailbox in a database of the organisation, in turn, else all have it in the cloud.
    Frame and units of the forest are written in front of them and not counted.
    """
    if not 0 <= faulty <= 1:
        raise ValueError("the share of faulty objects lies between 0 and 1")
    databases = _write_frame(out, on_premises)
    names = [(ldif.line("givenName", given), given) for given in _GIVEN.split()]
    surnames = [(ldif.line("sn", surname), surname) for surname in _SURNAMES.split()]
    people = [
        given_line + surname_line + ldif.line("displayName", f"{given} {surname}")
        for given_line, given in names
        for surname_line, surname in surnames
    ]
    faults = round(count * faulty)
    period = count // faults if faults else count + 1
    fixed = _FIXED + (_ADDRESS_LIST if address_list else "countryCode: 0\n")
    sid_head = b64encode(sid_bytes(f"{CONTOSO[3]}-0")[:24]).decode("ascii")
    batch: list[str] = []
    done = 0
    for number in range(count):
        login = f"user{number:07}"
        upn = mail = f"{login}@contoso.com"
        proxies = f"SMTP:{upn}", f"smtp:{login}@{_ROUTING}", f"X500:/o=Contoso/cn=Recipients/cn={login}"
        if number % period == period - 1 and done < faults:
            fields = _with_fault(done, faults, login, _Fields(upn, mail, login, proxies))
            done += 1
            upn, mail, nickname, proxies = fields
            body = _lines(upn, mail, nickname, proxies)
        else:
            body = (
                f"proxyAddresses: {proxies[0]}\nproxyAddresses: {proxies[1]}\nproxyAddresses: {proxies[2]}\n"
                f"mailNickname: {login}\nuserPrincipalName: {upn}\nmail: {mail}\n"
            )
        identity = b64encode((((number + 1) * _SPREAD) & _MASK).to_bytes(16, "little")).decode("ascii")
        rid = b64encode((number + 1104).to_bytes(4, "little")).decode("ascii")
        dn = f"CN={login},OU=U{number % _UNITS},DC=contoso,DC=local"
        if on_premises and number % 3:
            mailbox = f"{databases[number % len(databases)]}msExchMailboxGuid:: {identity}\n"
        else:
            mailbox = f"{_REMOTE}targetAddress: SMTP:{login}@{_ROUTING}\n"
        batch.append(
            f"dn: {dn}\n{_CLASSES}cn: {login}\n{people[number % len(people)]}distinguishedName: {dn}\n{fixed}{mailbox}"
            f"whenCreated: 20{number % 20:02}0{1 + number % 9}1{number % 10}0800{number % 60:02}.0Z\nname: {login}\n"
            f"objectGUID:: {identity}\nobjectSid:: {sid_head}{rid}\n"
            f"sAMAccountName: {login}\n{_LEGACY}{login}\n{_CATEGORY}{body}\n"
        )
        if len(batch) == _BATCH:
            out.write("".join(batch))
            batch.clear()
    out.write("".join(batch))
    return done


def _lines(upn: str, mail: str, nickname: str, proxies: tuple[str, str, str]) -> str:
    lines = [ldif.line("proxyAddresses", value) for value in proxies]
    return "".join(
        [*lines, ldif.line("mailNickname", nickname), ldif.line("userPrincipalName", upn), ldif.line("mail", mail)]
    )


def _with_fault(done: int, faults: int, login: str, fields: _Fields) -> _Fields:
    """Return the fields with the fault whose turn it is; each one is one finding of a rule of its own.

    The last two kinds share an address, so that one never comes without the other.
    """
    primary, routing, legacy = fields.proxies
    kind = done % 8
    if kind == 0 or (kind == 6 and done + 1 >= faults):
        return fields._replace(upn=f"{login}@contoso.local")
    if kind == 1:
        return fields._replace(upn=f"{login} x@contoso.com")
    if kind == 2:
        return fields._replace(upn=f"ü{login}@contoso.com")
    if kind == 3:
        return fields._replace(nickname=f"{login} x")
    if kind == 4:
        return fields._replace(proxies=(primary, routing, f"smtp:{login}(x)@contoso.com"))
    if kind == 5:
        return fields._replace(proxies=(f"smtp:{login}@contoso.com", routing, legacy))
    return fields._replace(proxies=(primary, routing, f"smtp:shared{done // 2:06}@contoso.com"))


def _write_frame(out: t.TextIO, with_organisation: bool) -> list[str]:
    """Write the frame; return the lines of a mailbox in each database of the organisation, where there is one."""
    forest = Forest(Domain(*CONTOSO))
    frame = Frame(forest, SUFFIXES)
    frame.add()
    organisation = Organisation(forest)
    if with_organisation:
        organisation.add()
    for number in range(_UNITS):
        frame.unit(f"U{number}")
    out.write(ldif.header(ABOUT))
    for item in forest.items:
        out.write(ldif.record(item.dn, item.attributes))
    return [
        "msExchRecipientTypeDetails: 1\nmsExchRecipientDisplayType: 1073741824\n"
        + ldif.line("homeMDB", organisation.database_dn(database.name))
        + ldif.line("msExchHomeServerName", server_legacy_dn(database.owner))
        for database in DATABASES.values()
    ]
