// The inbox: puts its modules together.
import { byId, chat, words } from "./lib.js";
import { refreshList, markCurrent } from "./list.js";
import { opened, refresh } from "./news.js";
import "./canned.js";
import { readyComposer } from "./composer.js";
import { connect } from "./live.js";
import "./keys.js";
import "./toast.js";
import "./why.js";

const TITLE = document.title;
const MINUTE = 60_000;

function chatCame() {
  opened();
  readyComposer();
  markCurrent();
  titled();
}

// --- live

connect({
  onPoke({ conversation, kind }) {
    if (!conversation || conversation === chat()?.dataset.conversation) refresh();
    if (kind !== "typing") refreshList();
  },
  onPause() { byId("paused").hidden = false; },
  onResume() { byId("paused").hidden = true; },
});

// The window's countdown goes on without news; at its end the server says what holds.
setInterval(() => {
  const closes = byId("window")?.dataset.closes;
  if (closes) refresh();
}, MINUTE);

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

let skeleton = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.id !== "chat") return;
  clearTimeout(skeleton);
  skeleton = setTimeout(() => {
    const box = document.createElement("div");
    box.className = "skeleton chat-in";
    box.setAttribute("aria-label", words("loading"));
    for (let i = 0; i < 6; i += 1) box.append(document.createElement("i"));
    byId("chat").replaceChildren(box);
  }, 300);
});

document.addEventListener("htmx:afterRequest", () => clearTimeout(skeleton));
document.addEventListener("htmx:responseError", () => location.reload());

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "chat") {
    chatCame();
    (byId("text")?.checkVisibility() && matchMedia("(pointer: fine)").matches ? byId("text") : byId("scroll"))?.focus();
  } else if (byId("list")) markCurrent();
});

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
