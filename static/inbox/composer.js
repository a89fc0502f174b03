// The composer: Enter sends, Shift+Enter makes a line. What was not taken stays in the box.
import { ask, byId, chat, token } from "./lib.js";
import { attached, uploading } from "./files.js";
import { refresh, take, toEnd } from "./news.js";
import { hush } from "./toast.js";

const NEAR_LIMIT = 300;
const form = () => byId("composer");
const box = () => byId("text");
let sending = false;

// --- sending

const isNote = () => form().classList.contains("composer-note");

async function send() {
  const composer = form();
  if (sending || uploading() || !composer || !(box().value.trim() || attached().length)) return;
  sending = true;
  const written = box().value;
  keepNot();
  hush();
  const button = composer.querySelector("[type=submit]");
  button.disabled = true;
  complain("");
  try {
    await kept; // else it might come after the message that it was a draft of
    if (isNote()) await post(composer, composer.dataset.noteAction);
    else await sendAll(composer);
    if (form() === composer) sent(composer, written);
    toEnd();
  } catch (error) {
    complain(error.message);
    if (!isNote()) keepSoon(composer);
    // The first text left and this one did not: it is a message of its own.
    if (error.code === "sent_already") renew(composer);
    if (error.code !== "no_answer") await catchUp();
  } finally {
    sending = false;
    button.disabled = false;
    if (form() === composer) box().focus();
  }
}

// What is refused holds for the page too: the window is closed, somebody has closed the conversation. Then the page says so
// by itself, as long as it is so.
async function catchUp() {
  await refresh();
  if (!isNote() && chat()?.dataset.can !== "yes") complain("");
}

// Each file is a message, the first one with the text. What has left is not sent again when a later one fails.
async function sendAll(composer) {
  const files = attached();
  if (!files.length) {
    await post(composer, composer.action);
    return;
  }
  for (const [place, file] of files.entries()) {
    await post(composer, composer.action, file.dataset.document, place > 0);
    file.remove();
    box().value = "";
  }
}

async function post(composer, address, file = null, bare = false) {
  const body = new FormData(composer);
  body.set("after", chat().dataset.last);
  if (typeof file === "string") body.set("document", file);
  if (bare) for (const name of ["text", "reply_to"]) body.set(name, "");
  take(await ask(address, { part: "live", body }));
  renew(composer);
}

function sent(composer, written) {
  if (box().value === written) box().value = "";
  for (const input of composer.querySelectorAll("#offer input")) input.value = "";
  byId("offer").hidden = true;
  composer.querySelector("[data-offer]")?.setAttribute("aria-expanded", "false");
  unquote();
  count();
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

// What did not arrive, in the box once more, after what is there.
function again(text) {
  if (!box()) return;
  if (isNote()) note(form().querySelector("[data-note]"));
  box().value = [box().value, text].filter(Boolean).join("\n");
  box().dispatchEvent(new Event("input", { bubbles: true }));
  box().focus();
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
  const found = event.target.closest("[data-quote], [data-unquote], [data-emoji], [data-offer], [data-again]");
  if (!found) return;
  if ("quote" in found.dataset) quote(found.dataset.quote);
  else if ("unquote" in found.dataset) unquote();
  else if ("offer" in found.dataset) offer(found);
  else if ("again" in found.dataset) again(found.dataset.again);
  else {
    byId("emoji").hidePopover();
    insert(found.dataset.emoji);
  }
});

// --- kept on the server while one writes, and said to the others

const KEEP = 1_200;
const SAY = 3_000;
const LEFT = "left-behind"; // in the tab's own storage: what the page before this one had not kept yet
const LEFT_FOR = 60_000; // by then the server has it, or another machine has something newer
let keeping = null; // of which composer, and when
let kept = Promise.resolve();
let saidAt = 0;

function wrote() {
  const composer = form();
  keepNot();
  if (isNote()) return;
  keepSoon(composer);
  if (box().value && Date.now() - saidAt > SAY) {
    saidAt = Date.now();
    ask(composer.dataset.typingAction, { body: new FormData() }).catch(() => {});
  }
}

function keepSoon(composer) {
  keepNot();
  keeping = { composer, timer: setTimeout(keep, KEEP) };
}

function keepNot() {
  clearTimeout(keeping?.timer);
  keeping = null;
  sessionStorage.removeItem(LEFT);
}

// Of the composer that it was written in, whichever is open by now.
function keep() {
  const { composer } = keeping;
  keepNot();
  kept = ask(composer.dataset.draftAction, { body: draft(composer), patience: 3_000 }).catch(() => {});
}

function draft(composer) {
  const body = new FormData();
  for (const name of ["text", "reply_to"]) body.set(name, composer.elements[name].value);
  return body;
}

// A page that goes may ask for nothing more, but leave something behind: for the server, and for the page that takes its place, which
// may have been asked for before the server has it.
function leaveBehind() {
  if (!keeping) return;
  const { composer } = keeping;
  const body = draft(composer);
  const left = { of: composer.dataset.draftAction, at: Date.now(), text: body.get("text"), reply_to: body.get("reply_to") };
  body.set("csrfmiddlewaretoken", token());
  if (navigator.sendBeacon(composer.dataset.draftAction, body)) keepNot();
  sessionStorage.setItem(LEFT, JSON.stringify(left));
}

function takeUp(composer) {
  const left = JSON.parse(sessionStorage.getItem(LEFT));
  if (left?.of !== composer.dataset.draftAction) return;
  sessionStorage.removeItem(LEFT);
  if (Date.now() - left.at > LEFT_FOR || left.text === box().value) return;
  box().value = left.text;
  composer.elements.reply_to.value = left.reply_to;
  keepSoon(composer);
}

document.addEventListener("input", (event) => { if (event.target.id === "text") wrote(); });
document.addEventListener("visibilitychange", () => { if (document.hidden) leaveBehind(); });
window.addEventListener("pagehide", leaveBehind);
// Before another conversation takes the place of this one.
document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.target.id === "chat" && keeping) keep(); });

// --- a note for the team

function note(button) {
  const on = form().classList.toggle("composer-note");
  button.setAttribute("aria-pressed", String(on));
  box().placeholder = on ? box().dataset.noteWords : box().dataset.answer;
  box().focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-note]");
  if (button) note(button);
  const sure = event.target.closest("[data-sure]");
  if (sure && !confirm(sure.dataset.sure)) event.preventDefault();
});

export function readyComposer() {
  if (!form()) return;
  if (!byId("composer-error").textContent) takeUp(form()); // what was refused stands in the box
  const quoted = form().elements.reply_to.value;
  if (quoted && byId(`m-${quoted}`)) quote(quoted);
  count();
}
