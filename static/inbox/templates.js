// Where the window is closed the picker of templates stands in the composer's place; it goes when the customer writes.
import { ask, byId, chat, words } from "./lib.js";
import { take, toEnd } from "./news.js";
import { toast } from "./toast.js";

const WITH_A_FILE = 5 * 60_000;
const place = () => byId("templates");
const picker = () => byId("picker");

// What somebody fills in is left to them, with a word that they may drop it.
export function turn() {
  if (!place()) return;
  if (chat().dataset.can === "template") bring();
  else if (picker() && !inUse()) picker().remove();
}

const inUse = () => place().contains(document.activeElement) || picker().querySelector("form[method=post]");

async function bring() {
  const box = place();
  if (picker() || "asked" in box.dataset) return;
  box.dataset.asked = "";
  try {
    const found = await ask(box.dataset.address, { part: "picker" });
    if (box.isConnected && chat().dataset.can === "template") show(found);
  } catch (error) {
    console.info("The templates could not be fetched:", error.message); // the link to their own page is there
  } finally {
    delete box.dataset.asked;
  }
}

function show(found) {
  const fresh = found.getElementById("picker");
  fresh.querySelector("[autofocus]")?.removeAttribute("autofocus"); // a page's own business: here it would be refused
  picker()?.remove();
  place().append(fresh);
  window.htmx?.process(picker());
}

async function send(form) {
  if (form.ariaBusy === "true") return;
  const body = new FormData(form);
  body.set("after", chat().dataset.last);
  form.ariaBusy = "true";
  try {
    take(await ask(form.action, { part: "live", body, patience: WITH_A_FILE }));
    if (form.isConnected) sent();
  } catch (error) {
    if (!form.isConnected) return;
    if (error.found?.getElementById("picker")) refused(error.found);
    else toast(error.message, { bad: true });
  } finally {
    form.ariaBusy = null;
  }
}

function sent() {
  drop();
  toEnd();
}

function refused(found) {
  show(found);
  picker().querySelector(".summary")?.focus();
}

// The list once more, or the composer.
function drop() {
  picker()?.remove();
  turn();
  (byId("text")?.checkVisibility() ? byId("text") : byId("scroll"))?.focus();
}

export function focusTemplates() {
  const wanted = ["form[method=post] input:not([type=hidden])", "#find-q", "button, a"];
  wanted.map((one) => picker()?.querySelector(one)).find(Boolean)?.focus();
}

document.addEventListener("submit", (event) => {
  if (!place()?.contains(event.target) || event.target.method !== "post") return;
  event.preventDefault();
  send(event.target);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-drop-template]")) drop();
});

// A template was chosen, or another one is wanted: the link that was pressed is gone.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "picker" && place() && document.activeElement === document.body) focusTemplates();
});

document.addEventListener("inbox:news", turn);
document.addEventListener("htmx:responseError", (event) => {
  if (place()?.contains(event.target)) toast(words("tooLate"), { bad: true });
});
