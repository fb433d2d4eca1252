# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sample directory "Contoso": about 500 objects, more than half of them with faults, all of them labelled."""

from __future__ import annotations

from . import non_ascii
from .contoso_healthy import Healthy, Lookalikes
from .faults_across import Anchors, LeftOut, Linked, Sizes
from .faults_forest import ForestItself
from .faults_mail import MailAttributes
from .faults_mailbox import MailboxPlaces
from .faults_names import AddressList, LogonNames, PersonNames
from .faults_proxy import AddressCharacters, AddressDomains
from .faults_shared import SharedAddresses, TakenAddresses
from .faults_upn import SignInCharacters
from .faults_upn_domains import SignInDomains, SignInTwins
from .frame import LONG_SUFFIX, SUFFIXES, Frame, domains
from .labels import OUT_OF_SCOPE
from .model import Forest
from .names import People
from .organisation import Organisation
from .recipients import Recipients
from .system_accounts import SystemAccounts

ABOUT = """The sample directory "Contoso": nobody in it exists. Made by tests.directories; do not edit.
What is wrong with which object stands in the labels beside the generator."""
ABOUT_LARGE = """Groups of the sample directory that are too large to keep. Made by tests.directories."""

CHAPTERS = (
    SignInCharacters,
    SignInDomains,
    SignInTwins,
    AddressCharacters,
    AddressDomains,
    SharedAddresses,
    TakenAddresses,
    MailAttributes,
    LogonNames,
    PersonNames,
    AddressList,
    Anchors,
    Sizes,
    LeftOut,
    Linked,
    MailboxPlaces,
    ForestItself,
)


def build() -> Forest:
    """Return the whole sample with its labels."""
    forest = Forest(*domains())
    frame = Frame(forest, (*SUFFIXES, LONG_SUFFIX))
    frame.add()
    organisation = Organisation(forest)
    organisation.add()
    for domain in forest.domains:
        frame.offices(domain)
    for unit in ("Resources", "Groups", "Partners", "Service Accounts", "Microsoft Exchange Security Groups"):
        frame.unit(unit)
    frame.unit("Stores", uPNSuffixes="contoso.app")
    frame.unit(OUT_OF_SCOPE.partition(",")[0][3:])
    system_objects = forest.new(
        "msExchSystemObjectsContainer", forest.root.dn, "Microsoft Exchange System Objects", treatment="other"
    )
    system_objects.about = "Where Exchange keeps its own objects."
    make = Recipients(forest, People(), organisation)
    system = SystemAccounts(frame, make)
    system.add()
    system.addresses_only()
    Healthy(make).add()
    Lookalikes(make).add()
    for chapter in CHAPTERS:
        chapter(make).add()
    non_ascii.add_labels(forest)
    return forest
