// A menu that opens takes the focus, arrows move in it, Escape gives the focus back (the browser does that).
const items = (menu) => [...menu.querySelectorAll("button, a[href]")].filter((one) => one.checkVisibility());

document.addEventListener("toggle", ({ target, newState }) => {
  if (newState !== "open" || !target.matches?.(".menu[popover]")) return;
  (target.querySelector("[aria-current]") ?? items(target)[0])?.focus();
}, { capture: true });

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu[popover]");
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!menu || !by) return;
  event.preventDefault();
  const all = items(menu);
  all[(all.indexOf(document.activeElement) + by + all.length) % all.length]?.focus();
});
