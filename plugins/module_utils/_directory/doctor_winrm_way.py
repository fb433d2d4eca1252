# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's checks of what only a real WinRM host can show: how input and output travel, what survives, what is left.

Each is a fact that the transport rests on. On a host where all of them hold, the transport does what its tests say.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
import time
import typing as t

from . import doctor_rights, ldap_topology, winrm_bridge
from .doctor import Check, Patient, Step, run
from .doctor_winrm import STEPS as FIRST_STEPS
from .doctor_winrm import WinrmPatient, _of, bind, started
from .interface import ReadStatistics
from .ldap_entries import EntryParser
from .ldap_errors import ldap_error
from .ldap_root import ATTRIBUTES, RootDse
from .ldap_search import Pace, Request
from .winrm_client import MAX_ENVELOPE, WinrmClient
from .winrm_clixml import plain
from .winrm_errors import LostError
from .winrm_options import WinrmOptions
from .winrm_pool import Bridges
from .winrm_protocol import Reply, encode
from .winrm_search import BridgeSearcher
from .winrm_session import Bridge

_MIB = 1024 * 1024
_LINES = 320  # of 64 KB each
_SMALL_ENVELOPE = 153600
_IDLE = 130
_SAMPLE = 10_000
_PAUSE = 2000  # milliseconds
_LOG = "Microsoft-Windows-PowerShell/Operational"


def _ended(bridge: Bridge, operation: str, *words: str) -> Reply:
    """Return the end of an answer; what comes before is only counted.

    Raises:
        LdapError: there was none.
    """
    try:
        for step in bridge.ask([(operation, words)]):
            if step.failed:
                raise ldap_error(f"{bridge.options.host} failed at {operation}. Run it again.", "WINRM_FAULT")
            if step.reply is not None and step.reply["t"] == "done":
                return step.reply
    except LostError as error:
        raise error.final from None
    raise AssertionError("a bridge ends every answer")


def input_arrives(patient: Patient) -> t.Iterator[Check]:
    """Send a megabyte and compare its digest."""
    data = os.urandom(_MIB)
    bridge = _of(patient).running()
    begun = time.monotonic()
    reply = _ended(bridge, "echo", f"data={encode(data)}")
    if reply.get("digest") != hashlib.sha256(data).hexdigest().upper():
        message = f"What was sent to {bridge.options.host} arrived changed. Check proxies and the host's codepage."
        raise ldap_error(message, "PROTOCOL_ERROR")
    yield Check("input", "ok", f"1 MB of input arrived unchanged, in {time.monotonic() - begun:.1f} s.")


def output_arrives(patient: Patient) -> t.Iterator[Check]:
    """Receive twenty megabytes, in envelopes of two sizes."""
    found = []
    for envelope in (_SMALL_ENVELOPE, MAX_ENVELOPE):
        bridge = started(_of(patient).winrm, envelope=envelope)
        try:
            client = bridge.client
            before, answers = client.received_bytes, client.received
            begun = time.monotonic()
            _ended(bridge, "echo", f"lines={_LINES}")
            seconds = time.monotonic() - begun
            size, number = client.received_bytes - before, client.received - answers
        finally:
            bridge.close()
        if size < _LINES * 65536:
            raise ldap_error(f"Output of {bridge.options.host} was lost on the way. Run it again.", "PROTOCOL_ERROR")
        found.append(
            f"{size / number / 1024:.0f} KB an answer and {size / _MIB / seconds:.1f} MB/s with {envelope} bytes"
        )
    yield Check("output", "ok", f"20 MB of output arrived whole, twice: {'; '.join(found)}.")


def idle(patient: Patient) -> t.Iterator[Check]:
    """Say nothing for longer than a host keeps a connection, then ask."""
    own = _of(patient)
    if not own.thorough:
        text = f"Whether a connection survives {_IDLE} seconds without a word was not checked."
        yield Check("idle", "skipped", text, "Set thorough to check it.")
        return
    bridge = own.running()
    time.sleep(_IDLE)
    _ended(bridge, "ping")
    yield Check("idle", "ok", f"After {_IDLE} seconds without a word the same program answered.")


def reconnect(patient: Patient) -> t.Iterator[Check]:
    """Forget an answer with its connection, and ask the same again."""
    bridge = _of(patient).running()
    try:
        bridge.say("echo", "lines=1")
        first, second = bridge.client.receive_twice()
    except LostError as error:
        raise error.final from None
    finally:
        _of(patient).stop()
    if first != second:
        message = (
            f"{bridge.options.host} gave another answer to the same question on a new connection, so a connection that "
            "breaks may cost a run, which then says so. Run it again."
        )
        raise ldap_error(message, "PROTOCOL_ERROR")
    yield Check("reconnect", "ok", "The same question got the same answer on a new connection: nothing is lost there.")


def compression(patient: Patient) -> t.Iterator[Check]:
    """Read with and without gzip."""
    own = _of(patient)
    found = {}
    for packed in (False, True):
        options = dataclasses.replace(own.winrm, compression=packed)
        bridges = Bridges(options, patient.options.server)
        try:
            searcher = BridgeSearcher(bridges, ReadStatistics(), Pace(None))
            bridges.give(bridges.take())
            begun = time.monotonic()
            names = set()
            request = Request(
                own.root.domain_dn, attributes=("objectClass", "objectGUID", "cn", "mail", "proxyAddresses")
            )
            for entry in searcher.entries(request, EntryParser()):
                names.add(entry.dn)
                if len(names) >= _SAMPLE:
                    break
            found[packed] = (names, len(names) / max(time.monotonic() - begun, 0.001))
        finally:
            bridges.close()
    (plain_names, plain_rate), (packed_names, packed_rate) = found[False], found[True]
    if len(plain_names) != len(packed_names):
        raise ldap_error("gzip changed what was read. Set winrm_compression to false, and report it.", "PROTOCOL_ERROR")
    yield Check(
        "compression",
        "ok",
        f"{len(plain_names)} entries came at {plain_rate:.0f} a second plain and at {packed_rate:.0f} a second with gzip.",
    )


