// The thread that is open: takes news in without moving what is read or losing the focus, and says what has been seen.
import { ask, byId, chat, swap, words } from "./lib.js";
import { hush, toast } from "./toast.js";

const NEAR = 80; // pixels from the end that still count as reading the newest
let asking = null;
let again = false;

export const atEnd = () => {
  const box = byId("scroll");
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
};

export function toEnd() {
  const box = byId("scroll");
  if (box) box.scrollTop = box.scrollHeight;
  byId("to-end")?.setAttribute("hidden", "");
}

// One question at a time; what is asked meanwhile is one more question after it.
export function refresh() {
  if (!chat() || "past" in chat().dataset) return Promise.resolve();
  if (asking) {
    again = true;
    return asking;
  }
  const shown = chat();
  const address = `${shown.dataset.live}?after=${shown.dataset.last}`;
  asking = ask(address, { part: "live" })
    .then((found) => take(found))
    .catch((error) => console.info("The thread could not be fetched:", error.message))
    .finally(() => {
      asking = null;
      if (again) {
        again = false;
        refresh();
      }
    });
  return asking;
}

export function take(found) {
  const live = found?.getElementById("live");
  const shown = chat();
  if (!live || !shown || live.dataset.conversation !== shown.dataset.conversation) return;
  if ("reload" in live.dataset) {
    location.reload();
    return;
  }
  const marked = shown.dataset.unread === "0" && live.dataset.unread !== "0" && live.dataset.seen === shown.dataset.seen;
  const follow = atEnd();
  const fresh = [...live.querySelectorAll(":scope > ol > li")];
  const added = fresh.filter(place).filter((line) => line.classList.contains("said"));
  shown.dataset.last = Math.max(Number(shown.dataset.last), Number(live.dataset.last));
  for (const name of ["can", "unread", "seen"]) shown.dataset[name] = live.dataset[name];
  if (marked) told = seenKey(shown); // somebody wants it unread: an open page does not read it again by itself
  swapHead(live.querySelector("#chat-head"));
  swap(byId("chat-state"), live.querySelector("#chat-state"));
  if (added.length) byId("nothing-said")?.remove();
  if (follow) toEnd();
  else if (added.length) offerEnd();
  forgetTyping();
  tell(live.querySelector("#told"));
  document.dispatchEvent(new CustomEvent("inbox:news", { detail: { added, proposals: live.dataset.proposals } }));
  tellSeen();
}

// Who has stopped typing says nothing: it is asked.
const TYPES_FOR = 7_000;
let typing = null;
function forgetTyping() {
  clearTimeout(typing);
  if (byId("typing")?.textContent) typing = setTimeout(refresh, TYPES_FOR);
}

// A menu that is open stays open: its head is taken the next time.
function swapHead(fresh) {
  if (!document.querySelector("#chat-head :popover-open")) swap(byId("chat-head"), fresh);
}

// Put a line in its place by its key. True where it is new.
function place(line) {
  const shown = byId(line.id);
  if (shown) {
    if (line.classList.contains("said") && !shown.isEqualNode(line)) swap(shown, line);
    return false;
  }
  const lines = [...byId("bubbles").children];
  const next = lines.findLast((one) => one.dataset.key <= line.dataset.key);
  if (next) next.after(line);
  else byId("bubbles").prepend(line);
  return true;
}

function offerEnd() {
  const button = byId("to-end");
  button.querySelector("[data-words]").textContent = words("new");
  button.hidden = false;
}

function tell(told) {
  if (!told) return;
  const undo = told.dataset.undo;
  toast(told.textContent.trim(), { undo: undo ? () => act(undo, new FormData()) : null });
}

export async function act(address, body) {
  hush();
  body.set("after", chat()?.dataset.last ?? "0");
  try {
    take(await ask(address, { part: "live", body }));
    return true;
  } catch (error) {
    toast(error.message, { bad: true });
    return false;
  }
}

// What is before somebody's eyes is read.
let told = "";
const seenKey = (shown) => `${shown.dataset.conversation} ${shown.dataset.seen}`;
export async function tellSeen() {
  const shown = chat();
  if (!shown?.dataset.read || document.hidden || !document.hasFocus() || !atEnd()) return;
  const key = seenKey(shown);
  if (shown.dataset.unread === "0" || told === key) return;
  told = key;
  try {
    await ask(shown.dataset.read, { body: new URLSearchParams({ up_to: shown.dataset.seen }) });
    shown.dataset.unread = "0";
  } catch {
    told = "";
  }
}

// Older messages come above what is read, which stays where it is.
async function older(link) {
  link.setAttribute("aria-busy", "true");
  try {
    const found = await ask(link.href, { part: "chat" });
    const box = byId("scroll");
    const before = box.scrollHeight - box.scrollTop;
    const keys = new Set();
    for (const line of found.querySelectorAll("#bubbles > li:not(.new-line)")) {
      if (line.classList.contains("day") && byId(line.id)) byId(line.id).remove();
      keys.add(line.id);
      place(line);
    }
    const more = found.getElementById("older");
    if (more) link.replaceWith(more);
    else link.parentElement.remove();
    box.scrollTop = box.scrollHeight - before;
  } catch (error) {
    link.removeAttribute("aria-busy");
    toast(error.message, { bad: true });
  }
}

function jump(link) {
  const target = document.querySelector(link.getAttribute("href"));
  if (!target) return false;
  target.scrollIntoView({ block: "center" });
  target.classList.add("is-found");
  setTimeout(() => target.classList.remove("is-found"), 2_000);
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-older], [data-jump], #to-end");
  if (!link) return;
  if (link.matches("#to-end")) toEnd();
  else if (link.matches("[data-older]")) {
    event.preventDefault();
    older(link);
  } else if (jump(link)) event.preventDefault();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("act" in form.dataset)) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return; // and its button stays as it is: one that is disabled loses the focus
  const by = event.submitter;
  const body = new FormData(form);
  if (by?.name) body.set(by.name, by.value);
  if (!("stays" in form.dataset)) form.closest("[popover]")?.hidePopover?.();
  form.ariaBusy = "true";
  act(by?.getAttribute("formaction") || form.getAttribute("action"), body)
    .then((done) => { if (done) acted(form); })
    .finally(() => { form.ariaBusy = null; });
});

function acted(form) {
  form.closest("details")?.removeAttribute("open");
  if (form.isConnected) form.reset();
  document.dispatchEvent(new CustomEvent(form.dataset.act === "unread" ? "inbox:left" : "inbox:acted"));
}

// A chat that has just come: its end, or the first message that is new.
export function opened() {
  const shown = chat();
  told = "";
  if (!shown) return;
  const line = byId("new-line");
  if (location.hash.startsWith("#m-")) document.querySelector(location.hash)?.scrollIntoView({ block: "center" });
  else if ("past" in shown.dataset) byId("scroll").scrollTop = 0;
  else if (line) line.scrollIntoView({ block: "start" });
  else toEnd();
  document.fonts?.ready.then(() => { if (!line && !("past" in shown.dataset) && !location.hash) toEnd(); });
  let follows = atEnd();
  // A banner, a box that grows, a picture that has been loaded take room from the thread: who reads its end still does.
  const growing = new ResizeObserver(() => { if (follows) toEnd(); });
  growing.observe(byId("scroll"));
  growing.observe(byId("bubbles"));
  byId("scroll").addEventListener("scroll", () => {
    follows = atEnd();
    if (!follows) return;
    byId("to-end")?.setAttribute("hidden", "");
    tellSeen();
  }, { passive: true });
  tellSeen();
}

window.addEventListener("focus", tellSeen);
