// Small tools for building the page. Text goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  send: "M5 12h13M12 5l7 7-7 7",
  panel: "M4 7h10M18 7h2M4 17h2M10 17h10M14 4.5v5M10 14.5v5",
  list: "M5 7h14M5 12h14M5 17h9",
  reply: "M10 7L5 12l5 5M5 12h9a5 5 0 0 1 5 5v1",
  clock: "M12 7v5l3 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17",
  taken: "M2.5 12.5l4.5 4.5L16 7.5M10.5 15l2 2L22 7.5",
  warning: "M12 8v5M12 16.2v.1M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17",
  pin: "M12 21s6.5-6.2 6.5-11A6.5 6.5 0 0 0 5.5 10c0 4.8 6.5 11 6.5 11zM12 12.300a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6",
  file: "M7 3.500h7l4 4v13H7zM14 3.500v4h4",
  plus: "M12 5v14M5 12h14",
  photo: "M4 6h16v12H4zM4 15l4.500-4.500 4 4 2.500-2.500 5 4.500M15.500 9.200v.1",
  mic: "M12 4a2.500 2.500 0 0 0-2.500 2.500v5a2.500 2.500 0 0 0 5 0v-5A2.500 2.500 0 0 0 12 4M6.500 11.500a5.500 5.500 0 0 0 11 0M12 17v3.500",
  smile: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M9 9.800v.1M15 9.800v.1M8.500 14a4.200 4.200 0 0 0 7 0",
  person: "M12 12a3.800 3.800 0 1 0 0-7.600 3.800 3.800 0 0 0 0 7.600M4.800 20a7.200 7.200 0 0 1 14.400 0",
  link: "M9 15l6-6M8.5 11l-2 2a3.5 3.5 0 0 0 5 5l2-2M15.5 13l2-2a3.5 3.5 0 0 0-5-5l-2 2",
};

export const $ = (id) => document.getElementById(id);

/** An element. props: class, text, hidden, on (listeners), data, and any attribute. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A line icon. With a label it is read out, without one it is decoration. */
export function icon(name, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    const title = document.createElementNS(SVG, "title");
    title.textContent = label;
    svg.append(title);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, " ").trim().split(/\s+/);
  return (words[0]?.[0] ?? "?").concat(words.length > 1 ? words.at(-1)[0] : "").toUpperCase();
}

export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

export const fullTime = (seconds) => new Date(seconds * 1000).toLocaleString();

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" });
}

/** Indian mobiles as people read them; others by threes after the plus; what is grouped already stays so. */
export function phoneText(phone) {
  if (!phone) return "";
  if (!/^\+\d+$/.test(phone)) return phone;
  const indian = /^\+91(\d{5})(\d{5})$/.exec(phone);
  return indian ? `+91 ${indian[1]} ${indian[2]}` : phone.replace(/(\d)(?=(\d{3})+$)/g, "$1 ");
}

export const identity = (customer) => phoneText(customer.phone) || `@${customer.username}`;

/** Devanagari needs more height, and a screen reader its own voice. */
export const language = (text) => (/[\u0900-\u097f]/.test(text) ? "hi" : undefined);

/** Text with *bold*, _italic_, ~struck~, `code` and links, as a phone shows it. */
export function rich(text, props = {}) {
  const node = el("span", { dir: "auto", lang: language(text), ...props });
  const pattern = /(https?:\/\/[^\s<>"]+)|\*(\S(?:[^*\n]*\S)?)\*|\b_(\S(?:[^_\n]*\S)?)_\b|~(\S(?:[^~\n]*\S)?)~|`([^`\n]+)`/gu;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    node.append(text.slice(at, match.index));
    const [all, url, bold, italic, struck, code] = match;
    if (url) node.append(el("a", { href: url, target: "_blank", rel: "noopener noreferrer", text: url }));
    else if (bold) node.append(el("b", { text: bold }));
    else if (italic) node.append(el("em", { text: italic }));
    else if (struck) node.append(el("s", { text: struck }));
    else node.append(el("code", { text: code }));
    at = match.index + all.length;
  }
  node.append(text.slice(at));
  return node;
}