def leaves_by_itself(patient: Patient) -> t.Iterator[Check]:
    """See a program end that nobody speaks to."""
    bridge = started(_of(patient).winrm, idle=_PAUSE)
    end = time.monotonic() + _PAUSE / 1000 + bridge.options.read_timeout_sec
    try:
        while time.monotonic() < end:
            output = bridge.client.receive()
            if output is not None and output.exit_code is not None:
                text = f"A program that nobody speaks to ended by itself (exit code {output.exit_code})."
                yield Check("leftover", "ok", text)
                return
    except LostError as error:
        raise error.final from None
    finally:
        bridge.close()
    yield Check(
        "leftover",
        "warning",
        "A program that nobody spoke to did not end by itself in time.",
        "Nothing: the host ends its shell after 15 minutes.",
    )


def errors_are_read(patient: Patient) -> t.Iterator[Check]:
    """Let a command fail, and read what it says."""
    options = _of(patient).winrm
    text = base64.b64encode("syncready-check-of-errors".encode("utf-16-le")).decode("ascii")
    words, exit_code = _output_of(options, winrm_bridge.PROGRAM, [*winrm_bridge.FLAGS, text])
    if "syncready-check-of-errors" not in words or "<Objs" in words:
        yield Check(
            "errors",
            "warning",
            f"What a failing command says could not be read (exit code {exit_code}).",
            "Nothing: only messages about failures of PowerShell itself are poorer.",
        )
        return
    yield Check("errors", "ok", "What a failing command says can be read.")


def event_log(patient: Patient) -> t.Iterator[Check]:
    """Look for the passwords in PowerShell's event log."""
    options = _of(patient).winrm
    secrets = {secret for secret in (options.password, options.ldap.password) if secret}
    if not secrets:
        yield Check("event_log", "skipped", "There is no password to look for.")
        return
    words, exit_code = _output_of(options, "wevtutil", ["qe", _LOG, "/c:500", "/rd:true", "/f:xml"], stdout=True)
    if exit_code:
        text = f"PowerShell's event log on {options.host} cannot be read (exit code {exit_code})."
        advice = "Make the account a member of Event Log Readers there to have it checked."
        yield Check("event_log", "skipped", text, advice)
        return
    if any(form in words for secret in secrets for form in (secret, encode(secret))):
        message = (
            f"A password is in PowerShell's event log on {options.host}. Change it, and report this with the number of the "
            "event."
        )
        raise ldap_error(message, "SECRET_LOGGED")
    yield Check("event_log", "ok", "The newest 500 events of PowerShell hold no password.")


def _output_of(
    options: WinrmOptions, program: str, arguments: t.Sequence[str], *, stdout: bool = False
) -> tuple[str, int]:
    """Return what a program says, and its exit code.

    Raises:
        LdapError: it could not be run.
    """
    client = WinrmClient(options)
    written = b""
    end = time.monotonic() + options.ldap.read_timeout
    try:
        client.start(program, arguments)
        while time.monotonic() < end:
            output = client.receive()
            if output is None:
                continue
            written += output.stdout if stdout else output.stderr
            if output.exit_code is not None:
                return (written.decode("utf-8", "replace") if stdout else plain(written)), output.exit_code
    except LostError as error:
        raise error.final from None
    finally:
        client.close(quick=True)
    raise ldap_error(f"{program} on {options.host} did not end in time (read_timeout).", "TIMEOUT")


def root_dse(patient: Patient) -> t.Iterator[Check]:
    """Read what the domain controller says of itself, and judge it as over LDAP."""
    from .doctor_session import _judge

    own = _of(patient)
    patient.searcher = BridgeSearcher(t.cast(Bridges, own.bridges), patient.statistics, Pace(None))
    entries = list(patient.searcher.entries(Request("", "base", attributes=ATTRIBUTES), EntryParser()))
    patient.root = root = RootDse.of(entries[0]) if entries else RootDse()
    if not own.winrm.signs_in_to(patient.options.server):
        # The root DSE is shown to anybody; a search tells whether somebody is signed in.
        ldap_topology.domains_of(patient.searcher, root)
    yield from _judge(patient.options.server, root)


STEPS = (
    *FIRST_STEPS,
    Step("input", ("winrm",), input_arrives),
    Step("output", ("winrm",), output_arrives),
    Step("idle", ("winrm",), idle),
    Step("reconnect", ("winrm",), reconnect),
    Step("bind", ("winrm",), bind),
    Step("root_dse", ("bind",), root_dse),
    Step("reading", ("root_dse",), doctor_rights.reading),
    Step("compression", ("reading",), compression),
    Step("leftover", ("winrm",), leaves_by_itself),
    Step("errors", ("winrm",), errors_are_read),
    Step("event_log", ("winrm",), event_log),
    Step("domains", ("reading",), doctor_rights.domains),
    Step("writing", ("reading",), doctor_rights.writing),
    Step("limits", ("reading",), doctor_rights.limits),
)


def diagnose(options: WinrmOptions, *, thorough: bool = False) -> list[Check]:
    """Return what is right and wrong with a connection through WinRM. Nothing is written.

    Args:
        options: how it is made.
        thorough: also do what takes minutes.
    """
    patient = WinrmPatient(options.ldap, winrm=options, thorough=thorough)
    try:
        return run(STEPS, patient)
    finally:
        patient.close()
