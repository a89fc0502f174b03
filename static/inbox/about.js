// The pane beside the thread keeps itself fresh, part by part: what somebody writes or has opened there stays.
import { ask, byId, chat, swap } from "./lib.js";

const PARTS = ["about-name", "about-facts", "about-proposals", "about-labels", "about-notes", "about-files", "about-others"];
const PAUSE = 400;
let waiting = null;

export function refreshAbout() {
  waiting ??= setTimeout(() => {
    waiting = null;
    fetchAbout().catch((error) => console.info("The contact could not be fetched:", error.message));
  }, PAUSE);
}

async function fetchAbout() {
  const shown = chat();
  if (!shown || !byId("contact").checkVisibility()) return;
  const found = await ask(`/inbox/${shown.dataset.conversation}`, { part: "contact" });
  if (chat() !== shown) return; // another conversation was opened meanwhile
  for (const part of PARTS) {
    if (!byId(part).querySelector(":popover-open, details[open]")) swap(byId(part), found.getElementById(part));
  }
}

document.addEventListener("inbox:news", ({ detail }) => {
  const proposed = detail.proposals !== byId("about-proposals")?.dataset.count;
  if (proposed || detail.added.some((line) => line.matches(".said-note, .said:has(.file)"))) refreshAbout();
});
document.addEventListener("inbox:acted", refreshAbout);
// Where it is opened over the thread.
document.addEventListener("toggle", ({ target, newState }) => {
  if (target.id === "contact" && newState === "open") refreshAbout();
}, { capture: true });
