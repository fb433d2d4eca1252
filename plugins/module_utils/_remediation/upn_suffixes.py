# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""UPN suffixes of a forest or of an organizational unit: read, compared with what is wanted, and written.

Values are compared without case, since Active Directory does, and written by one modify that deletes exactly the values
that were read and adds the missing ones: whoever was faster is seen, and nothing of theirs is lost.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._directory.filters import escape_value
from .._directory.interface import Directory, Modification, Selection
from .._directory.topology import Topology
from .._model.entry import Entry
from .._model.errors import ConflictError, DirectoryError, OptionError, SyncreadyError
from .._model.text import fold, shown

State = t.Literal["present", "absent", "exact"]

ATTRIBUTE = "uPNSuffixes"
# An object of Active Directory holds about 1,200 values of an attribute like this one.
MAX_VALUES = 1_100
_ATTEMPTS = 20
_EXAMPLES = 5
_READ = Selection(("objectClass", ATTRIBUTE, "allowedAttributesEffective"))


@dataclass(frozen=True)
class Use:
    """Who still carries a suffix: how many accounts, and some of their sign-in names."""

    suffix: str
    users: int
    examples: tuple[str, ...]


class SuffixInUseError(SyncreadyError):
    """A suffix is not taken away because accounts carry it.

    Attributes:
        uses: the suffixes and who carries them.
    """

    code = "SUFFIX_IN_USE"

    def __init__(self, message: str, uses: tuple[Use, ...]) -> None:
        super().__init__(message)
        self.uses = uses


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be.

    Attributes:
        dn: the object.
        before, after: its suffixes, sorted.
        added, removed: what came and what went.
        changes: that as it was sent, or would be.
    """

    dn: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changes: tuple[Modification, ...] = ()


class SuffixRegister:
    """The suffixes of one object.

    Args:
        directory: an open directory.
        topology: of the same directory.
        ou: DN of an organizational unit; None for the whole forest.
        account: the account that is signed in, for messages; "" where there is none.
        domains: DNS names of the domains to look for accounts in; None: all of them.

    Attributes:
        unsearched: DNS names of the domains in which nobody looked for accounts that carry a suffix.
    """

    def __init__(
        self,
        directory: Directory,
        topology: Topology,
        ou: str | None,
        account: str = "",
        domains: t.Collection[str] | None = None,
    ) -> None:
        self.unsearched: tuple[str, ...] = ()
        self._domains = None if domains is None else {name.lower() for name in domains}
        self._directory = directory
        self._topology = topology
        self._ou = ou
        self._account = account
        self._is_file = directory.attribute_names() is not None

    def apply(
        self,
        state: State,
        wanted: t.Sequence[str],
        check_addition: t.Callable[[str], None],
        *,
        force: bool = False,
        check_mode: bool = False,
    ) -> Outcome:
        """Bring the suffixes into the state that is wanted.

        Args:
            state: present (these and others), absent (not these), exact (these and no others).
            wanted: suffixes in the form in which they are registered.
            check_addition: raises for a suffix that may not be registered; called for what is to be added.
            force: take suffixes away although accounts carry them.
            check_mode: find out everything and write nothing.

        Raises:
            SuffixInUseError: accounts carry a suffix that would go.
            ConflictError: somebody else changes the same suffixes all the time.
            DirectoryError: the object could not be read or written, or the account lacks the right to.
            OptionError: the OU is none.
        """
        passed: set[str] = set()
        for _attempt in range(_ATTEMPTS):
            entry = self._read()
            values = entry.attributes.get(ATTRIBUTE.lower(), [])
            change = _change(values, state, wanted)
            outcome = _outcome(entry.dn, values, change)
            if not change.add and not change.delete:
                return outcome
            for name in outcome.added:
                check_addition(name)
            self._check_rights(entry)
            if not force:
                self._check_use(set(outcome.removed) - passed)
                passed.update(outcome.removed)
            if len(outcome.after) > MAX_VALUES:
                raise DirectoryError(
                    f"{entry.dn!r} would have {len(outcome.after)} UPN suffixes; an object holds about {MAX_VALUES}. "
                    "Remove those that nobody needs first.",
                    code="LIMIT_EXCEEDED",
                )
            if check_mode:
                return outcome
            try:
                self._directory.modify(entry.dn, (change,))
            except ConflictError:
                # Somebody was faster; what is there now decides what is still to be done.
                continue
            self._verify(state, wanted)
            return outcome
        raise ConflictError(
            f"The UPN suffixes of {self._name()} change all the time. Find out who does it; run it again."
        )

    def _name(self) -> str:
        return repr(self._ou) if self._ou else "the forest"

    def _read(self) -> Entry:
        if self._ou is not None:
            base: str | None = self._ou
        else:
            holder = self._topology.forest_suffixes
            if holder is None:
                raise DirectoryError(
                    "CN=Partitions, which holds the UPN suffixes of the forest, is not there, or the account may not see it. "
                    "An export must hold the configuration partition.",
                    code="PARTITIONS_NOT_FOUND",
                )
            base = holder.place.dn
        entry = next(iter(list(self._directory.search(base, "base", _READ))), None)
        if entry is None:
            raise DirectoryError(f"There is no object {base!r}: check the spelling.", code="BASE_NOT_FOUND")
        classes = {value.lower() for value in entry.attributes.get("objectclass", ())}
        if self._ou is not None and b"organizationalunit" not in classes:
            raise OptionError(
                f"ou: {self._ou!r} is no organizational unit, and nothing else has UPN suffixes of its own."
            )
        return entry

    def _check_rights(self, entry: Entry) -> None:
        if self._is_file:
            return
        names = {value.lower() for value in entry.attributes.get("allowedattributeseffective", ())}
        if ATTRIBUTE.lower().encode() not in names:
            who = f"The account {self._account}" if self._account else "The account that is signed in"
            raise DirectoryError(
                f"{who} may not write {ATTRIBUTE} of {entry.dn!r}. Grant it that right, or use an account that has it (for "
                "the forest, a member of Enterprise Admins).",
                code="NO_RIGHTS",
            )

    def _check_use(self, removed: set[str]) -> None:
        """Refuse to take away what accounts carry, unless it stays a suffix by other means."""
        others = {domain.dns for domain in self._topology.domains}
        holder = self._topology.forest_suffixes
        if self._ou is not None and holder is not None:
            others |= {fold(value) for value in holder.values}
        asked = sorted({fold(suffix) for suffix in removed} - others)
        if not asked:
            return
        uses = tuple(use for use in self._uses(asked) if use.users)
        if uses:
            words = "; ".join(
                f"{shown(use.suffix)}: {use.users} account(s), such as {shown(', '.join(use.examples))}"
                for use in uses[:5]
            )
            raise SuffixInUseError(
                f"Accounts still carry what would be removed ({words}). Move them to another suffix first, or set force.",
                uses,
            )

    def _uses(self, suffixes: t.Sequence[str]) -> list[Use]:
        numbers = dict.fromkeys(suffixes, 0)
        examples: dict[str, list[str]] = {suffix: [] for suffix in suffixes}
        terms = "".join(f"(userPrincipalName=*@{escape_value(suffix)})" for suffix in suffixes)
        selection = Selection(("objectClass", "userPrincipalName"))
        for base in self._places():
            for entry in self._carriers(base, selection, f"(|{terms})"):
                name = entry.text("userprincipalname") or ""
                suffix = fold(name.rpartition("@")[2])
                if suffix in numbers:
                    numbers[suffix] += 1
                    if len(examples[suffix]) < _EXAMPLES:
                        examples[suffix].append(name)
        return [Use(suffix, numbers[suffix], tuple(examples[suffix])) for suffix in suffixes]

    def _carriers(self, base: str | None, selection: Selection, condition: str) -> t.Iterator[Entry]:
        try:
            yield from self._directory.search(base, "subtree", selection, condition)
        except DirectoryError as error:
            raise DirectoryError(
                f"Whether accounts below {base!r} carry a suffix that would go cannot be found out: {error} With force, "
                "nobody looks.",
                code=error.code,
            ) from None

    def _places(self) -> list[str | None]:
        if self._ou is not None:
            return [self._ou]
        if self._is_file:
            return [None]
        chosen = self._domains
        domains = self._topology.domains
        self.unsearched = tuple(domain.dns for domain in domains if chosen is not None and domain.dns not in chosen)
        return [domain.dn for domain in domains if domain.dns not in self.unsearched]

    def _verify(self, state: State, wanted: t.Sequence[str]) -> None:
        if self._is_file:
            return
        change = _change(self._read().attributes.get(ATTRIBUTE.lower(), []), state, wanted)
        if change.add or change.delete:
            raise ConflictError(
                f"Somebody else changed the UPN suffixes of {self._name()} right after they were written. Run it again."
            )


def _change(values: t.Sequence[bytes], state: State, wanted: t.Sequence[str]) -> Modification:
    """Return what makes the state of the values that are there."""
    there = {fold(text(value)) for value in values}
    names = {fold(name) for name in wanted}
    delete: list[bytes] = []
    add: list[bytes] = []
    if state == "absent":
        delete = [value for value in values if fold(text(value)) in names]
    else:
        add = [name.encode("utf-8") for name in dict.fromkeys(wanted) if fold(name) not in there]
    if state == "exact":
        delete = [value for value in values if fold(text(value)) not in names]
    return Modification(ATTRIBUTE, tuple(delete), tuple(add))


def _outcome(dn: str, values: t.Sequence[bytes], change: Modification) -> Outcome:
    kept = [value for value in values if value not in change.delete]
    return Outcome(
        dn,
        before=_texts(values),
        after=_texts([*kept, *change.add]),
        added=_texts(change.add),
        removed=_texts(change.delete),
        changes=(change,),
    )


def _texts(values: t.Iterable[bytes]) -> tuple[str, ...]:
    return tuple(sorted((text(value) for value in values), key=lambda name: (fold(name), name)))


def text(value: bytes) -> str:
    """Return a value as text; bytes that are no UTF-8 show as ``\\xff``."""
    return value.decode("utf-8", "backslashreplace")
