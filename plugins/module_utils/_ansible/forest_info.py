# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of the module forest_info."""

from __future__ import annotations

import contextlib
import datetime

from ansible.module_utils.basic import AnsibleModule

from .._audit.forest_survey import survey
from .._exchange.builds import parse_minimum_build
from .._model.errors import OptionError
from .._report.forest import survey_as_dict
from .._report.limits import Cut
from .._rules.options import RuleOptions
from .choices import domains_of, open_directory, other_forests
from .wrapper import Result

EMPTY_RESULT: Result = {
    "source": {},
    "forest": {},
    "domains": [],
    "domain_controllers": [],
    "upn_suffixes": [],
    "names": [],
    "missing_suffixes": [],
    "trusts": None,
    "exchange": {},
    "address_policies": {},
    "synchronization": {},
    "features": [],
    "several_forests": {},
    "findings": [],
    "truncated": False,
}


def forest_info(module: AnsibleModule) -> Result:
    """Say what is there in a forest.

    Raises:
        SyncreadyError: something was wrong that a person can act on.
    """
    params = module.params
    limit = params["max_returned"]
    if limit < 0:
        raise OptionError("max_returned: give a number that is not negative.")
    domains = domains_of(params)
    rules = RuleOptions(domains, minimum_exchange_build=parse_minimum_build(params["minimum_exchange_build"]))
    with contextlib.ExitStack() as stack:
        directory = open_directory(params)
        stack.callback(directory.close)
        seen = survey(directory, rules, other_forests(params), partly=bool(params["search_bases"]))
        cut = Cut(limit)
        result = survey_as_dict(seen, domains, datetime.date.today(), cut)
        return {"source": directory.identity(), **result, "truncated": cut.truncated}
