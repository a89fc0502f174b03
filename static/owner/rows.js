// [data-rows]: the button adds an empty row like the last one, with the next number in its names.
for (const box of document.querySelectorAll("[data-rows]")) {
  const button = box.querySelector("[data-add-row]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const rows = box.querySelectorAll("[data-row]");
    const row = rows[rows.length - 1].cloneNode(true);
    for (const input of row.querySelectorAll("input")) {
      input.name = input.name.replace(/-\d+-/, `-${rows.length}-`);
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, rows.length + 1));
      input.value = "";
    }
    button.before(row);
    row.querySelector("input").focus();
  });
}
