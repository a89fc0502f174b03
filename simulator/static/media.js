// Files, places and contact cards in a bubble.

import { el, icon, phoneText } from "./dom.js";

const NAMES = { image: "Photo", video: "Video", audio: "Audio", document: "Document", sticker: "Sticker" };

/** The nodes for what a message carries beside its text, or null. link(url, label, style) makes a safe link. */
export function attachment(message, link) {
  if (message.location) return [place(message.location, link)];
  if (message.contacts) return message.contacts.map(card);
  if (!NAMES[message.kind]) return null;
  return [message.media ? file(message) : elsewhere(message, link)];
}

export const fileName = (message) => message.filename || message.media?.name || "";

function file(message) {
  const src = `/_sim/media/${encodeURIComponent(message.media.id)}`;
  const gone = (event) => event.currentTarget.replaceWith(entry(message, "No longer there"));
  const label = message.text || fileName(message) || NAMES[message.kind];
  if (message.kind === "image") {
    return el("a", { class: "picture", href: src, target: "_blank", on: { error: gone } }, image(src, label, gone));
  }
  if (message.kind === "sticker") return el("span", { class: "sticker" }, image(src, "Sticker", gone));
  if (message.kind === "video") {
    return el("video", { class: "picture", src, controls: true, preload: "metadata", "aria-label": label, on: { error: gone } });
  }
  if (message.kind === "audio") {
    return el("span", { class: "sound" }, icon("mic"),
      el("audio", { src, controls: true, preload: "metadata", "aria-label": message.voice ? "Voice message" : label,
        on: { error: gone } }));
  }
  return el("a", { class: "file", href: src, download: fileName(message) || "file" },
    entry(message, `${kindOf(message.media.mime_type)}, ${bytes(message.media.size)}`));
}

function image(src, label, gone) {
  return el("img", { src, alt: label, draggable: "false", on: { error: gone } });
}

/** A file that only has a link: nothing is loaded from elsewhere. */
function elsewhere(message, link) {
  const where = typeof message.link === "string" ? link(message.link, message.link) : el("small", { text: message.id ?? "" });
  return el("span", { class: "card" }, icon("file"), el("span", { dir: "auto", text: fileName(message) || NAMES[message.kind] }), where);
}

function entry(message, line) {
  return el("span", { class: "card" }, icon("file"),
    el("span", { class: "name", dir: "auto", text: fileName(message) || NAMES[message.kind] }), el("small", { text: line }));
}

function place(location, link) {
  const { latitude, longitude, name, address } = location;
  const at = `${latitude}, ${longitude}`;
  const map = `https://www.openstreetmap.org/?mlat=${encodeURIComponent(latitude)}&mlon=${encodeURIComponent(longitude)}#map=16/${encodeURIComponent(latitude)}/${encodeURIComponent(longitude)}`;
  return el("span", { class: "place" },
    el("span", { class: "map", "aria-hidden": "true" }, icon("pin")),
    el("strong", { dir: "auto", text: name || "Location" }),
    address ? el("span", { dir: "auto", text: address }) : null,
    link(map, at, "coordinates"));
}

function card(contact) {
  const name = contact.name?.formatted_name ?? "Contact";
  const phones = (contact.phones ?? []).map((one) => phoneText(one.phone)).filter(Boolean).join(", ");
  const lines = [phones, contact.org?.company].filter(Boolean).join(" · ");
  return el("span", { class: "card contact" }, icon("person"), el("span", { class: "name", dir: "auto", text: name }),
    el("small", { text: lines || "No phone number" }));
}

/** "PDF", "DOCX", "TEXT": the last word of the type, as people say it. */
function kindOf(mimeType) {
  const known = { "application/msword": "DOC", "text/plain": "TEXT" };
  const type = mimeType.split(";")[0];
  if (type.includes("wordprocessingml")) return "DOCX";
  if (type.includes("spreadsheetml")) return "XLSX";
  if (type.includes("presentationml")) return "PPTX";
  return known[type] ?? type.split("/").at(-1).replace(/^(x-|vnd\.)/, "").toUpperCase().slice(0, 12);
}

function bytes(size) {
  if (size < 1000) return `${size} bytes`;
  return size < 1e6 ? `${Math.round(size / 1000)} KB` : `${(size / 1e6).toFixed(1)} MB`;
}
