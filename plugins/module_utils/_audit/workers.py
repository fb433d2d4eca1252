# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Child processes that do one kind of work on pieces of data, while the parent reads the pieces.

They are made by fork: what the parent has in memory is there, nothing has to be imported or sent. A child keeps its two
pipes and lets go of every other file and connection of the parent. It ends when its pipe from the parent ends, so none
is left behind, however the parent ends.
"""

from __future__ import annotations

import collections
import gc
import marshal
import os
import select
import signal
import sys
import threading
import typing as t

from .._model.errors import SyncreadyError

_HEAD = 8
_PIPE = 1024 * 1024
# Pieces on their way for each worker: one that it works on, others that wait so that it never does.
_EACH = 3
# Items that wait for one before them.
_WAITING = 256
_F_SETPIPE_SZ = 1031

Work = t.Callable[[t.Any], t.Any]
Item = t.TypeVar("Item")


def usable_processors() -> int:
    """Return how many processors this process may use; 1 where that is not known or processes cannot be made."""
    if not hasattr(os, "fork") or not hasattr(os, "sched_getaffinity"):
        return 1
    # A fork takes one thread with it; locks that others hold would stay locked for ever.
    return len(os.sched_getaffinity(0)) if threading.active_count() == 1 else 1


class WorkerError(SyncreadyError):
    """A process that works for us could not be made, or is gone."""

    code = "WORKER_LOST"


class _Worker:
    """One child, seen from the parent."""

    def __init__(self, pid: int, to_child: int, from_child: int) -> None:
        self.pid = pid
        self.to_child = to_child
        self.from_child = from_child
        self.out: collections.deque[memoryview] = collections.deque()
        self.received = bytearray()
        # The slots that it works on, in order.
        self.slots: collections.deque[_Slot] = collections.deque()


class _Slot:
    """A place in the order of results."""

    __slots__ = ("item", "ready", "result")

    def __init__(self, item: t.Any) -> None:
        self.item = item
        self.result: t.Any = None
        self.ready = False


class Workers:
    """Some children that all do the same work.

    Args:
        number: how many.
        work: takes and returns what ``marshal`` can carry. It must not raise.

    Raises:
        WorkerError: they could not be made (also from ``in_order``: one is gone).
    """

    def __init__(self, number: int, work: Work) -> None:
        self._workers: list[_Worker] = []
        # Objects that the collector leaves alone stay in memory that parent and children share.
        gc.collect()
        gc.freeze()
        try:
            for _number in range(number):
                self._workers.append(_start(work))
        except BaseException:
            self.close()
            raise
        finally:
            gc.unfreeze()

    def in_order(self, items: t.Iterator[Item], data_of: t.Callable[[Item], t.Any]) -> t.Iterator[tuple[Item, t.Any]]:
        """Yield each item with its result, in the order of the items.

        Args:
            items: what is worked on. Their error is raised when all before it were yielded.
            data_of: returns what is sent of an item; None where there is nothing to do. The result is None then.

        Raises:
            WorkerError: a child is gone.
        """
        queue: collections.deque[_Slot] = collections.deque()
        limit = _EACH * len(self._workers)
        failure: Exception | None = None
        more = True
        while more or queue:
            while more and len(queue) < _WAITING and sum(len(worker.slots) for worker in self._workers) < limit:
                try:
                    slot = _Slot(next(items))
                except StopIteration:
                    more = False
                    break
                except Exception as error:
                    failure = error
                    more = False
                    break
                queue.append(slot)
                data = data_of(slot.item)
                if data is None:
                    slot.ready = True
                else:
                    worker = min(self._workers, key=lambda worker: len(worker.slots))
                    worker.slots.append(slot)
                    body = marshal.dumps(data)
                    worker.out.append(memoryview(len(body).to_bytes(_HEAD, "big") + body))
                self._move(wait=False)
                if queue[0].ready:
                    break
            if queue and not queue[0].ready:
                self._move(wait=True)
            while queue and queue[0].ready:
                slot = queue.popleft()
                yield slot.item, slot.result
        if failure is not None:
            raise failure

    def _move(self, *, wait: bool) -> None:
        """Send and receive what is possible now; or wait until something is."""
        reading = {worker.from_child: worker for worker in self._workers if worker.slots}
        writing = {worker.to_child: worker for worker in self._workers if worker.out}
        poll = select.poll()
        for number in reading:
            poll.register(number, select.POLLIN)
        for number in writing:
            poll.register(number, select.POLLOUT)
        for number, _event in poll.poll(None if wait else 0):
            if number in writing:
                _send(writing[number])
            else:
                _receive(reading[number])

    def close(self) -> None:
        """End all children. Further calls do nothing."""
        for worker in self._workers:
            os.close(worker.to_child)
            os.close(worker.from_child)
            try:
                os.kill(worker.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            try:
                os.waitpid(worker.pid, 0)
            except ChildProcessError:
                # Somebody ignores the end of children for the whole process.
                pass
        self._workers.clear()


def _start(work: Work) -> _Worker:
    pipes: list[int] = []
    try:
        pipes += os.pipe()
        pipes += os.pipe()
        pid = os.fork()
    except OSError as error:
        for number in pipes:
            os.close(number)
        raise WorkerError(
            f"No process could be made to judge objects ({error.strerror}). Give processes 1, or raise the limits of "
            "processes, open files and memory."
        ) from None
    ours_in, theirs_out, theirs_in, ours_out = pipes
    if not pid:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            _let_go(theirs_in, theirs_out)
            _serve(work, theirs_in, theirs_out)
        finally:
            # Nothing of the parent is to be cleaned up here: no connection, no file.
            os._exit(0)
    os.close(theirs_in)
    os.close(theirs_out)
    for number in (ours_in, ours_out):
        os.set_blocking(number, False)
        if sys.platform == "linux":
            _enlarge(number)
    return _Worker(pid, ours_out, ours_in)


def _enlarge(number: int) -> None:
    import fcntl

    try:
        fcntl.fcntl(number, _F_SETPIPE_SZ, _PIPE)
    except OSError:
        # The user has used up the room for pipes: slower, nothing else.
        pass


def _let_go(*kept: int) -> None:
    """Close every file and connection but two pipes."""
    for name in os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"):
        number = int(name)
        if number > 2 and number not in kept:
            try:
                os.close(number)
            except OSError:
                # The listing's own.
                pass
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)


def _serve(work: Work, source: int, sink: int) -> None:
    """Work until the parent closes the pipe or is gone."""
    while True:
        head = _read(source, _HEAD)
        body = _read(source, int.from_bytes(head, "big")) if head else b""
        if not body:
            return
        result = memoryview(marshal.dumps(work(marshal.loads(body))))
        data = memoryview(len(result).to_bytes(_HEAD, "big"))
        for part in (data, result):
            while part:
                part = part[os.write(sink, part) :]


def _read(source: int, size: int) -> bytes:
    """Return so many bytes, or none at the end."""
    found = bytearray()
    while len(found) < size:
        data = os.read(source, size - len(found))
        if not data:
            return b""
        found += data
    return bytes(found)


def _send(worker: _Worker) -> None:
    try:
        while worker.out:
            done = os.write(worker.to_child, worker.out[0])
            if done == len(worker.out[0]):
                worker.out.popleft()
            else:
                worker.out[0] = worker.out[0][done:]
    except BlockingIOError:
        return
    except BrokenPipeError:
        raise _lost() from None


def _receive(worker: _Worker) -> None:
    received = worker.received
    try:
        data = os.read(worker.from_child, _PIPE)
    except BlockingIOError:
        return
    if not data:
        raise _lost()
    received += data
    position = 0
    while len(received) >= position + _HEAD:
        end = position + _HEAD + int.from_bytes(received[position : position + _HEAD], "big")
        if len(received) < end:
            break
        slot = worker.slots.popleft()
        slot.result = marshal.loads(received[position + _HEAD : end])
        slot.ready = True
        position = end
    del received[:position]


def _lost() -> WorkerError:
    return WorkerError(
        "A process that judged objects ended before its work was done, perhaps for want of memory. Nothing of this "
        "run is used; run it again, with processes 1 if it happens again."
    )
