// What a customer sends beside text: a photo or video, a document, a voice note, a place.

import { $, icon } from "./dom.js";

const MENU = { "attach-photo": "photo", "attach-document": "file", "attach-voice": "mic", "attach-place": "pin" };
const SAME = { "audio/x-m4a": "audio/mp4", "audio/mp3": "audio/mpeg", "audio/x-aac": "audio/aac" };
const MAX_BYTES = 100 * 1024 * 1024;

/** write(message) sends and says whether it was taken; takeText() empties the composer and returns what stood there;
 *  refuse(sentence) tells why a file is not sent. */
export function setUpAttaching({ write, takeText, refuse }) {
  const menu = $("attach-menu");
  $("attach").append(icon("plus"));
  for (const [id, name] of Object.entries(MENU)) $(id).prepend(icon(name));
  menu.addEventListener("beforetoggle", (event) => { if (event.newState === "open") placeAbove(menu, $("attach")); });
  for (const [id, kind] of [["photo", null], ["document", "document"], ["voice", "voice"]]) {
    const input = $(`file-${id}`);
    $(`attach-${id}`).addEventListener("click", () => { menu.hidePopover(); input.click(); });
    input.addEventListener("change", async () => {
      for (const file of [...input.files]) await send(file, kind);
      input.value = "";
    });
  }
  setUpPlace(menu, write);

  async function send(file, kind) {
    if (!file.size) return refuse(`Not sent: ${file.name} is empty.`);
    if (file.size > MAX_BYTES) return refuse(`Not sent: ${file.name} has more than 100 MB.`);
    const mimeType = SAME[file.type] ?? (file.type || "application/octet-stream");
    const type = kind ?? (mimeType.startsWith("video/") ? "video" : "image");
    const caption = type === "voice" ? "" : takeText();
    await write({ type, caption, data: await base64(file), mime_type: mimeType, filename: file.name }, caption);
  }
}

function setUpPlace(menu, write) {
  const dialog = $("placing");
  const form = $("placing-form");
  $("attach-place").addEventListener("click", () => {
    menu.hidePopover();
    $("placing-error").hidden = true;
    dialog.showModal();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name, address, latitude, longitude } = Object.fromEntries(new FormData(form));
    const wrong = outside("latitude", latitude, 90) ?? outside("longitude", longitude, 180);
    $("placing-error").hidden = !wrong;
    if (wrong) {
      $("placing-error").textContent = wrong.text;
      return form.elements[wrong.field].focus();
    }
    dialog.close();
    const place = { name: name.trim(), address: address.trim() };
    for (const key of Object.keys(place)) if (!place[key]) delete place[key];
    await write({ type: "location", latitude: Number(latitude), longitude: Number(longitude), ...place });
  });
}

function outside(field, text, most) {
  const value = Number(text);
  if (text.trim() && Math.abs(value) <= most) return null;
  return { field, text: `The ${field} is a number from -${most} to ${most}.` };
}

function placeAbove(menu, button) {
  const { left, top } = button.getBoundingClientRect();
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.bottom = `${window.innerHeight - top + 8}px`;
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
