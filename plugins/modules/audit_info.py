#!/usr/bin/python
# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: audit_info
short_description: Audit Active Directory for synchronization with Microsoft 365
version_added: 1.0.0
author:
  - The syncready.m365 authors (@syncready)
description:
  - Reads a directory, applies the rule catalogue of this collection to every user, contact and group, and reports what
    would not reach Microsoft 365, or would arrive altered.
  - Each finding names the rule, what the cloud will do, the object, the attribute and its value, all other holders of a
    duplicate, and how it may be repaired.
  - The directory is read once, as a stream, and never written. What could not be read completely is a failure, never a
    report.
extends_documentation_fragment:
  - syncready.m365.attributes
  - syncready.m365.attributes.info_module
  - syncready.m365.attributes.actiongroup_directory
  - syncready.m365.directory
  - syncready.m365.rules
  - syncready.m365.scope
  - syncready.m365.forest
  - syncready.m365.forest.exchange
  - syncready.m365.forest.compare
  - syncready.m365.tenant
  - syncready.m365.tenant.matching
  - syncready.m365.assumed
options:
  tenant_users_path:
    description:
      - An export of the tenant's users, as O(syncready.m365.cloud_match_info#module:tenant_users_path). Users whose
        sign-in name is another one in the tenant are reported (C(upn-differs-from-cloud)).
    type: path
  preview:
    description:
      - Whether to write C(preview.jsonl) and C(preview.csv) into O(report_dir). They say for every judged user what the
        cloud makes of the values, the sign-in name, the primary SMTP address, the alias and the address at the first
        domain of the tenant, each with the reason.
    type: bool
    default: false
  preview_plan_path:
    description: A plan. The preview then shows every user before and after it. Nothing is applied.
    type: path
  report_dir:
    description:
      - Where to write C(report.html), C(findings.jsonl), C(findings.csv), C(summary.json) and C(snapshot.sqlite). The
        directory is made with mode 0700 where it does not exist, the files have mode 0600. Files of an earlier run are
        replaced when the new ones are complete.
      - C(report.html) is for people. It is one file that needs no network, and holds the 100,000 severest findings.
      - In an execution environment it must be on a mounted path.
      - Without it nothing is written there.
    type: path
  report_detail:
    description:
      - What the result and the files say of people.
      - With V(pseudonymous), an object has a name such as C(user-3f9a1c2b7e), which is the same in every report, and no
        objectGUID; a value shows its shape and its domain, as C(xxxx.xxxx@contoso.com); messages are those of the rule,
        not of the value. Rules, OUs, numbers and fingerprints stay. There is no snapshot then, since a snapshot holds
        names, and what O(state_dir) keeps has none either.
    type: str
    choices: [full, pseudonymous]
    default: full
  state_dir:
    description:
      - A directory that keeps the findings of each run, so that the next one can say which are new, gone or known, and
        which repairs somebody or something reverted. It is the directory in which M(syncready.m365.remediation) keeps
        its journals; those are read too, so that a repair that was reverted between two audits shows.
      - It must exist and hold the mark that O(init_state) laid. In an execution environment it must be mounted.
      - The runs of one directory are compared, whichever host or export it is read from the next time; those of other
        directories may lie beside them.
      - If the value is not specified in the task, the value of environment variable E(SYNCREADY_STATE_DIR) will be
        used instead.
    type: path
  init_state:
    description: Make O(state_dir) where it does not exist, and mark it.
    type: bool
    default: false
  baseline:
    description:
      - What to do with the runs in O(state_dir).
      - V(update) compares with the last run, and keeps this one as the last run.
      - V(compare) compares with the last run, and keeps nothing.
      - V(reset) compares with nothing, and keeps this run as the last one.
      - Check mode never keeps a run, and neither does a run whose report could not be written, nor one with
        O(assume_applied) or O(assume_upn_suffixes).
    type: str
    choices: [update, compare, reset]
    default: update
  keep_days:
    description:
      - How many days to keep the runs in O(state_dir). The last one always stays.
      - A finding that was gone longer is new when it comes back, and not reverted.
    type: int
    default: 30
  thresholds:
    description:
      - How many findings are accepted. Where there are more, the module fails with RV(error_code=THRESHOLD) after the
        report was written and the run was kept. Waived findings do not count.
    type: list
    elements: dict
    default: []
    suboptions:
      severity:
        description: Only findings of this severity count. This option or O(thresholds[].rule) is required.
        type: str
        choices: [error, warning, info]
      rule:
        description: Only findings of this rule count.
        type: str
      max:
        description: How many are accepted.
        type: int
        default: 0
      of:
        description:
          - Whether all findings count, or only those that are new or reverted since the last run. In the first run,
            nothing is new.
        type: str
        choices: [all, new]
        default: all
  max_returned:
    description: How many findings to return at the most, the severest first. All of them are in the files.
    type: int
    default: 100
  progress_path:
    description:
      - A file in which the module leaves word of how far it is. The action plugin of the same name sets it where the
        module runs on the controller, and shows what is in it, a line now and then. The variable
        C(syncready_progress_seconds) says after how many seconds the first line comes (5 without it); 0 shows none.
    type: path
  fail_on:
    description:
      - Fail when findings of this severity or a worse one are left, after the report was written. Waived findings do not
        count.
    type: str
    choices: [none, warning, error]
    default: none
