// A short sentence at the foot of the page, with Undo where there is one. It goes by itself; what failed stays longer.
import { byId, words } from "./lib.js";

export function toast(text, { undo = null, bad = false } = {}) {
  // One at a time: an older Undo would undo something else than what one sees.
  byId("toasts").replaceChildren();
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (undo) box.append(button(words("undo"), () => { box.remove(); undo(); }));
  box.append(button(words("close"), () => box.remove()));
  byId("toasts").append(box);
  leave(box, bad ? 12_000 : undo ? 10_000 : 7_000);
}

// What was said of one act is over when the next one begins.
export function hush() {
  byId("toasts").replaceChildren();
}

function button(label, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  made.addEventListener("click", act);
  return made;
}

// Not while somebody points at it, or has its button in focus. A pointer that rests where the box has come up points at nothing: it
// has pressed the button that stood there before.
function leave(box, after) {
  box.addEventListener("pointermove", ({ pointerType }) => { box.dataset.pointed = pointerType; });
  box.addEventListener("pointerleave", () => { delete box.dataset.pointed; });
  wait(box, after);
}

const HELD = "[data-pointed=mouse], :focus-within";
function wait(box, after) {
  setTimeout(() => (box.matches(HELD) ? wait(box, 2_000) : box.remove()), after);
}

for (const shown of document.querySelectorAll(".toast")) leave(shown, 7_000);
