// Several conversations at once: those that are ticked in the list. What came of it is told, and the list and its ticks are fresh.
import { ask, byId, words } from "./lib.js";
import { refreshList } from "./list.js";
import { refresh } from "./news.js";
import { toast } from "./toast.js";

const PATIENCE = 60_000; // 200 conversations are as many acts
const ticks = () => [...document.querySelectorAll(".row-tick input")];

export function ticked() {
  const count = ticks().filter((box) => box.checked).length;
  if (byId("bulk-count")) byId("bulk-count").textContent = count ? `${count} ${words("chosen")}` : "";
}

function tick(all) {
  for (const box of ticks()) box.checked = all;
  if (!all) choosing(false);
  ticked();
}

// On a phone nothing hovers: the boxes are shown.
function choosing(on) {
  byId("list").classList.toggle("is-choosing", on);
  byId("choose-several")?.setAttribute("aria-pressed", String(on));
}

export function tickRow(row) {
  const box = row?.querySelector(".row-tick input");
  if (!box) return;
  box.checked = !box.checked;
  ticked();
}

async function act(form, by) {
  if (form.ariaBusy === "true") return;
  const body = new FormData(form);
  body.set(by.name, by.value);
  by.closest("[popover]")?.hidePopover();
  form.ariaBusy = "true";
  byId("bulk-count").textContent = words("working");
  try {
    const found = await ask(form.action, { part: "live", body, patience: PATIENCE });
    tick(false);
    byId("list").focus();
    toast(found.getElementById("told").textContent.trim());
  } catch (error) {
    toast(error.message, { bad: true });
  } finally {
    form.ariaBusy = null;
    ticked();
    refreshList();
    refresh();
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "bulk" || !event.submitter) return;
  event.preventDefault();
  act(event.target, event.submitter);
});

document.addEventListener("change", (event) => {
  if (event.target.closest(".row-tick")) ticked();
});

document.addEventListener("click", (event) => {
  const found = event.target.closest("#choose-several, [data-tick]");
  if (!found) return;
  if (found.id === "choose-several") {
    const on = found.getAttribute("aria-pressed") !== "true";
    if (on) choosing(true);
    else tick(false);
  } else tick(found.dataset.tick === "all");
});

document.addEventListener("inbox:list", ticked);