seealso:
  - name: Prepare for directory synchronization to Microsoft 365
    description: Microsoft's document that most rules restate.
    link: https://learn.microsoft.com/microsoft-365/enterprise/prepare-for-directory-synchronization
"""

EXAMPLES = r"""
- name: Audit the forest of a domain controller
  syncready.m365.audit_info:
    server: dc1.contoso.local
    username: audit@contoso.local
    password: "{{ audit_password }}"
    ca_cert: /etc/pki/contoso-ca.pem
    verified_domains: [contoso.com]
    report_dir: /srv/reports/contoso

- name: Audit one domain with a Kerberos ticket, at 2000 entries a second
  syncready.m365.audit_info:
    server: dc1.contoso.local
    auth_protocol: kerberos
    domains: [contoso.local]
    max_rate: 2000
    verified_domains: [contoso.com]

- name: Audit an export
  syncready.m365.audit_info:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    verified_domains:
      - contoso.com
      - fabrikam.com
    report_dir: /srv/reports/contoso

- name: Audit only what will be synchronized, and fail while errors are left
  syncready.m365.audit_info:
    transport: ldif
    ldif_path: /srv/exports/contoso.ldif
    verified_domains: [contoso.com]
    sync_scope:
      include:
        - OU=Staff,DC=contoso,DC=local
      exclude:
        - OU=Leavers,OU=Staff,DC=contoso,DC=local
    licence_scope:
      groups:
        - CN=M365 Licences,OU=Groups,DC=contoso,DC=local
    disabled_rules: [gal-missing]
    severity_overrides:
      proxy-apostrophe: warning
    waivers_path: /srv/reports/waivers.yml
    report_dir: /srv/reports/contoso
    fail_on: error
  register: audit

- name: Audit every night, and fail when more than ten findings, or a single error, are new
  syncready.m365.audit_info:
    server: dc1.contoso.local
    verified_domains: [contoso.com]
    state_dir: /srv/syncready
    report_dir: /srv/reports/contoso
    thresholds:
      - {severity: error, max: 0, of: new}
      - {severity: warning, max: 10, of: new}

- name: Report without the names of people
  syncready.m365.audit_info:
    server: dc1.contoso.local
    verified_domains: [contoso.com]
    report_dir: /srv/reports/contoso-public
    report_detail: pseudonymous

- name: Compare the forests after each of them was audited, without any connection
  syncready.m365.audit_info:
    compare_snapshots: "{{ groups['forests'] | map('regex_replace', '^(.*)$', '/srv/reports/\\1/snapshot.sqlite') }}"
    forest_join: mail
    galsync_ous:
      - OU=GALSync,DC=contoso,DC=local
    report_dir: /srv/reports/forests
  run_once: true

- name: Audit beside what the tenant has, and show what a plan would make of everybody's identity
  syncready.m365.audit_info:
    server: dc1.contoso.local
    tenant_users_path: /srv/exports/users.csv
    tenant_domains_path: /srv/exports/domains.csv
    preview_plan_path: /srv/reports/contoso/plan.jsonl
    report_dir: /srv/reports/contoso

- name: Say how it stands
  ansible.builtin.debug:
    msg: "{{ audit.summary.severity.error }} errors in {{ audit.summary.judged }} objects"
"""

RETURN = r"""
source:
  description:
    - What was read. Of a domain controller, its name, its domain and forest, the domains that were read, what tells this
      directory from any other (C(domain_guid), C(domain_sid)), and how far the server's own changes had come
      (C(invocation_id), C(highest_usn)). Of a file, its path, size and digest.
  returned: always
  type: dict
  sample:
    transport: ldap
    server: dc1.contoso.local
    domain: contoso.local
    forest: contoso.local
    domains: contoso.local
    domain_guid: ae0680af-cf43-5909-bfbf-c62c8f8db312
    domain_sid: S-1-5-21-1004336348-1177238915-682003330
    invocation_id: 5666b68a-8c85-4e68-8ec2-825f6567dd30
    highest_usn: "4417"
