// The inbox: puts its modules together.
import { byId, chat, words } from "./lib.js";
import { refreshAbout } from "./about.js";
import { refreshList, markCurrent } from "./list.js";
import { opened, refresh } from "./news.js";
import "./bulk.js";
import "./canned.js";
import { readyComposer } from "./composer.js";
import { connect } from "./live.js";
import "./keys.js";
import "./menus.js";
import { turn } from "./templates.js";
import { toast } from "./toast.js";
import "./why.js";

const TITLE = document.title;
const MINUTE = 60_000;

function chatCame() {
  opened();
  readyComposer();
  markCurrent();
  titled();
  turn();
  count();
}

// --- live

connect({
  onPoke({ conversation, kind }) {
    const here = !conversation || conversation === chat()?.dataset.conversation;
    if (here) refresh();
    if (here && kind !== "typing" && kind !== "message") refreshAbout();
    if (kind !== "typing") refreshList();
  },
  onPause() { byId("paused").hidden = false; },
  onResume() { byId("paused").hidden = true; },
});

// The window's countdown goes on without news; at its end the server says what holds.
let counting = null;
function count() {
  clearTimeout(counting);
  const left = byId("window")?.dataset.left;
  if (left) counting = setTimeout(look, Math.min(MINUTE, left * 1_000));
}
function look() {
  counting = setTimeout(look, MINUTE); // unless news sets it anew
  refresh();
}
document.addEventListener("inbox:news", count);

// --- the title says how many wait, and how many messages came while nobody looked

let unseen = 0;
function titled() {
  const name = chat()?.dataset.name;
  const base = name ? `${name} · ${TITLE.split(" · ").at(-1)}` : TITLE;
  document.title = unseen ? `(${unseen}) ${base}` : base;
}

document.addEventListener("inbox:news", ({ detail }) => {
  const theirs = detail.added.filter((line) => line.classList.contains("said-customer")).length;
  if (!theirs) return;
  if (document.hidden || !document.hasFocus()) {
    unseen += theirs;
    titled();
  }
  if (document.body.dataset.sound === "on") chime();
});

window.addEventListener("focus", () => {
  unseen = 0;
  titled();
});

// Two soft tones; the browser allows them after the first click in the page.
function chime() {
  const context = new AudioContext();
  [660, 880].forEach((pitch, place) => {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const start = context.currentTime + place * 0.12;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.06, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.25);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.25);
  });
  setTimeout(() => context.close(), 1_000);
}

// --- parts that htmx brings

let shown = [];
// Its end is heard at the link: a list that is fetched anew meanwhile has taken that out of the page.
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, target } }) => {
  if (target.id !== "chat") return;
  if (!target.querySelector(".skeleton")) shown = [...target.childNodes];
  const skeleton = setTimeout(() => target.replaceChildren(bones()), 300);
  elt.addEventListener("htmx:afterRequest", ({ detail: { successful, xhr } }) => {
    clearTimeout(skeleton);
    if (successful) return;
    target.replaceChildren(...shown);
    if (xhr.status) location.reload();
    else toast(words("noAnswer"), { bad: true });
  }, { once: true });
});

function bones() {
  const box = document.createElement("div");
  box.className = "skeleton chat-in";
  box.setAttribute("aria-label", words("loading"));
  for (let i = 0; i < 6; i += 1) box.append(document.createElement("i"));
  return box;
}

document.addEventListener("htmx:responseError", (event) => {
  if (!event.target.closest("#templates")) location.reload();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "chat") {
    chatCame();
    if (chat()) focusChat();
    else (byId(left) ?? byId("list")).focus();
  } else if (byId("list")) markCurrent();
});

function focusChat() {
  (byId("text")?.checkVisibility() && matchMedia("(pointer: fine)").matches ? byId("text") : byId("scroll"))?.focus();
}

// Back to the list as it was left: its filter, its place, the row of the conversation.
let left = "";
document.addEventListener("htmx:configRequest", (event) => {
  if (!("back" in event.target.dataset)) return;
  event.detail.path += byId("list").dataset.query;
  left = `go-${chat()?.dataset.conversation}`;
});

document.addEventListener("inbox:left", () => document.querySelector("[data-back]")?.click());

// The search box is part of the list that it replaces.
document.addEventListener("htmx:beforeSwap", (event) => {
  const search = document.activeElement;
  if (event.detail.target.id !== "list" || search?.id !== "search") return;
  const [value, at] = [search.value, search.selectionStart];
  requestAnimationFrame(() => {
    const fresh = byId("search");
    fresh.focus();
    fresh.value = value;
    fresh.setSelectionRange(at, at);
  });
});

chatCame();
