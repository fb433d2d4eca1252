# Copyright (c) 2026, the syncready.m365 authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page does, part two: the list of which only a window exists, the finding in full, keyboard, print, colours."""

from __future__ import annotations

LIST_SCRIPT = r"""
const list = $("list"), rows = $("rows"), table = $("table"), detail = $("detail");
const HEIGHT = 44, SPARE = 8;
const shownColumns = [...table.querySelectorAll("thead [data-sort]")].map(button => button.dataset.sort);
let first = -1, last = -1, chosenRow = -1;

const cells = {
  severity: i => make("td", "", make("span", "sev", icon(SEVERITY[C.severity[i]][0]), SEVERITY[C.severity[i]][0])),
  name: (i, place) => {
    const button = make("button", "", show(nameOf(i), 120));
    button.type = "button";
    button.dataset.place = place;
    button.tabIndex = -1;
    const cell = make("th", "", button, make("span", "sub", show(textOf(C.ou[i]), 200)));
    cell.scope = "row";
    return cell;
  },
  rule: i => make("td", "c-rule", RULE[C.rule[i]][0], make("span", "sub", OUTCOME[C.outcome[i]][1])),
  value: i => make("td", "", valueOf(i) === null ? show(textOf(C.message[i]), 200) : show(valueOf(i), 200),
    make("span", "sub", textOf(C.attribute[i]))),
  drift: i => make("td", "", C.drift[i] < 0 ? "" : DRIFT[C.drift[i]][1]),
  part: i => make("td", "", show(data.parts[C.part[i]], 60)),
};

function pad(height) {
  const cell = make("td", "");
  cell.colSpan = Math.max(1, [...table.tHead.rows[0].cells].filter(head => head.offsetWidth).length);
  const row = make("tr", "pad", cell);
  row.setAttribute("aria-hidden", "true");
  row.style.height = cell.style.height = height + "px";
  return row;
}
function paint(force) {
  const from = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - SPARE);
  const to = Math.min(view.length, Math.ceil((list.scrollTop + list.clientHeight) / HEIGHT) + SPARE);
  if (!force && from === first && to === last) return;
  const focused = rows.contains(document.activeElement) ? document.activeElement.dataset.place : null;
  first = from;
  last = to;
  const made = [pad(from * HEIGHT)];
  for (let place = from; place < to; place++) {
    const i = view[place], row = make("tr", i === chosenRow ? "chosen" : "");
    row.setAttribute("aria-rowindex", place + 2);
    for (const column of shownColumns) row.append(cells[column](i, place));
    made.push(row);
  }
  made.push(pad((view.length - to) * HEIGHT));
  rows.replaceChildren(...made);
  const entry = rows.querySelector("button");
  if (entry) entry.tabIndex = 0;
  if (focused !== null) {
    const again = rows.querySelector('button[data-place="' + focused + '"]');
    if (again) again.focus({preventScroll: true});
  }
}
function refresh() {
  sieve();
  list.scrollTop = 0;
  table.setAttribute("aria-rowcount", view.length + 1);
  const from = view.length === listed ? "" : " of " + number(listed);
  $("count").replaceChildren(make("strong", "", number(view.length)), from + (listed === 1 ? " finding" : " findings"),
    ...(only === null ? [] : [" of ", show(only, 200)]));
  paint(true);
}
function go(place) {
  place = Math.max(0, Math.min(view.length - 1, place));
  if (!view.length) return;
  const top = place * HEIGHT, room = list.clientHeight - table.tHead.offsetHeight;
  if (top < list.scrollTop) list.scrollTop = top;
  if (top + HEIGHT > list.scrollTop + room) list.scrollTop = top + HEIGHT - room;
  paint(true);
  const button = rows.querySelector('button[data-place="' + place + '"]');
  if (button) button.focus({preventScroll: true});
}

function part(title, ...inside) { return [make("h4", "", title), ...inside]; }
function open(i) {
  chosenRow = i;
  const severity = SEVERITY[C.severity[i]], outcome = OUTCOME[C.outcome[i]], repair = REPAIR[C.repair[i]], rule = RULE[C.rule[i]];
  const close = make("button", "quiet close", "Close");
  close.type = "button";
  close.addEventListener("click", shut);
  const parts = [close, make("span", "pill " + severity[0], icon(severity[0]), severity[1])];
  if (C.drift[i] >= 0) parts.push(" ", make("span", "pill", DRIFT[C.drift[i]][1]));
  parts.push(make("h3", "", show(textOf(C.message[i]))), make("p", "hint", rule[0] + (C.attribute[i] ? " on " + textOf(C.attribute[i]) : "")));
  if (valueOf(i) !== null) parts.push(...part("Value", make("div", "box", show(valueOf(i)))));
  parts.push(...part("Object", make("p", "", make("strong", "", show(nameOf(i))), " ", textOf(C.kind[i])),
    make("p", "hint", showDn(dnOf(i))), C.guid[i] ? make("p", "hint", C.guid[i]) : ""));
  if (data.parts.length > 1) parts.push(make("p", "hint", show(data.parts[C.part[i]])));
  parts.push(...part("What the cloud will do", make("p", "", make("strong", "", outcome[1] + ". "), outcome[2])));
  parts.push(...part("What to do", make("p", "", make("strong", "", repair[1] + ". "), show(textOf(C.why[i]))), make("p", "hint", repair[2])));
  for (const [attribute, remove, add] of data.changes[i] || []) {
    parts.push(make("div", "box", attribute, ...remove.map(text => make("del", "", show(text))), ...add.map(text => make("ins", "", show(text)))));
  }
  const holders = data.holders[i];
  if (holders) {
    const more = holders.total - holders.n.length;
    parts.push(...part("Also held by", make("ul", "holders", ...holders.n.map(([dn, attributes, judged]) =>
      make("li", "", showDn(dn), make("span", "hint", " " + textOf(attributes) + (judged ? "" : ", not synchronized")))),
      more > 0 ? make("li", "hint", "and " + number(more) + " more, listed in findings.jsonl") : "")));
  }
  if (C.waiver[i]) parts.push(...part("Waived", make("p", "", show(textOf(C.waiver[i])))));
  parts.push(...part("About the rule", make("p", "", rule[1]), make("p", "hint", rule[2])));
  parts.push(...part("Fingerprint, for a waiver", make("p", "path", C.fingerprint[i])));
  const buttons = [["This rule", "rule", rule[0]], ["This object", "dn", dnOf(i)], ["This OU", "ou", textOf(C.ou[i])]];
  parts.push(make("div", "more", ...buttons.map(([name, field, value]) => {
    const button = make("button", "quiet", name);
    button.type = "button";
    button.addEventListener("click", () => jump(field, value));
    return button;
  })));
  detail.replaceChildren(...parts);
  detail.classList.remove("empty");
  detail.scrollTop = 0;
  paint(true);
}
function shut() {
  const place = view.indexOf(chosenRow);
  chosenRow = -1;
  detail.classList.add("empty");
  detail.replaceChildren(make("p", "hint", "Choose a finding to see what the cloud will do, and what to do about it."));
  paint(true);
  const button = rows.querySelector('button[data-place="' + place + '"]');
  if (button) button.focus({preventScroll: true});
}

// Filters.
const boxes = [...document.querySelectorAll("#severity input[value]")], selects = [...document.querySelectorAll("#filters select")];
const titles = {outcome: OUTCOME, repair: REPAIR, drift: DRIFT};
for (const select of selects) {
  const counts = new Map(), field = fields[select.dataset.field];
  for (let i = 0; i < N; i++) { const value = field(i); counts.set(value, (counts.get(value) || 0) + 1); }
  for (const [value, count] of [...counts].sort((a, b) => b[1] - a[1])) {
    if (value === "") continue;
    const words = (titles[select.dataset.field] || []).find(row => row[0] === value);
    const option = new Option((words ? words[1] : show(value, 90).textContent) + " (" + number(count) + ")", value);
    select.add(option);
  }
}
function read() {
  severities = new Set(boxes.map((box, rank) => box.checked ? rank : -1));
  withWaived = $("waived").checked;
  words = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const select of selects) chosen[select.dataset.field] = select.value;
  refresh();
}
function jump(field, value) {
  $("filters").reset();
  only = field === "dn" ? value : null;
  if (field === "drift" && value === "waived") $("waived").checked = true;
  if (field === "severity") boxes.forEach(box => { box.checked = box.value === value; });
  const select = selects.find(one => one.dataset.field === field);
  if (select) select.value = value;
  read();
  $("findings").scrollIntoView();
  go(0);
}
$("filters").addEventListener("input", read);
$("filters").addEventListener("submit", event => event.preventDefault());
$("filters").addEventListener("reset", () => { only = null; setTimeout(read); });
document.addEventListener("click", event => {
  const button = event.target.closest("button[data-field]");
  if (button) jump(button.dataset.field, button.dataset.value);
});
table.tHead.addEventListener("click", event => {
  const button = event.target.closest("[data-sort]");
  if (!button) return;
  sort.down = sort.by === button.dataset.sort && !sort.down;
  sort.by = button.dataset.sort;
  for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
  button.parentNode.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
  arrange();
  refresh();
});
rows.addEventListener("click", event => {
  const row = event.target.closest("tr"), button = row && row.querySelector("button");
  if (button) open(view[Number(button.dataset.place)]);
});
let due = false;
list.addEventListener("scroll", () => {
  if (due) return;
  due = true;
  requestAnimationFrame(() => { due = false; paint(false); });
}, {passive: true});
addEventListener("resize", () => paint(false));

// Keyboard.
rows.addEventListener("keydown", event => {
  const button = event.target.closest("button"), page = Math.max(1, Math.floor(list.clientHeight / HEIGHT) - 2);
  if (!button || event.ctrlKey || event.metaKey || event.altKey) return;
  const place = Number(button.dataset.place);
  const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -view.length, End: view.length};
  if (!(event.key in steps)) return;
  event.preventDefault();
  go(place + steps[event.key]);
  if (chosenRow >= 0) open(view[Math.max(0, Math.min(view.length - 1, place + steps[event.key]))]);
});
document.addEventListener("keydown", event => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !typing) { event.preventDefault(); $("q").focus(); }
  else if (event.key === "Escape" && chosenRow >= 0 && event.target !== $("q")) shut();
  else if (event.key === "ArrowDown" && event.target === $("q")) { event.preventDefault(); go(0); }
});

// Print: the findings that are chosen, in a table that a printer understands.
const PRINTED = 2000;
addEventListener("beforeprint", () => {
  const body = make("tbody", "");
  for (const i of view.subarray(0, PRINTED)) {
    body.append(make("tr", "", make("td", "", SEVERITY[C.severity[i]][0]), make("td", "", show(nameOf(i), 300), make("br"), show(textOf(C.ou[i]), 300)),
      make("td", "", RULE[C.rule[i]][0], make("br"), textOf(C.attribute[i])), make("td", "", show(valueOf(i) || "", 500)),
      make("td", "", show(textOf(C.message[i])), " ", make("em", "", show(textOf(C.why[i]))))));
  }
  const head = make("thead", "", make("tr", "", ...["Severity", "Object", "Rule", "Value", "What, and what to do"].map(text => make("th", "", text))));
  const rest = view.length - PRINTED;
  $("printed").replaceChildren(make("p", "", number(view.length) + " findings." +
    (rest > 0 ? " The first " + number(PRINTED) + " are printed; findings.csv holds all of them." : "")), make("table", "", head, body));
});
addEventListener("afterprint", () => $("printed").replaceChildren());

// Colours, and the place in the menu.
const theme = $("theme"), themes = ["auto", "light", "dark"];
theme.hidden = false;
theme.addEventListener("click", () => {
  const now = themes[(themes.indexOf(document.documentElement.dataset.theme || "auto") + 1) % 3];
  if (now === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = now;
  theme.textContent = "Colours: " + now;
});
const links = [...document.querySelectorAll(".menu a")];
const seen = new IntersectionObserver(entries => {
  for (const entry of entries) if (entry.isIntersecting) {
    for (const link of links) {
      if (link.hash === "#" + entry.target.id) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  }
}, {rootMargin: "-20% 0px -75% 0px"});
for (const section of document.querySelectorAll("main section")) seen.observe(section);

$("browser").hidden = false;
$("waived").closest("label").hidden = !C.waiver.some(Boolean);
if (data.parts.length > 1) arrange();
detail.classList.add("empty");
table.querySelector('[data-sort="severity"]').parentNode.setAttribute("aria-sort", "ascending");
read();
document.documentElement.dataset.ready = "true";
"""
