# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page does, part one: reading the findings, searching, filtering and sorting them."""

from __future__ import annotations

DATA_SCRIPT = r"""
"use strict";
const $ = id => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const C = data.columns, T = data.texts, N = C.part.length;
const SEVERITY = data.severities, OUTCOME = data.outcomes, REPAIR = data.repairs, DRIFT = data.drift, RULE = data.rules;

const nameOf = i => C.name[i] === 0 ? C.rdn[i].slice(C.rdn[i].indexOf("=") + 1) : C.name[i];
const dnOf = i => C.ou[i] && T[C.ou[i]] ? C.rdn[i] + "," + T[C.ou[i]] : C.rdn[i];
const textOf = n => T[n] === null ? "" : T[n];
const valueOf = i => C.value[i] === 0 ? null : C.value[i];

// What a search looks through, in lower case: made once.
const hay = new Array(N);
for (let i = 0; i < N; i++) {
  hay[i] = (nameOf(i) + "\n" + dnOf(i) + "\n" + (C.value[i] || "") + "\n" + RULE[C.rule[i]][0] + "\n" + textOf(C.attribute[i]) +
    "\n" + textOf(C.message[i]) + "\n" + (C.guid[i] || "") + "\n" + C.fingerprint[i]).toLowerCase();
}

const keys = {
  severity: i => C.severity[i],
  rule: i => RULE[C.rule[i]][0],
  name: i => nameOf(i).toLowerCase(),
  value: i => (valueOf(i) || "").toLowerCase(),
  drift: i => C.drift[i],
  part: i => C.part[i],
};
const sort = {by: "severity", down: false};
let order = Uint32Array.from({length: N}, (_, i) => i);
let view = order;

// The order of before decides where two are equal, so that sorting by one column keeps that of another.
function arrange() {
  const key = keys[sort.by], values = new Array(N), sign = sort.down ? -1 : 1;
  for (let i = 0; i < N; i++) values[i] = key(i);
  order = order.slice().sort((a, b) => values[a] < values[b] ? -sign : values[a] > values[b] ? sign : 0);
}

// field -> (finding -> its value in the list of choices)
const fields = {
  rule: i => RULE[C.rule[i]][0],
  outcome: i => OUTCOME[C.outcome[i]][0],
  attribute: i => textOf(C.attribute[i]),
  kind: i => textOf(C.kind[i]),
  ou: i => textOf(C.ou[i]),
  repair: i => REPAIR[C.repair[i]][0],
  drift: i => C.drift[i] < 0 ? "" : DRIFT[C.drift[i]][0],
  part: i => data.parts[C.part[i]],
};
const chosen = {};
let severities = new Set([0, 1, 2]), words = [], only = null, withWaived = false, listed = N;

function sieve() {
  const tests = Object.entries(chosen).filter(([, value]) => value !== "");
  const found = new Uint32Array(N);
  let n = 0;
  listed = withWaived ? N : C.waiver.reduce((sum, text) => sum + (text ? 0 : 1), 0);
  next: for (let k = 0; k < N; k++) {
    const i = order[k];
    if (!severities.has(C.severity[i]) || (C.waiver[i] && !withWaived)) continue;
    for (const [field, value] of tests) if (fields[field](i) !== value) continue next;
    if (only !== null && dnOf(i) !== only) continue;
    const text = hay[i];
    for (const word of words) if (!text.includes(word)) continue next;
    found[n++] = i;
  }
  view = found.subarray(0, n);
}

// Everything from the directory is shown as text; what cannot be seen, or turns the text around, shows as a mark.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u00a0\u115f\u1160\u3164\uffa0\ufffc]/u;
function show(text, limit) {
  const box = document.createElement("bdi");
  if (limit && text.length > limit) text = text.slice(0, limit) + "\u2026";
  if (!HIDDEN.test(text) && text === text.trim()) { box.textContent = text; return box; }
  let plain = "";
  const flush = () => { if (plain) box.append(plain); plain = ""; };
  const last = text.length - 1;
  let at = 0;
  for (const char of text) {
    const code = char.codePointAt(0);
    if (HIDDEN.test(char) || (char === " " && (at === 0 || at === last))) {
      flush();
      const mark = document.createElement("span");
      mark.className = "mark";
      mark.textContent = char === " " ? "space" : "U+" + code.toString(16).toUpperCase().padStart(4, "0");
      box.append(mark);
    } else plain += char;
    at += char.length;
  }
  flush();
  return box;
}
// A long DN breaks between its parts.
function showDn(text) {
  const box = document.createElement("bdi");
  text.split(/(?<=[^\\],)/).forEach(piece => box.append(show(piece), document.createElement("wbr")));
  return box;
}
function make(tag, className, ...inside) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...inside.filter(x => x !== null && x !== ""));
  return node;
}
const icons = {};
for (const [name] of SEVERITY) icons[name] = document.querySelector("#severity .icon." + name);
const icon = name => icons[name].cloneNode(true);
const number = n => n.toLocaleString("en").replace(/,/g, "\u202f");
"""
