// The composer: Enter sends, Shift+Enter makes a line. What was not taken stays in the box.
import { ask, byId, chat } from "./lib.js";
import { take, toEnd } from "./news.js";

const NEAR_LIMIT = 300;
const form = () => byId("composer");
const box = () => byId("text");
let sending = false;

// --- sending

async function send() {
  const composer = form();
  if (sending || !composer || !box().value.trim()) return;
  sending = true;
  const written = box().value;
  const button = composer.querySelector("[type=submit]");
  button.disabled = true;
  complain("");
  const body = new FormData(composer);
  body.set("after", chat().dataset.last);
  try {
    const found = await ask(composer.action, { part: "live", body });
    if (form() === composer) sent(composer, written);
    take(found);
    toEnd();
  } catch (error) {
    complain(error.message);
    // The first text left and this one did not: it is a message of its own.
    if (error.code === "sent_already") renew(composer);
  } finally {
    sending = false;
    button.disabled = false;
    if (form() === composer) box().focus();
  }
}

function sent(composer, written) {
  if (box().value === written) box().value = "";
  for (const input of composer.querySelectorAll("#offer input")) input.value = "";
  byId("offer").hidden = true;
  composer.querySelector("[data-offer]")?.setAttribute("aria-expanded", "false");
  unquote();
  count();
  composer.dispatchEvent(new CustomEvent("composer:sent", { bubbles: true }));
}

// Each message has a mark of its own, which the server gives with every piece of news.
function renew(composer) {
  const fresh = byId("chat-state")?.dataset.ref;
  if (fresh) composer.elements.client_ref.value = fresh;
}

function complain(text) {
  byId("composer-error").textContent = text;
}

// --- what is quoted

function quote(id) {
  const message = byId(`m-${id}`);
  if (!message || !form()) return;
  const text = message.querySelector(".words, .what")?.textContent.trim() ?? "";
  form().elements.reply_to.value = id;
  byId("quoting").querySelector("[data-words]").textContent = text;
  byId("quoting").hidden = false;
  box().focus();
}

function unquote() {
  form().elements.reply_to.value = "";
  byId("quoting").hidden = true;
}

// --- the box

export function insert(text) {
  const area = box();
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function count() {
  const counter = byId("counter");
  if (!counter) return;
  const left = Number(box().dataset.limit) - [...box().value].length;
  counter.hidden = left > NEAR_LIMIT;
  counter.textContent = String(left);
  counter.classList.toggle("counter-over", left < 0);
}

function offer(button) {
  const fields = byId("offer");
  fields.hidden = !fields.hidden;
  button.setAttribute("aria-expanded", String(!fields.hidden));
  if (fields.hidden) for (const input of fields.querySelectorAll("input")) input.value = "";
  else fields.querySelector("input").focus();
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "composer") return;
  event.preventDefault();
  send();
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "text" || event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
  event.preventDefault();
  send();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "text") count();
});

document.addEventListener("click", (event) => {
  const found = event.target.closest("[data-quote], [data-unquote], [data-emoji], [data-offer]");
  if (!found) return;
  if ("quote" in found.dataset) quote(found.dataset.quote);
  else if ("unquote" in found.dataset) unquote();
  else if ("offer" in found.dataset) offer(found);
  else {
    byId("emoji").hidePopover();
    insert(found.dataset.emoji);
  }
});

// After news that a message of ours brought, the next one has another mark.
document.addEventListener("composer:sent", () => setTimeout(() => { if (form()) renew(form()); }));

export function readyComposer() {
  if (!form()) return;
  const quoted = form().elements.reply_to.value;
  if (quoted && byId(`m-${quoted}`)) quote(quoted);
  count();
}
