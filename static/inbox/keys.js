// One key for each act, never while typing. The person's menu switches them off.
import { tickRow } from "./bulk.js";
import { byId, chat } from "./lib.js";
import { focusTemplates } from "./templates.js";

const click = (...ids) => ids.map(byId).find(Boolean)?.click();

function step(by) {
  const links = [...document.querySelectorAll(".row-link")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const open = links.findIndex((link) => link.id === `go-${chat()?.dataset.conversation}`);
  const from = at >= 0 ? at : open;
  const next = links[Math.max(0, Math.min(links.length - 1, from + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function note() {
  const toggle = document.querySelector("[data-note]");
  if (toggle?.getAttribute("aria-pressed") === "false") toggle.click();
  byId("text")?.focus();
}

function answer() {
  if (byId("text")?.checkVisibility()) byId("text").focus();
  else focusTemplates();
}

const ACTS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => byId("search")?.focus(),
  r: answer,
  n: note,
  t: () => click("do-takeover", "do-return"),
  a: () => click("do-assign"),
  e: () => click("do-close"),
  u: () => click("do-unread"),
  b: () => document.querySelector("[data-back]")?.click(),
  x: () => tickRow(document.activeElement.closest(".row") ?? byId(`row-${chat()?.dataset.conversation}`)),
  "?": () => byId("keys")?.showModal(),
};

// Arrows lead from the search into the list, and through it.
function arrow(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !event.target.matches?.(".row-link, #search")) return false;
  if (event.target.id !== "search") step(by);
  else if (by > 0) document.querySelector(".row-link")?.focus();
  return true;
}

const types = (target) => target.closest("input, textarea, select, [contenteditable], dialog[open], :popover-open");

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.repeat && !["j", "k", "ArrowDown", "ArrowUp"].includes(event.key)) return;
  if (arrow(event)) {
    event.preventDefault();
    return;
  }
  if (event.target.closest && types(event.target)) {
    if (event.key === "Escape" && event.target.matches("#text, #search")) event.target.blur();
    return;
  }
  const act = ACTS[event.key.length === 1 ? event.key.toLowerCase() : ""];
  if (!act) return;
  event.preventDefault();
  act();
});
