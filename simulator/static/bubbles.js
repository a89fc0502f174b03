// The thread: one list item a message, kept in order, redrawn only where something that it shows has changed.

import { clock, day, el, fullTime, icon, language, rich } from "./dom.js";

const TICKS = {
  waiting: ["clock", "On its way"],
  retried: ["warning", "Not taken yet"],
  dropped: ["warning", "Given up"],
  taken: ["taken", "Taken by your system"],
  read: ["taken", "Read"],
};

/** actions: reply(message, button), openList(message), businessName(). */
export class Thread {
  constructor(list, actions) {
    this.list = list;
    this.actions = actions;
    this.clear();
  }

  clear() {
    this.messages = new Map();
    this.drawn = new Map();
    this.list.replaceChildren();
  }

  get all() {
    return [...this.messages.values()].sort((a, b) => a.n - b.n);
  }

  /** Shows a message, or shows it again. Returns true if it is new on the screen. */
  put(message) {
    this.messages.set(message.wamid, message);
    if (message.kind === "reaction" || message.status === "failed") {
      this.drawn.get(message.wamid)?.node.remove();
      return false;
    }
    const signature = JSON.stringify({ ...message, ...(message.direction === "outbound" && { status: 0, statuses: 0 }) });
    const known = this.drawn.get(message.wamid);
    if (known?.signature === signature) return false;
    const node = this.draw(message);
    this.drawn.set(message.wamid, { node, signature, n: message.n });
    if (known) known.node.replaceWith(node);
    else this.place(node, message.n);
    this.drawDays();
    return !known;
  }

  place(node, n) {
    const after = [...this.list.querySelectorAll(".row")].find((row) => Number(row.dataset.n) > n);
    this.list.insertBefore(node, after ?? null);
  }

  drawDays() {
    let last = "";
    for (const old of this.list.querySelectorAll(".day")) old.remove();
    for (const row of this.list.querySelectorAll(".row")) {
      if (row.dataset.day !== last) row.before(el("li", { class: "day" }, el("span", { text: row.dataset.day })));
      last = row.dataset.day;
    }
  }

  draw(message) {
    const mine = message.direction === "inbound";
    const bubble = el("div", { class: "bubble" }, this.quote(message), ...content(message), this.foot(message, mine));
    const row = el("li", { class: mine ? "row mine" : "row", data: { n: message.n, day: day(message.at) } }, bubble);
    row.append(el("span", { class: "unseen", text: mine ? "Sent by the customer" : "Sent by the business" }));
    if (mine && ["retried", "dropped"].includes(message.status)) row.append(trouble(message));
    const reactions = Object.values(message.reactions).filter(Boolean);
    if (reactions.length) row.append(el("span", { class: "reactions", text: reactions.join(" "), title: "Reaction" }));
    for (const choice of this.choices(message)) row.append(choice);
    return row;
  }

  quote(message) {
    const quoted = this.messages.get(message.reply_to);
    if (!quoted) return null;
    const from = quoted.direction === "inbound" ? "You" : this.actions.businessName();
    return el("blockquote", { class: "quote" }, el("b", { text: from }), el("span", { dir: "auto", text: preview(quoted), lang: language(preview(quoted)) }));
  }

  foot(message, mine) {
    const time = el("time", { title: fullTime(message.at), text: clock(message.at) });
    if (!mine) return el("span", { class: "foot" }, time);
    const [name, label] = TICKS[message.status] ?? TICKS.waiting;
    return el("span", { class: `foot tick-${message.status}` }, time, icon(name, label));
  }

  choices(message) {
    const choices = (message.buttons ?? []).map((button) =>
      el("button", { type: "button", class: "choice", on: { click: () => this.actions.reply(message, button) } },
        icon("reply"), el("span", { dir: "auto", text: button.title })));
    if (message.rows) {
      choices.push(el("button",
        { type: "button", class: "choice", "aria-haspopup": "dialog", on: { click: () => this.actions.openList(message) } },
        icon("list"), el("span", { dir: "auto", text: message.list_button })));
    }
    return choices;
  }
}

/** One line of a message, for quotes and lists. */
export function preview(message) {
  if (message.text) return message.text.replaceAll("\n", " ");
  const names = { location: "Location", contacts: "Contact card", sticker: "Sticker", image: "Photo", video: "Video",
    audio: "Voice message", document: "Document", reaction: `Reacted ${message.emoji ?? ""}` };
  return names[message.kind] ?? "Message";
}

function content(message) {
  const parts = [];
  if (message.header) parts.push(el("strong", { class: "bubble-header", dir: "auto", text: message.header }));
  if (message.location) parts.push(place(message.location));
  if (message.contacts) parts.push(...message.contacts.map(card));
  if (["image", "video", "audio", "document", "sticker"].includes(message.kind)) parts.push(media(message));
  if (message.text) parts.push(rich(message.text, { class: "bubble-text" }));
  if (message.footer) parts.push(el("small", { class: "bubble-footer", dir: "auto", text: message.footer }));
  if (message.kind === "cta_url") parts.push(link(message.link.url, message.link.display_text, "link-button"));
  return parts;
}

function place(location) {
  const name = location.name || location.address || "Location";
  return el("span", { class: "card" }, icon("pin"), el("span", { dir: "auto", text: name }),
    el("small", { text: `${location.latitude}, ${location.longitude}` }));
}

function card(contact) {
  const phones = (contact.phones ?? []).map((one) => one.phone).join(", ");
  return el("span", { class: "card" }, icon("file"), el("span", { dir: "auto", text: contact.name?.formatted_name ?? "Contact" }),
    el("small", { text: phones }));
}

function media(message) {
  const name = message.filename || preview({ kind: message.kind });
  const where = typeof message.link === "string" ? link(message.link, message.link) : el("small", { text: message.id ?? "" });
  return el("span", { class: "card" }, icon("file"), el("span", { dir: "auto", text: name }), where);
}

function link(url, label, style) {
  if (!/^https?:/.test(url)) return el("span", { text: label });
  return el("a", { class: style, href: url, target: "_blank", rel: "noopener noreferrer", text: label });
}

function trouble(message) {
  const { status, error, tries } = message.delivery;
  const reason = error || `it answered ${status}`;
  const text = message.status === "dropped" ? `Given up after ${tries} tries: ${reason}` : `Try ${tries}: ${reason}`;
  return el("span", { class: "trouble", text });
}
