// [data-composer]: Ctrl or Command with Enter sends; what is on its way is not sent a second time.
for (const form of document.querySelectorAll("[data-composer]")) {
  const box = form.querySelector("textarea");
  const button = form.querySelector("[type=submit]");
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(button);
    }
  });
  form.addEventListener("submit", (event) => {
    if (button.disabled || !box.value.trim()) event.preventDefault();
    else button.disabled = true;
  });
  // The browser's back button shows the page as it was left.
  window.addEventListener("pageshow", () => { button.disabled = false; });
}
