# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Offices of the made-up company: what the address list says about the people who work there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """An office.

    Attributes:
        ou: ASCII name of its organizational unit.
        l, st, postal_code, street: address as it is written there.
        c, country_code: ISO 3166 code of two letters and its number.
        co: the country as people there write it.
        phone: beginning of the telephone numbers, which nobody has.
    """

    ou: str
    l: str  # noqa: E741 - the name of the LDAP attribute
    st: str
    postal_code: str
    street: str
    c: str
    country_code: int
    co: str
    phone: str


PLACES: dict[str, Place] = {
    "Berlin": Place("Berlin", "Berlin", "Berlin", "10115", "Beispielstraße", "DE", 276, "Deutschland", "+49 30 5550"),
    "Wien": Place("Wien", "Wien", "Wien", "1010", "Mustergasse", "AT", 40, "Österreich", "+43 1 5550"),
    "Paris": Place("Paris", "Paris", "Île-de-France", "75001", "rue de l'Exemple", "FR", 250, "France", "+33 1 99 00"),
    "København": Place("Kobenhavn", "København", "Hovedstaden", "1050", "Prøvegade", "DK", 208, "Danmark", "+45 55 50"),
    "Warszawa": Place(
        "Warszawa", "Warszawa", "mazowieckie", "00-001", "ul. Przykładowa", "PL", 616, "Polska", "+48 22 555"
    ),
    "İstanbul": Place("Istanbul", "İstanbul", "İstanbul", "34000", "Örnek Sokağı", "TR", 792, "Türkiye", "+90 212 555"),
    "Dublin": Place("Dublin", "Dublin", "Leinster", "D01 AB12", "Sample Quay", "IE", 372, "Ireland", "+353 1 555"),
    "Madrid": Place("Madrid", "Madrid", "Madrid", "28001", "calle del Ejemplo", "ES", 724, "España", "+34 91 555"),
    "Athina": Place("Athina", "Αθήνα", "Αττική", "105 57", "Οδός Παραδείγματος", "GR", 300, "Ελλάδα", "+30 21 0555"),
    "Hà Nội": Place("Hanoi", "Hà Nội", "Hà Nội", "100000", "phố Ví Dụ", "VN", 704, "Việt Nam", "+84 24 555"),
    "Tokyo": Place("Tokyo", "千代田区", "東京都", "100-0001", "見本町", "JP", 392, "日本", "+81 3 5550"),
    "Dubai": Place("Dubai", "دبي", "دبي", "00000", "شارع المثال", "AE", 784, "الإمارات العربية المتحدة", "+971 4 555"),
    "Bangkok": Place("Bangkok", "กรุงเทพมหานคร", "กรุงเทพมหานคร", "10200", "ถนนตัวอย่าง", "TH", 764, "ไทย", "+66 2 555"),
    "Redmond": Place("Redmond", "Redmond", "WA", "98052", "Sample Way", "US", 840, "United States", "+1 425 555"),
}