summary:
  description: The audit in numbers. Empty when the audit did not come to its end.
  returned: always
  type: dict
  contains:
    judged:
      description: Objects that the rules judged.
      type: int
      sample: 412
    judged_kind:
      description: Judged objects by kind.
      type: dict
      sample: {"user": 350, "contact": 30, "group": 32}
    left_out:
      description: Objects that the synchronization leaves out, by reason. Each has one finding.
      type: dict
      sample: {"sync scope": 12}
    skipped:
      description: Accounts of the system and objects that are read for their addresses only, by reason.
      type: dict
      sample: {"computer": 20, "critical system object": 9}
    not_read:
      description: Entries that the source holds and that are no objects to look at, by reason.
      type: dict
      sample: {"deleted": 3}
    findings:
      description: All findings but waived ones.
      type: int
      sample: 214
    severity:
      description: Findings by severity.
      type: dict
      sample: {"error": 61, "warning": 48, "info": 105}
    outcome:
      description: Findings by what the cloud does.
      type: dict
      sample: {"rejected": 20, "quarantined": 14, "fallback": 31}
    rule:
      description: Findings by rule.
      type: dict
      sample: {"upn-not-routable": 18}
    decisions:
      description:
        - What is left, by rule and severity, the severest first. C(repair) is how such findings can be repaired, C(auto),
          C(policy), C(person) or C(none); C(findings) is their number; C(decision) says what is done or who decides what.
      type: list
      elements: dict
      sample:
        - rule: proxy-duplicate
          severity: error
          repair: person
          findings: 3
          decision: Take the address away from all objects but one.
    kind:
      description: Findings by kind of object.
      type: dict
      sample: {"user": 200, "contact": 14}
    objects_with_findings:
      description: Judged objects with at least one error or warning.
      type: int
      sample: 95
    waivers:
      description: Waived findings, and waivers that expired or accepted nothing.
      type: dict
      sample: {"waived": 2, "expired": 1, "unused": 0}
    suffix_data:
      description: Version of the list of top-level domains. It ends in its date.
      type: str
      sample: 1.1.2.20261023
    absent_attributes:
      description:
        - Attributes that the rules read and that the schema of the directory does not have, as those of Exchange where
          there never was one. Empty for an export.
      type: list
      elements: str
      sample: ["mailNickname", "targetAddress"]
    load:
      description:
        - What the domain controllers had to do, by C(searches), C(pages), C(entries), C(bytes) of answers and C(seconds)
          until the answers were there. Empty for an export.
      type: dict
      sample: {"searches": 9, "pages": 211, "entries": 204512, "bytes": 231551020, "seconds": 41.2}
    forests:
      description: The forests that were compared, each by C(name), C(path), C(objects) and C(source). Only with
        O(compare_snapshots).
      type: list
      elements: dict
    persons:
      description:
        - How people were joined, as C(joined) (people with objects in several forests), C(ambiguous) (values that
          several users of one forest have, by which nobody is joined), C(galsync_contacts),
          C(galsync_contacts_without_person), C(linked_mailboxes) (their account is in another forest) and
          C(linked_mailboxes_unresolved). Only with O(compare_snapshots).
      type: dict
      sample: {"joined": 120, "ambiguous": 0, "galsync_contacts": 80, "galsync_contacts_without_person": 1,
               "linked_mailboxes": 0, "linked_mailboxes_unresolved": 0}
    notes:
      description: What should be known about the comparison. Only with O(compare_snapshots).
      type: list
      elements: str
    seconds:
      description: Duration of the audit.
      type: float
      sample: 1.2
    scan_seconds:
      description: The part of it that reading and judging single objects took.
      type: float
      sample: 0.9
findings:
  description:
    - The severest findings, O(max_returned) at the most. Waived ones come last.
    - RV(artifacts.findings_jsonl) holds all of them, one on a line, in the same shape.
  returned: always
  type: list
  elements: dict
  contains:
    rule:
      description: Id of the rule.
      type: str
      sample: proxy-duplicate
    severity:
      description: How bad it is.
      type: str
      sample: error
    outcome:
      description: What the cloud does.
      type: str
      sample: quarantined
    attribute:
      description: LDAP name of the attribute; null where the finding is about the object.
      type: str
      sample: proxyAddresses
    value:
      description: The value; null where one is missing or there are too many, or the finding is about the object.
      type: str
      sample: smtp:info@contoso.com
    message:
      description: What is wrong, in words.
      type: str
      sample: One other object holds this address too.
    object:
      description: The object, by C(dn), C(guid), C(kind) and C(name).
      type: dict
    holders:
      description: The other objects that hold the value, each once, with C(attributes) and whether it is C(judged).
      type: list
      elements: dict
    holders_total:
      description: How many other holders there are; RV(findings[].holders) lists 1000 at the most.
      type: int
      sample: 1
    repair:
      description:
        - How it may be repaired. C(kind) is C(auto), C(policy), C(person) or C(none), C(why) says what is done or who
          decides, C(changes) are the proposed changes.
      type: dict
    fingerprint:
      description: Stays the same from run to run. A waiver can name it.
      type: str
      sample: 5f3c1a0d9b7e4c2f8a6d5e4c3b2a1908
    waiver:
      description: The reason of the waiver that accepts the finding, or null.
      type: str
    drift:
      description:
        - What the finding is beside those of an earlier run, V(new), V(known), V(reverted) or V(waived). Null where
          nothing was compared.
      type: str
