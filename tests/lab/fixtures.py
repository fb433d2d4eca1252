# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for pytest. Where the lab cannot be had, they fail: a test that is left out proves nothing.

A conftest takes what it needs: ``from ...tests.lab.fixtures import dc, lab``.
"""

from __future__ import annotations

import typing as t

import pytest

from .controller import DomainController
from .factory import Lab


@pytest.fixture(scope="session")
def lab() -> t.Iterator[Lab]:
    """Servers that live as long as the whole run, and a way to start more."""
    made = Lab()
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_dc(lab: Lab) -> DomainController:
    """A domain controller with the sample in it, shared by all tests: read it only."""
    return lab.sample()


@pytest.fixture(scope="module")
def module_lab() -> t.Iterator[Lab]:
    """Servers that live as long as one module."""
    made = Lab()
    yield made
    made.close()


@pytest.fixture(scope="module")
def module_dc(module_lab: Lab) -> DomainController:
    """A domain controller with the sample in it, fresh for each module."""
    return module_lab.sample()


@pytest.fixture
def own_lab() -> t.Iterator[Lab]:
    """Servers that live as long as one test."""
    made = Lab()
    yield made
    made.close()


@pytest.fixture
def dc(own_lab: Lab) -> DomainController:
    """A domain controller with the sample in it, fresh for each test (about half a second)."""
    return own_lab.sample()


@pytest.fixture
def empty_dc(own_lab: Lab) -> DomainController:
    """A domain controller with an empty directory, fresh for each test."""
    return own_lab.empty()
