// The thread: one list item a message, kept in order, redrawn only where something that it shows has changed.

import { clock, day, el, fullTime, icon, language, rich } from "./dom.js";
import { attachment, fileName } from "./media.js";

const TICKS = {
  waiting: ["clock", "On its way"],
  retried: ["warning", "Not taken yet"],
  dropped: ["warning", "Given up"],
  taken: ["taken", "Taken by your system"],
  read: ["taken", "Read"],
};

const ABOUT_ANOTHER = ["reaction", "edit", "revoke"];
const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** actions: reply(message, button), react(message, emoji), openList(message), businessName(). */
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
    if (ABOUT_ANOTHER.includes(message.kind) || message.status === "failed") {
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
    const bubble = el("div", { class: `bubble${style(message)}` },
      this.quote(message), ...content(message, mine), this.foot(message, mine));
    const line = el("div", { class: "line" }, bubble, message.revoked ? null : this.reactButton(message));
    const row = el("li", { class: mine ? "row mine" : "row", data: { n: message.n, day: day(message.at) } }, line);
    row.append(el("span", { class: "unseen", text: mine ? "Sent by the customer" : "Sent by the business" }));
    if (mine && ["retried", "dropped"].includes(message.status)) row.append(trouble(message));
    const reactions = Object.values(message.reactions).filter(Boolean);
    if (reactions.length) row.append(el("span", { class: "reactions", text: reactions.join(" "), title: "Reaction" }));
    for (const choice of this.choices(message)) row.append(choice);
    return row;
  }

  /** Opens a line of emoji below the bubble. The one that the customer chose takes itself back. */
  reactButton(message) {
    const open = (event) => {
      const button = event.currentTarget;
      const row = button.closest(".row");
      const close = () => { row.querySelector(".emojis")?.remove(); button.setAttribute("aria-expanded", "false"); };
      if (row.querySelector(".emojis")) return close();
      const given = message.reactions.inbound;
      const emojis = el("div", { class: "emojis", role: "group", "aria-label": "Reactions" }, ...EMOJI.map((emoji) =>
        el("button", { type: "button", class: "emoji", text: emoji, "aria-pressed": String(emoji === given),
          on: { click: () => { close(); this.actions.react(message, emoji === given ? "" : emoji); } } })));
      emojis.addEventListener("keydown", (press) => { if (press.key === "Escape") { close(); button.focus(); } });
      row.querySelector(".line").after(emojis);
      button.setAttribute("aria-expanded", "true");
      emojis.scrollIntoView({ block: "nearest" });
      emojis.firstChild.focus({ preventScroll: true });
    };
    return el("button", { type: "button", class: "react", "aria-label": "React", "aria-expanded": "false",
      on: { click: open } }, icon("smile"));
  }

  quote(message) {
    const quoted = this.messages.get(message.reply_to);
    if (!quoted) return null;
    const from = quoted.direction === "inbound" ? "You" : this.actions.businessName();
    return el("blockquote", { class: "quote" }, el("b", { text: from }), el("span", { dir: "auto", text: preview(quoted), lang: language(preview(quoted)) }));
  }

  foot(message, mine) {
    const time = el("time", { title: fullTime(message.at), text: clock(message.at) });
    const edited = message.edited ? el("span", { text: "Edited" }) : null;
    if (!mine) return el("span", { class: "foot" }, message.echo ? el("span", { text: "From the phone app" }) : null, edited, time);
    const [name, label] = TICKS[message.status] ?? TICKS.waiting;
    return el("span", { class: `foot tick-${message.status}` }, edited, time, icon(name, label));
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
  if (message.revoked) return "Deleted message";
  if (message.text) return message.text.replaceAll("\n", " ");
  const names = { location: "Location", contacts: "Contact card", sticker: "Sticker", image: "Photo", video: "Video",
    audio: message.voice ? "Voice message" : "Audio", document: fileName(message) || "Document",
    reaction: message.emoji ? `Reacted ${message.emoji}` : "Took a reaction back", edit: "Edited a message",
    revoke: "Deleted a message" };
  return names[message.kind] ?? "Message";
}

function style(message) {
  if (message.kind === "sticker" && message.media) return " bare";
  const { kind, media } = carrier(message);
  return (["image", "video"].includes(kind) && media) || message.location ? " filled" : "";
}

/** What carries the file: the message, or its header. */
function carrier(message) {
  return message.header_file ?? message;
}

function content(message, mine) {
  if (message.revoked) {
    return [el("em", { class: "gone", text: mine ? "You deleted this message" : "This message was deleted" })];
  }
  const parts = [];
  if (message.header) parts.push(el("strong", { class: "bubble-header", dir: "auto", text: message.header }));
  const shown = attachment(carrier(message), link);
  if (shown) parts.push(...shown);
  if (message.text) parts.push(rich(message.text, { class: "bubble-text" }));
  if (message.footer) parts.push(el("small", { class: "bubble-footer", dir: "auto", text: message.footer }));
  if (message.kind === "cta_url") parts.push(link(message.link.url, message.link.display_text, "link-button"));
  return parts;
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