drift:
  description: What changed since the run before. Empty without O(state_dir).
  returned: always
  type: dict
  contains:
    baseline:
      description: The run before, by C(created). Null where there was none; nothing is new then.
      type: dict
      sample: {"created": "2026-11-24T01:00:12.345+00:00"}
    new:
      description: Findings that were not there, or whose waiver ended.
      type: int
      sample: 3
    known:
      description: Findings that were there.
      type: int
      sample: 211
    reverted:
      description: Findings that had been repaired and are back.
      type: int
      sample: 1
    waived:
      description: Findings that are accepted.
      type: int
      sample: 2
    gone:
      description: Findings that were there and are not there any more.
      type: int
      sample: 14
    gone_by:
      description:
        - What became of those. C(repaired), the object is still judged; C(object_gone), it is not there or is no longer
          synchronized; C(rule_off), the rule does not run any more.
      type: dict
      sample: {"repaired": 12, "object_gone": 2, "rule_off": 0}
    options_changed:
      description: Options that differ between the two runs, so that findings may come and go because of them.
      type: list
      elements: str
      sample: ["verified_domains"]
gone:
  description:
    - The severest findings that are gone, O(max_returned) at the most, by C(rule), C(severity), C(attribute), C(value),
      C(object), C(fingerprint) and C(why), as in RV(drift.gone_by). RV(artifacts.gone_jsonl) holds all of them.
  returned: always
  type: list
  elements: dict
crossed:
  description: The thresholds that were crossed, in words.
  returned: always
  type: list
  elements: str
  sample: ["error: 3 new findings, 0 are allowed."]
truncated:
  description: Whether there are more findings than were returned.
  returned: always
  type: bool
artifacts:
  description: The files that were written, each with C(path) and C(sha256). Empty without O(report_dir).
  returned: always
  type: dict
  contains:
    report_html:
      description: The report for people, to be opened in a browser.
      type: dict
    findings_jsonl:
      description: All findings, one JSON object on a line.
      type: dict
    findings_csv:
      description: All findings as a table. The first eight columns are those of IdFix.
      type: dict
    gone_jsonl:
      description: All findings that are gone, one JSON object on a line. Only with O(state_dir).
      type: dict
    gone_csv:
      description: The same as a table.
      type: dict
    summary_json:
      description: RV(summary) with source and options.
      type: dict
    forests_jsonl:
      description: The findings of a comparison of forests, in the shape of RV(artifacts.findings_jsonl). A comparison
        writes this, C(forests_csv) and C(forests_json), and none of the other files.
      type: dict
    forests_csv:
      description: The same as a table, in the shape of RV(artifacts.findings_csv).
      type: dict
    forests_json:
      description: RV(summary) of a comparison, with its source.
      type: dict
    preview_jsonl:
      description: What the cloud will call everybody, one JSON object on a line. Only with O(preview).
      type: dict
    preview_csv:
      description: The same as a table.
      type: dict
    snapshot_sqlite:
      description: The objects with their addresses, and the findings, for comparing. Not with O(report_detail=pseudonymous).
      type: dict
error_code:
  description: Null, or a stable word for what went wrong.
  returned: always
  type: str
  sample: LDIF_SYNTAX
"""

from ansible_collections.syncready.m365.plugins.module_utils._ansible.arguments import (
    DIRECTORY_CONSTRAINTS,
    directory_spec,
    forest_spec,
    rules_spec,
)
from ansible_collections.syncready.m365.plugins.module_utils._ansible.assumed import assumed_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.audit import EMPTY_RESULT, audit, audit_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.audit_preview import beside_spec
from ansible_collections.syncready.m365.plugins.module_utils._ansible.wrapper import run_module


def main() -> None:
    """Run the module."""
    spec = {
        **directory_spec(),
        **rules_spec(),
        **forest_spec(),
        **audit_spec(),
        **beside_spec(),
        **assumed_spec(),
    }
    run_module(spec, audit, EMPTY_RESULT, **DIRECTORY_CONSTRAINTS)


if __name__ == "__main__":
    main()
