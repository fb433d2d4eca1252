# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What proxyAddresses, mail and targetAddress have in common: the form and the characters of a mail address."""

from __future__ import annotations

from .._model.finding import Finding, Outcome, Severity
from . import addresses, characters
from .catalogue import finding

_COLON = frozenset(":")


class MailAddressRules:
    """The rules of one attribute that holds mail addresses.

    Args:
        family: first part of the rule ids ("proxy", "mail", "target").
        attribute: LDAP name of the attribute.
        bad: characters that are invalid in the address, white space apart.
        has_colon_rule: whether a second colon has a rule of its own; else it breaks the format.
    """

    def __init__(self, family: str, attribute: str, bad: frozenset[str], has_colon_rule: bool) -> None:
        self.family = family
        self.attribute = attribute
        self.bad = bad
        self.has_colon_rule = has_colon_rule
        self._reported = bad | _COLON if has_colon_rule else bad

    def judge_form(
        self,
        value: str,
        address: str,
        out: list[Finding],
        *,
        severity: Severity | None = None,
        outcome: Outcome | None = None,
    ) -> tuple[addresses.Address | None, bool]:
        """Judge format and characters of an address.

        Args:
            value: the whole value, for the findings.
            address: the address in it, without the type.
            out: takes the findings.
            severity: the severity, where it is not the usual one of the rules.
            outcome: the outcome, where it is not the usual one of the rules.

        Returns:
            The parts of the address, None when its format is broken; and whether a fault in the domain's characters
            silences the rules about the domain.
        """

        def report(rule: str, message: str) -> None:
            rule_id = f"{self.family}-{rule}"
            out.append(finding(rule_id, self.attribute, value, message, severity=severity, outcome=outcome))

        parts = addresses.split(address)
        fault = addresses.format_fault(address) or (self._mail_fault(parts) if parts else None)
        if parts is None or fault:
            report("format", f"Not a mail address: {fault}.")
            return None, True
        if hidden := characters.hidden(value):
            message = f"White space or a hidden character is not allowed in an address: {characters.show(hidden)}."
            self._report_whitespace(value, address, message, out, severity, outcome)
        if bad := characters.among(address, self.bad):
            report("invalid-character", f"Not allowed in an address: {characters.show(bad)}.")
        if self.has_colon_rule and ":" in address:
            report("second-colon", 'Only one ":" is allowed, the one after the type.')
        if foreign := characters.non_ascii(address):
            report("diacritic", f"Only ASCII is allowed in an address; this one holds {characters.show(foreign)}.")
        domain = parts.domain
        silent = not domain.isascii() or characters.hidden(domain) or characters.among(domain, self._reported)
        return parts, bool(silent)

    def _mail_fault(self, parts: addresses.Address) -> str | None:
        if not self.has_colon_rule and ":" in parts.local:
            return "there is a type where none belongs"
        if fault := addresses.local_part_fault(parts.local):
            return fault
        if stray := addresses.stray_domain_characters(parts.domain, self._reported):
            return f"the domain holds {characters.show(stray)}"
        return None

    def _report_whitespace(
        self,
        value: str,
        address: str,
        message: str,
        out: list[Finding],
        severity: Severity | None,
        outcome: Outcome | None,
    ) -> None:
        rule_id = f"{self.family}-whitespace"
        # Blanks around the type are as safe to take away as those at the ends of the value.
        if addresses.hidden_only_at_ends(value) or (
            value != address and addresses.hidden_only_at_ends(address) and value.endswith(address)
        ):
            why = "The white space at the ends is taken away."
            out.append(
                finding(
                    rule_id, self.attribute, value, message, severity=severity, outcome=outcome, kind="auto", why=why
                )
            )
        else:
            out.append(finding(rule_id, self.attribute, value, message, severity=severity, outcome=outcome))
