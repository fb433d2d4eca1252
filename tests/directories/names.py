# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Made-up people of several languages, without a random number: the same call gives the same person."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from .places import PLACES, Place

# Given names and surnames by the place where the person works. "native|ascii" where the script is not Latin.
_NAMES: dict[str, tuple[str, str]] = {
    "Berlin": (
        "Jürgen Anja Bärbel Götz Käthe Matthias Ulrike Sönke Heike Rüdiger",
        "Müller Schröder Weiß Köhler Grünwald Jäger Straßmann Böttcher Lüders Hoffmann",
    ),
    "Wien": (
        "Leopold Roswitha Günther Veronika Alois Sieglinde",
        "Österreicher Hölzl Gruber Pöschl Wögerbauer Kästner",
    ),
    "Paris": (
        "François Hélène Jérôme Anaïs Benoît Zoé Loïc Cécile Gaël Thérèse",
        "Lefèvre Garçon Bénard Dubois Crépin Guérin Maçon Noël Façade Brûlé",
    ),
    "København": (
        "Søren Åse Jørgen Kåre Bjørk Mette Rasmus",
        "Sørensen Ångström Kjærgaard Nørgaard Østergård Holm Lykkegaard",
    ),
    "Warszawa": (
        "Łukasz Małgorzata Zbigniew Agnieszka Wojciech Grażyna Paweł",
        "Wiśniewski Dąbrowska Żółkiewski Łącka Śliwa Górniak Kępa",
    ),
    "İstanbul": ("Çağla İlker Gülşen Oğuz Şebnem Işıl Ömer", "Yılmaz Öztürk Şahin Çelik Işık Güneş Doğan"),
    "Dublin": (
        "Saoirse Niamh Cormac Aoife Ciarán Gráinne Eoin",
        "O'Brien O'Malley Doyle Kinsella Nolan O'Rourke Fagan",
    ),
    "Madrid": ("Iñigo Begoña José Núria Ramón Inés Álvaro", "Muñoz Ibáñez Núñez Sáenz Peña Castaño López"),
    "Athina": (
        "Γιώργος|Giorgos Ελένη|Eleni Νίκος|Nikos Σοφία|Sofia Κώστας|Kostas",
        "Παπαδόπουλος|Papadopoulos Νικολάου|Nikolaou Δημητρίου|Dimitriou Βασιλείου|Vasileiou Αγγελής|Angelis",
    ),
    "Hà Nội": ("Nguyệt Đức Hương Quốc Thảo Tuấn", "Nguyễn Trần Phạm Đặng Hoàng Võ"),
    "Tokyo": (
        "美咲|Misaki 健太|Kenta 由美子|Yumiko 翔|Sho さくら|Sakura",
        "田中|Tanaka 佐藤|Sato 鈴木|Suzuki 岩本|Iwamoto 渡辺|Watanabe",
    ),
    "Dubai": (
        "ليلى|Layla يوسف|Yousef مريم|Maryam خالد|Khalid نور|Nour",
        "الحسيني|Alhusseini منصور|Mansour القاسم|Alqasim حداد|Haddad سليمان|Suleiman",
    ),
    "Bangkok": (
        "สมชาย|Somchai มาลี|Malee นิรันดร์|Niran กมลา|Kamala",
        "ศรีสุข|Srisuk วงศ์ไทย|Wongthai ทองดี|Thongdee บุญมา|Bunma",
    ),
    "Redmond": (
        "Alex Dana Jordan Morgan Riley Casey Taylor Robin Avery Quinn",
        "Baker Carter Ellison Foster Graham Hollis Ingram Jarvis Keller Lawson",
    ),
}

# Letters that do not fall apart into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "'": ""}
)
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist.

    Attributes:
        given, surname: as the person writes them.
        login: ASCII, ``given.surname`` in lower case; unique among the people of one `People`.
        sam: ASCII, at most 20 characters; unique likewise.
        place: where the person works.
        number: how many people came before.
    """

    given: str
    surname: str
    login: str
    sam: str
    place: Place
    number: int

    @property
    def name(self) -> str:
        """Given name and surname."""
        return f"{self.given} {self.surname}"


class People:
    """Gives one person after the other, from all places in turn."""

    def __init__(self) -> None:
        self._count = 0
        self._logins: set[str] = set()
        self._sams: set[str] = set()

    def next(self, place: str | None = None) -> Person:
        """Return a person that was not there before, of the named place or of the next one in turn."""
        number = self._count
        self._count += 1
        where = place or tuple(_NAMES)[number % len(_NAMES)]
        givens, surnames = (names.split() for names in _NAMES[where])
        turn = number // len(_NAMES) if place is None else number
        given, given_ascii = _spellings(givens[turn % len(givens)], where)
        surname, surname_ascii = _spellings(surnames[(turn * 3 + turn // len(givens)) % len(surnames)], where)
        base = f"{given_ascii}.{surname_ascii}".lower()
        login, suffix = base, 1
        while login in self._logins:
            suffix += 1
            login = f"{base}{suffix}"
        self._logins.add(login)
        return Person(given, surname, login, self._sam(given_ascii, surname_ascii), PLACES[where], number)

    def _sam(self, given: str, surname: str) -> str:
        base = (given[:2] + surname).lower()[:16]
        sam, suffix = base, 1
        while sam in self._sams:
            suffix += 1
            sam = f"{base}{suffix}"
        self._sams.add(sam)
        return sam


def ascii_spelling(text: str, german: bool = False) -> str:
    """Return a Latin text in ASCII letters: umlauts as two letters where `german`, other marks dropped."""
    if german:
        text = text.translate(_GERMAN)
    folded = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return "".join(letter for letter in folded if letter.isascii())


def _spellings(name: str, place: str) -> tuple[str, str]:
    native, line, ascii_form = name.partition("|")
    return native, ascii_form if line else ascii_spelling(native, place in ("Berlin", "Wien"))
