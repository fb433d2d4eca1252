# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proposals for the addresses of one object: sign-in name, proxy addresses, mail, alias, target.

One consistent set: mail follows the primary address, and a sign-in name that equalled it goes on doing so.
"""

from __future__ import annotations

import typing as t

from .._audit.recorder import NICKNAME
from .._exchange.recipients import LOCAL_MAILBOXES, REMOTE_MAILBOXES
from .._model.finding import Finding
from .._model.text import fold
from .._rules.addresses import split
from .._rules.options import RuleOptions
from .._rules.subject import Proxy, Subject
from . import values
from .draft import Draft
from .policies import Policies
from .taken import Space, Taken
from .winners import Winners

DUPLICATES = frozenset(("upn-duplicate", "proxy-duplicate", "mail-duplicate", "address-taken"))
_MAX_TRIES = 99


class AddressProposal:
    """Changes the addresses of a draft as far as the policies allow.

    Args:
        oid: number of the object.
        subject: the object as it is.
        draft: takes the changes.
        findings: its findings, from the audit.
        options: options of the rules.
        policies: what may be done.
        taken: which values are free.
        winners: who keeps what several hold.
    """

    def __init__(
        self,
        oid: int,
        subject: Subject,
        draft: Draft,
        findings: list[Finding],
        options: RuleOptions,
        policies: Policies,
        taken: Taken,
        winners: Winners,
    ) -> None:
        self._oid = oid
        self._subject = subject
        self._draft = draft
        self._findings = [found for found in findings if found.severity != "info"]
        self._options = options
        self._policies = policies
        self._taken = taken
        self._winners = winners
        self._primary_before = subject.primary

    def make(self) -> None:
        """Change the draft."""
        self._proxies()
        self._duplicate_proxies()
        self._primary()
        self._missing_proxy()
        self._mail()
        self._sign_in_name()
        self._nickname()
        self._target()

    # Questions about findings.

    def _rules(self, attribute: str, value: str | None) -> set[str]:
        return {found.rule for found in self._findings if found.attribute == attribute and found.value == value}

    def _free(self, space: Space, value: str) -> bool:
        return self._taken.is_free(space, value, self._oid)

    def _lost(self, address: str) -> bool:
        """Return whether another object keeps this address."""
        winner = self._winners.of_address(address) if self._policies.duplicate_winner else None
        return winner is not None and winner != self._oid

    # Proxy addresses.

    def _proxies(self) -> None:
        for proxy in self._subject.proxies:
            rules = self._rules("proxyAddresses", proxy.raw)
            if "proxy-repeated" in rules and proxy.raw not in self._subject.repeated:
                self._draft.replace_proxy(proxy.raw, None)
            elif "proxy-no-prefix" in rules:
                update = f"smtp:{proxy.raw}"
                if not self._draft.holds(proxy.raw) and self._free("address", proxy.raw):
                    self._draft.replace_proxy(proxy.raw, update)
            elif proxy.is_smtp and rules - DUPLICATES:
                self._repair_proxy(proxy)

    def _repair_proxy(self, proxy: Proxy) -> None:
        address = values.repaired_address(proxy.address, self._policies)
        parts = split(address) if address else None
        if address is None or parts is None:
            return
        usable = self._options.domains.usable(parts.domain)
        if not usable and not proxy.is_primary and self._policies.remove_secondary:
            self._draft.replace_proxy(proxy.raw, None)
        elif self._draft.holds(address) and fold(address) != fold(proxy.address):
            # The object has the repaired address already, so the faulty one says nothing more.
            if not proxy.is_primary:
                self._draft.replace_proxy(proxy.raw, None)
        elif self._free("address", address):
            self._draft.replace_proxy(proxy.raw, _typed(proxy, address))

    def _duplicate_proxies(self) -> None:
        for proxy in self._subject.smtp:
            if not self._rules("proxyAddresses", proxy.raw) & DUPLICATES or proxy.raw not in self._draft.proxies:
                continue
            if not self._lost(proxy.address):
                continue
            if not proxy.is_primary:
                self._draft.replace_proxy(proxy.raw, None)
            elif (address := self._renamed(proxy.address)) is not None:
                self._draft.replace_proxy(proxy.raw, _typed(proxy, address))

    def _renamed(self, address: str) -> str | None:
        """Return a free name by the rename pattern, None where there is no pattern or no free name."""
        parts = split(address)
        if parts is None:
            return None
        domain = values.mapped_domain(parts.domain, self._policies)
        # Free as a sign-in name is the stricter of the two.
        local = self._numbered(parts.local, lambda local: self._free("sign_in", f"{local}@{domain}"))
        return f"{local}@{domain}" if local else None

    def _numbered(self, local: str, is_free: t.Callable[[str], bool]) -> str | None:
        """Return what the rename pattern makes of a name, with the smallest number that makes it a free one."""
        if self._policies.rename_pattern is None:
            return None
        words = {
            "local": local,
            "sam": values.plain(self._subject.sam),
            "given": values.plain(self._subject.entry.text("givenname")),
            "surname": values.plain(self._subject.entry.text("sn")),
        }
        for number in range(2, 2 + _MAX_TRIES):
            candidate = self._policies.rename_pattern.format(n=number, **words)
            if is_free(candidate):
                return candidate
        return None

    def _primary(self) -> None:
        rules = self._rules("proxyAddresses", None)
        if "proxy-no-primary" in rules:
            chosen = self._new_primary()
            if chosen is not None:
                self._mark(chosen, primary=True)
        elif "proxy-several-primaries" in rules and self._subject.mail is not None:
            mail = fold(self._subject.mail)
            primaries = [proxy for proxy in self._draft.smtp if proxy.is_primary]
            if any(fold(proxy.address) == mail for proxy in primaries):
                for proxy in primaries:
                    if fold(proxy.address) != mail:
                        self._mark(proxy, primary=False)

    def _new_primary(self) -> Proxy | None:
        smtp = self._draft.smtp
        automatic = any(found.rule == "proxy-no-primary" and found.repair.kind == "auto" for found in self._findings)
        sources = ("mail",) if automatic else self._policies.primary_from
        for source in sources:
            if source == "single":
                found = smtp[0] if len(smtp) == 1 else None
            else:
                wanted = self._repaired_mail() if source == "mail" else self._repaired_sign_in_name()
                found = next((proxy for proxy in smtp if wanted and fold(proxy.address) == fold(wanted)), None)
            parts = split(found.address) if found else None
            if found and parts and self._options.domains.usable(parts.domain):
                return found
        return None

    def _mark(self, proxy: Proxy, *, primary: bool) -> None:
        update = f"{'SMTP' if primary else 'smtp'}:{proxy.address}"
        if proxy.raw in self._draft.proxies:
            self._draft.replace_proxy(proxy.raw, update)

    def _missing_proxy(self) -> None:
        if "proxy-missing" not in self._rules("proxyAddresses", None) or not self._policies.missing_proxy:
            return
        for value in (self._subject.mail, self._repaired_sign_in_name()):
            address = values.repaired_address(value, self._policies) if value else None
            parts = split(address) if address else None
            if address and parts and self._options.domains.usable(parts.domain) and self._free("address", address):
                self._draft.added.append(f"SMTP:{address}")
                return

    # The sign-in name.

    def _sign_in_name(self) -> None:
        if not self._subject.is_person:
            return
        draft, name = self._draft, self._draft.sign_in
        value = self._subject.sign_in_name
        rules = self._rules(self._options.sign_in_attribute, value)
        if value is None:
            draft.single[name] = self._made_from_sam() if rules else draft.single[name]
            return
        aligned = self._aligned()
        if aligned is not None and rules and fold(aligned) != fold(value):
            self._set_sign_in(aligned)
        elif self._followed_primary(value):
            self._set_sign_in(t.cast(Proxy, draft.primary).address)
        elif rules & DUPLICATES and self._lost(value):
            renamed = self._renamed(value)
            if renamed is not None:
                self._set_sign_in(renamed)
        elif rules - DUPLICATES - {"upn-differs-from-primary", "upn-suffix-not-registered", "upn-implicit-collision"}:
            repaired = values.repaired_sign_in_name(value, self._policies)
            if repaired is not None and repaired != value:
                self._set_sign_in(repaired)

    def _repaired_sign_in_name(self) -> str | None:
        """Return the name that the object will sign in with, as far as that does not depend on its addresses."""
        value = self._subject.sign_in_name
        if value is None:
            return self._made_from_sam() if self._rules(self._options.sign_in_attribute, None) else None
        return values.repaired_sign_in_name(value, self._policies) or value

    def _repaired_mail(self) -> str | None:
        value = self._subject.mail
        return (values.repaired_address(value, self._policies) or value) if value is not None else None

    def _made_from_sam(self) -> str | None:
        if self._policies.missing_upn is None or self._subject.sam is None:
            return None
        name = values.repaired_sign_in_name(f"{self._subject.sam}@{self._policies.missing_upn}", self._policies)
        return name if name is not None and self._free("sign_in", name) else None

    def _aligned(self) -> str | None:
        if not self._subject.in_licence_scope or self._policies.align_upn_with is None:
            return None
        if self._policies.align_upn_with == "mail":
            return self._draft.single["mail"]
        primary = self._draft.primary
        return primary.address if primary else None

    def _followed_primary(self, value: str) -> bool:
        """Return whether the name equalled the primary address, and that address changes."""
        before, after = self._primary_before, self._draft.primary
        return (
            before is not None
            and after is not None
            and fold(before.address) == fold(value)
            and fold(after.address) != fold(value)
        )

    def _set_sign_in(self, name: str) -> None:
        if self._free("sign_in", name):
            self._draft.single[self._draft.sign_in] = name

    # mail, alias, target.

    def _mail(self) -> None:
        value = self._subject.mail
        if value is None or self._draft.single["mail"] != self._draft.before["mail"]:
            return
        before, after = self._primary_before, self._draft.primary
        rules = self._rules("mail", value)
        followed = before is not None and fold(before.address) == fold(value)
        differs = after is not None and fold(after.address) != fold(value)
        if after is not None and differs and (followed or (self._policies.align_mail and rules)):
            self._draft.single["mail"] = after.address
        elif rules - DUPLICATES - {"mail-differs-from-primary"}:
            repaired = values.repaired_address(value, self._policies)
            if repaired is not None and repaired != value and self._free("address", repaired):
                self._draft.single["mail"] = repaired

    def _nickname(self) -> None:
        value = self._subject.nickname
        rules = self._rules("mailNickname", value)
        if not rules:
            return
        if value is None:
            if self._policies.missing_nickname:
                primary = self._draft.primary
                source = primary.address.partition("@")[0] if primary else self._subject.sam
                self._set_nickname(values.nickname_from(source) if source else None)
            return
        name = values.repaired_nickname(value, self._policies)
        if "nickname-duplicate" in rules:
            winner = self._winners.of_key(NICKNAME, value) if self._policies.duplicate_winner else None
            if winner is None or name is None:
                return
            if winner != self._oid:
                name = self._numbered(name, lambda name: self._free("nickname", name))
        self._set_nickname(name)

    def _set_nickname(self, name: str | None) -> None:
        if name is not None and self._free("nickname", name):
            self._draft.single["mailnickname"] = name

    def _target(self) -> None:
        value = self._subject.target
        kind = self._subject.recipient_type
        if value is None or kind in LOCAL_MAILBOXES or kind in REMOTE_MAILBOXES or self._subject.home_mdb:
            # Where a mailbox is, its target says where it lives; a person looks at that.
            return
        target = Proxy(value)
        if not target.is_smtp or not self._rules("targetAddress", value) - {"target-duplicate", "address-taken"}:
            return
        repaired = values.repaired_address(target.address, self._policies)
        parts = split(repaired) if repaired else None
        original = split(target.address)
        # The domain of a target is where mail goes: only its spelling may change.
        if repaired and parts and original and values.mapped_domain(original.domain, self._policies) == original.domain:
            if self._free("address", repaired):
                self._draft.single["targetaddress"] = f"SMTP:{repaired}"


def _typed(proxy: Proxy, address: str) -> str:
    return f"{'SMTP' if proxy.is_primary else 'smtp'}:{address}"
