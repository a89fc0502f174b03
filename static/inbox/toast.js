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
  leave(box, bad ? 12_000 : 7_000);
}

function button(label, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  made.addEventListener("click", act);
  return made;
}

// Not while somebody points at it, or has its button in focus.
function leave(box, after) {
  setTimeout(() => (box.matches(":hover, :focus-within") ? leave(box, 2_000) : box.remove()), after);
}

for (const shown of document.querySelectorAll(".toast")) leave(shown, 7_000);
