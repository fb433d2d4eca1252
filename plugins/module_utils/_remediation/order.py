# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In which order objects are changed, so that no two hold the same value at any moment.

Whoever gives a value up comes before whoever takes it. Where values go round in a circle (a swap is the smallest one),
one of the objects gives its values up first and gets its new ones last: two steps.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._model.text import fold
from .journal import StepName
from .plan import ObjectChange

# Values of these are compared with one another: an address is in use, whatever attribute holds it.
_ADDRESSES = frozenset(("userprincipalname", "mail", "proxyaddresses", "msrtcsip-primaryuseraddress"))
_NAMES = frozenset(("samaccountname", "mailnickname"))

Key = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """A step.

    Attributes:
        change: what changes on the object, in all its steps.
        name: which step of it.
        after: keys of the objects that must have given up their values before.
    """

    change: ObjectChange
    name: StepName = "whole"
    after: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The key of the object."""
        return self.change.object.key


@dataclass(frozen=True)
class Group:
    """Steps that are taken together or not at all."""

    steps: tuple[Step, ...]
    objects: int = field(default=1)


def ordered(changes: t.Sequence[ObjectChange]) -> list[Group]:
    """Return the changes in an order in which each can be written; objects that are independent keep theirs."""
    freed: dict[Key, set[int]] = {}
    values = [_values(change) for change in changes]
    for number, (gone, _come) in enumerate(values):
        for key in gone:
            freed.setdefault(key, set()).add(number)
    before: list[set[int]] = [
        {other for key in come for other in freed.get(key, ()) if other != number}
        for number, (_gone, come) in enumerate(values)
    ]
    if not any(before):
        return [Group((Step(change),)) for change in changes]
    keys = [change.object.key for change in changes]
    groups = []
    for circle in _circles(before):
        if len(circle) == 1:
            number = circle[0]
            groups.append(Group((Step(changes[number], "whole", frozenset(keys[other] for other in before[number])),)))
        else:
            steps = _unwound(circle, before, changes, keys)
            groups.append(Group(tuple(steps), len(circle)))
    return groups


def batches(groups: t.Iterable[Group], size: int, decided: t.Container[str]) -> t.Iterator[Group]:
    """Yield circles as they are, and single steps in batches in which none waits for another.

    Args:
        groups: in their order.
        size: steps of a batch at the most.
        decided: keys of objects that need no step any more.
    """
    batch: list[Step] = []
    keys: set[str] = set()
    for group in groups:
        if len(group.steps) > 1:
            if batch:
                yield Group(tuple(batch))
                batch, keys = [], set()
            yield group
            continue
        step = group.steps[0]
        if step.key in decided:
            continue
        if step.after & keys or len(batch) >= size:
            yield Group(tuple(batch))
            batch, keys = [], set()
        batch.append(step)
        keys.add(step.key)
    if batch:
        yield Group(tuple(batch))


def taken(changes: t.Iterable[ObjectChange]) -> Taken:
    """Return the values that objects take, to be asked whether an attribute's value is among them."""
    return Taken({key for change in changes for key in _values(change)[1]})


class Taken:
    """Values that somebody takes."""

    def __init__(self, keys: set[Key]) -> None:
        self._keys = keys

    def __contains__(self, value: tuple[str, str]) -> bool:
        key = _compared(*value)
        return key is not None and key in self._keys


def _unwound(
    circle: list[int], before: list[set[int]], changes: t.Sequence[ObjectChange], keys: list[str]
) -> list[Step]:
    """Return the steps for a circle: some objects give up their values first."""
    first = min(circle)
    inside = {number: before[number] & set(circle) - {first} for number in circle}
    steps = [Step(changes[first], "free")]
    for part in _circles_of([number for number in circle if number != first], inside):
        if len(part) > 1:
            steps += _unwound(part, [inside.get(n, set()) for n in range(len(before))], changes, keys)
            continue
        number = part[0]
        steps.append(Step(changes[number], "whole", frozenset(keys[other] for other in before[number])))
    steps.append(Step(changes[first], "take", frozenset(keys[other] for other in before[first])))
    return steps


def _values(change: ObjectChange) -> tuple[set[Key], set[Key]]:
    """Return the values that an object gives up and those that it takes, in the form in which they are compared."""
    gone: set[Key] = set()
    come: set[Key] = set()
    for one in change.changes:
        gone.update(key for value in one.remove if (key := _compared(one.attribute, value)))
        come.update(key for value in one.add if (key := _compared(one.attribute, value)))
    return gone - come, come - gone


def _compared(attribute: str, value: str) -> Key | None:
    name = attribute.lower()
    if name in _NAMES:
        return name, fold(value)
    if name not in _ADDRESSES:
        return None
    kind, colon, address = value.partition(":")
    if colon and name != "userprincipalname" and name != "mail":
        folded = fold(kind)
        return ("address" if folded in ("smtp", "sip") else folded), fold(address)
    return "address", fold(value)


def _circles(before: list[set[int]]) -> list[list[int]]:
    return _circles_of(range(len(before)), dict(enumerate(before)))


def _circles_of(numbers: t.Iterable[int], before: t.Mapping[int, set[int]]) -> list[list[int]]:
    """Return the strongly connected parts of the graph, each after all that it depends on (Tarjan's algorithm)."""
    allowed = set(numbers)
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[int] = []
    parts: list[list[int]] = []
    for root in sorted(allowed):
        if root in index:
            continue
        work = [(root, iter(sorted(before[root] & allowed)))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            number, others = work[-1]
            for other in others:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(sorted(before[other] & allowed))))
                    break
                if other in on_stack:
                    low[number] = min(low[number], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[number])
                if low[number] == index[number]:
                    part = []
                    while True:
                        other = stack.pop()
                        on_stack.discard(other)
                        part.append(other)
                        if other == number:
                            break
                    parts.append(sorted(part))
    return parts
