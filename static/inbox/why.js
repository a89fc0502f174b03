// "Why?" at a message of the bot: its reason in a box beside it. Without this the link opens a page of its own.
import { ask, byId } from "./lib.js";
import { toast } from "./toast.js";

const EDGE = 8; // pixels that stay free around the box

// Below the link where there is room, else above it; never over the edge of the window.
function place(box, link) {
  const at = link.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = at.bottom + 4;
  const top = below + height > innerHeight - EDGE ? at.top - height - 4 : below;
  box.style.top = `${Math.max(EDGE, top)}px`;
  box.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-why]");
  const box = byId("why");
  if (!link || !box || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const found = await ask(link.href, { part: "why" });
    box.replaceChildren(found.getElementById("why-in"));
    box.showPopover();
    place(box, link);
    box.focus(); // closed, it gives the focus back to the link
  } catch (error) {
    toast(error.message, { bad: true });
  }
});
