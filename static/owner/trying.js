// "Try it": Enter sends, the newest line is in sight, and while the bot thinks nothing more is sent. htmx swaps the parts.
const thread = () => document.getElementById("try-thread");
const form = () => document.getElementById("try-form");

function settle() {
  const thinks = thread().hasAttribute("data-thinks");
  for (const button of form().querySelectorAll("button:not([name=over])")) button.disabled = thinks;
  thread().lastElementChild.scrollIntoView({ block: "nearest" });
  thread().scrollTop = thread().scrollHeight;
}

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "try-text" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!event.repeat && event.target.value.trim()) form().requestSubmit(form().querySelector(".button-primary"));
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.requestConfig.verb === "post") document.getElementById("try-text").focus({ preventScroll: true });
  settle();
});
// What the thread asks for, it asks for again by itself; what somebody has written stands in its box still.
for (const lost of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(lost, ({ detail }) => {
    form().querySelector("[data-lost]").hidden = detail.requestConfig.verb === "get";
  });
}
if (thread()) settle();
