// "/" at the beginning of an answer opens the canned replies; arrows choose, Enter or Tab takes, Escape leaves. Where there are none,
// it says so and where they are made.
import { byId } from "./lib.js";

const menu = () => byId("canned");
const box = () => byId("text");

function fitting() {
  const wanted = box().value.slice(1).toLowerCase();
  const options = [...menu().children];
  for (const option of options) {
    option.hidden = !`${option.dataset.shortcut} ${option.textContent}`.toLowerCase().includes(wanted);
  }
  return options.filter((option) => !option.hidden);
}

function look() {
  if (!menu()) return;
  const asks = /^\/\S*$/.test(box().value);
  byId("canned-none").hidden = !(asks && !menu().children.length);
  const found = asks ? fitting() : [];
  menu().hidden = !found.length;
  choose(found[0]);
}

function choose(option) {
  for (const one of menu().children) one.setAttribute("aria-selected", String(one === option));
  if (option) box().setAttribute("aria-activedescendant", option.id);
  else box().removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function take(option) {
  menu().hidden = true;
  choose(null);
  box().value = option.dataset.text;
  box().dispatchEvent(new Event("input", { bubbles: true }));
  box().focus();
}

function step(by) {
  const found = fitting();
  const at = found.findIndex((one) => one.getAttribute("aria-selected") === "true");
  choose(found[(at + by + found.length) % found.length]);
}

// Before the composer's own Enter.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "text" || !menu() || menu().hidden) return;
  const acts = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => take(menu().querySelector("[aria-selected=true]")),
    Tab: () => take(menu().querySelector("[aria-selected=true]")),
    Escape: () => { menu().hidden = true; },
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  acts[event.key]();
}, { capture: true });

document.addEventListener("input", (event) => { if (event.target.id === "text") look(); });
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("#canned [role=option]");
  if (!option) return;
  event.preventDefault();
  take(option);
});
