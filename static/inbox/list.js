// The list keeps itself fresh: its tabs and first page are fetched anew, ticks and focus and place stay.
import { ask, byId, chat } from "./lib.js";

const PAUSE = 400;
let waiting = null;

export function refreshList() {
  waiting ??= setTimeout(() => {
    waiting = null;
    fetchList().catch((error) => console.info("The list could not be fetched:", error.message));
  }, PAUSE);
}

async function fetchList() {
  const list = byId("list");
  if (!list) return;
  const asked = list.dataset.query;
  const found = (await ask(`/inbox/${asked}`, { part: "list" }))?.getElementById("list");
  if (!found || byId("list")?.dataset.query !== asked) return; // another filter was chosen meanwhile
  replace(byId("tabs"), found.querySelector("#tabs"));
  const shown = byId("rows-scroll");
  const first = shown.querySelector(".rows-page .rows");
  const fresh = found.querySelector(".rows-page .rows");
  if (first && fresh) {
    for (const row of fresh.children) forgetLater(row.id, first);
    replace(first, fresh);
  } else {
    replace(shown, found.querySelector("#rows-scroll"));
  }
  markCurrent();
  document.dispatchEvent(new CustomEvent("inbox:list"));
}

// A conversation that has moved up stands no longer on a later page.
function forgetLater(id, first) {
  const row = byId(id);
  if (row && !first.contains(row)) row.remove();
}

function replace(old, fresh) {
  if (!old || !fresh) return;
  const ticked = [...old.querySelectorAll("input:checked")].map((box) => box.id);
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const scroll = old.scrollTop;
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  for (const id of ticked) if (byId(id)) byId(id).checked = true;
  if (focused) byId(focused)?.focus({ preventScroll: true });
  fresh.scrollTop = scroll;
}

export function markCurrent() {
  const open = chat()?.dataset.conversation;
  for (const link of document.querySelectorAll(".row-link")) {
    if (link.id === `go-${open}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
