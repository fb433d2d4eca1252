# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One domain controller: started, watched, frozen, killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import typing as t
from dataclasses import asdict
from pathlib import Path

from . import addresses, ready, settings
from .errors import LabError
from .forest import Forest

Model = t.Literal["single", "standard"]
_NSS_WRAPPER = "libnss_wrapper.so"


class DomainController:
    """A domain controller in a directory of its own.

    Attributes:
        forest: what it serves.
        layout: where its files are.
        model: Samba's process model. With ``single`` one slow search blocks every client; ``standard`` has a
            process for each connection.
        address: the loopback address it listens on, empty before the first start.
    """

    def __init__(self, forest: Forest, root: Path, model: Model = "single") -> None:
        self.forest = forest
        self.layout = settings.Layout(root)
        self.model: Model = model
        self.address = ""
        self._reservation: addresses.Reservation | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._since = ""

    @property
    def url(self) -> str:
        """LDAPS by address, which needs no name resolution."""
        return f"ldaps://{self.address}"

    @property
    def pid(self) -> int:
        """Process id of Samba, 0 when it was never started or was stopped."""
        return self._pid

    @property
    def running(self) -> bool:
        """Whether the process is there (a frozen one is)."""
        if self._process is not None:
            return self._process.poll() is None
        return bool(self._pid) and _started(self._pid) == self._since

    def start(self, address: str | None = None, timeout: float = 30) -> float:
        """Start it and return the seconds until it was ready. After a stop it comes back on the same address.

        Raises:
            LabError: it did not become ready; the message says where its log is.
        """
        if self.running:
            raise LabError("The domain controller is running already.")
        if self._reservation is None:
            self._reservation = addresses.reserve(address or self.address or None)
        self.address = self._reservation.address
        settings.write(self.layout, self.forest, self.address)
        with self.layout.log.open("ab") as log:
            # A session of its own: a Ctrl-C meant for the tests must not take the domain controller down.
            self._process = subprocess.Popen(
                ["samba", "-i", "-M", self.model, "-s", str(self.layout.settings), "--debug-stdout"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "KRB5_CONFIG": str(self.layout.kerberos)},
                cwd="/",
                pass_fds=(self._reservation.descriptor,),
                start_new_session=True,
            )
        self._pid = self._process.pid
        try:
            seconds = ready.wait(self.address, lambda: self.running, timeout)
        except LabError as error:
            self.kill()
            raise LabError(f"{error} ({self.layout.log})") from None
        except BaseException:
            self.kill()
            raise
        self._remember()
        return seconds

    def stop(self, timeout: float = 10) -> None:
        """End it in an orderly way, or by force when it does not within the time. A stopped one stays stopped."""
        if self.running:
            self.thaw()
            self._signal(signal.SIGTERM)
            if not self._wait(timeout):
                self.kill()
        self._ended()

    def kill(self) -> None:
        """End it as a crash would: SIGKILL to it and all its children."""
        if self.running:
            self._signal(signal.SIGKILL)
            self._wait(10)
        self._ended()

    def freeze(self) -> None:
        """Stop it from doing anything, its connections stay open (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on."""
        self._signal(signal.SIGCONT)

    def release(self) -> None:
        """Stop it and give its address back."""
        self.stop()
        if self._reservation is not None:
            self._reservation.release()
            self._reservation = None

    def environment(self, names: bool = True) -> dict[str, str]:
        """Return environment variables for a client: its Kerberos settings and, with names, its host names."""
        return _environment(self.layout.kerberos, self.layout.hosts if names else None)

    def log_text(self) -> str:
        """Return what Samba wrote since the image was copied."""
        return self.layout.log.read_text(encoding="utf-8", errors="replace") if self.layout.log.exists() else ""

    def _signal(self, number: signal.Signals) -> None:
        if self._pid:
            try:
                # It leads a process group of its own, which holds the processes of "-M standard", too.
                os.killpg(self._pid, number)
            except ProcessLookupError:
                pass

    def _wait(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        while self.running:
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def _ended(self) -> None:
        self._process = None
        self._pid = 0
        (self.layout.root / "lab.json").unlink(missing_ok=True)

    def _remember(self) -> None:
        self._since = _started(self._pid)
        state = {
            "pid": self._pid,
            "since": self._since,
            "address": self.address,
            "model": self.model,
            "forest": asdict(self.forest),
        }
        (self.layout.root / "lab.json").write_text(json.dumps(state))

    @classmethod
    def attach(cls, root: Path) -> DomainController | None:
        """Return the domain controller that an earlier program started in a directory, None if none runs there."""
        try:
            state = json.loads((root / "lab.json").read_text())
            controller = cls(Forest(**state["forest"]), root, state["model"])
            controller.address = state["address"]
            controller._pid, controller._since = state["pid"], state["since"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None  # nothing was started there, or by another edition of the lab
        return controller if controller.running else None


def environment(folder: Path, controllers: t.Sequence[DomainController]) -> dict[str, str]:
    """Return environment variables for a client that reaches several domain controllers by their names.

    Args:
        folder: where the settings files go.
        controllers: the domain controllers, started; the first one's realm is the default.
    """
    kerberos, hosts = folder / "krb5.conf", folder / "hosts"
    settings.write_client(kerberos, hosts, [(one.forest, one.address) for one in controllers])
    return _environment(kerberos, hosts)


def _environment(kerberos: Path, hosts: Path | None) -> dict[str, str]:
    """Return the variables that make a client use these files.

    Host names go through nss_wrapper, which answers from a hosts file of ours inside that one process: neither the
    machine's hosts file nor a network namespace is needed.
    """
    result = {"KRB5_CONFIG": str(kerberos)}
    if hosts is not None:
        result |= {"LD_PRELOAD": _NSS_WRAPPER, "NSS_WRAPPER_HOSTS": str(hosts)}
    return result


def _started(pid: int) -> str:
    """Return when a process started, in the kernel's clock ticks: process ids come round again. Empty: it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
