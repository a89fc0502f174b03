// The customer's phone: chooses number and customer, shows the thread live, writes.

import * as api from "./api.js";
import { $, el, icon, identity, initials, phoneText } from "./dom.js";
import { setUpAttaching } from "./attach.js";
import { Thread } from "./bubbles.js";
import { drawNumbers, drawPeople, setUpAdding } from "./people.js";
import { drawState, drawSteps, setUpTester } from "./tester.js";

const EXAMPLES = ["namaste", "What is the price?", "STOP"];

const state = { numbers: [], number: null, customers: [], customer: null, stop: () => {}, typingEnds: 0, lost: false };
const thread = new Thread($("bubbles"), { reply, react, openList, businessName: () => state.number.name });

async function start() {
  setUpIcons();
  setUpAdding(() => state.number, async (customer) => { await loadPeople(); await choose(customer); });
  setUpAttaching({ write: writeOrKeep, takeText, refuse: (text) => banner(text, "bad") });
  $("number").addEventListener("change", () => useNumber($("number").value));
  $("to-people").addEventListener("click", () => view("people"));
  $("to-tester").addEventListener("click", () => view("tester"));
  $("from-tester").addEventListener("click", () => view("phone"));
  $("composer").addEventListener("submit", (event) => { event.preventDefault(); writeText(); });
  $("text").addEventListener("keydown", onKey);
  $("text").addEventListener("input", growText);
  document.addEventListener("visibilitychange", look);
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  await setUpTester();
  state.numbers = await api.numbers();
  const wanted = new URLSearchParams(location.hash.slice(1));
  await useNumber(wanted.get("number") ?? state.numbers[0]?.phone_number_id, wanted.get("customer"));
}

async function useNumber(phoneNumberId, customerId) {
  state.number = state.numbers.find((one) => one.phone_number_id === phoneNumberId) ?? state.numbers[0] ?? null;
  drawNumbers(state.numbers, state.number);
  if (!state.number) return showNoNumber();
  await loadPeople();
  const known = state.customers.find((one) => one.id === customerId);
  return open(known ?? state.customers[0] ?? null);
}

async function loadPeople() {
  if (!state.number) return;
  state.customers = await api.customers(state.number);
  drawPeople(state.customers, state.customer, choose);
}

async function choose(customer) {
  view("phone");
  await open(customer);
  $("text").focus();
}

async function open(customer) {
  state.stop();
  state.customer = customer;
  state.typingEnds = 0;
  thread.clear();
  drawHead();
  drawPeople(state.customers, customer, choose);
  if (customer) history.replaceState(null, "", `#number=${state.number.phone_number_id}&customer=${customer.id}`);
  state.stop = api.listen(customer, {
    open: () => found(),
    error: () => lose(),
    reload: () => restart(),
    message: (message) => arrived(message),
    typing: ({ phone_number_id: id, seconds }) => { if (id === state.number.phone_number_id) showTyping(seconds); },
    state: (news) => { drawState(news, true); loadPeopleSoon(); },
  });
}

async function loadThread() {
  if (!state.customer) return drawEmpty();
  const { messages, typing_until: until } = await api.thread(state.customer, state.number);
  for (const message of messages) thread.put(message);
  showTyping(until - Date.now() / 1000);
  changed(true);
  look();
}

function arrived(message) {
  if (message.phone_number_id !== state.number.phone_number_id) return;
  const follow = isAtEnd() || message.direction === "inbound";
  const isNew = thread.put(message);
  if (isNew && message.direction === "outbound") {
    showTyping(0);
    look();
  }
  changed(follow);
}

function changed(follow) {
  drawEmpty();
  drawBanner();
  drawSteps(thread.all);
  if (follow) $("scroller").scrollTop = $("scroller").scrollHeight;
}

/** Whether the newest message is in sight, so that the thread may follow new ones. */
function isAtEnd() {
  const scroller = $("scroller");
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
}

/** Everything shown is read, if somebody can see it. */
function look() {
  const unread = thread.all.some((message) => message.direction === "outbound" && message.status !== "read");
  if (document.visibilityState === "visible" && state.customer && unread) api.look(state.customer, state.number).catch(lose);
}

async function write(message) {
  try {
    await api.write(state.customer, state.number, message);
    return true;
  } catch (error) {
    banner(`Not sent: ${error.message}.`, "bad");
    return false;
  }
}

async function writeText() {
  const text = takeText();
  if (text && state.customer) await writeOrKeep({ type: "text", text }, text);
}

/** Empties the composer. */
function takeText() {
  const text = $("text").value.trim();
  $("text").value = "";
  growText();
  return text;
}

/** Writes; where that fails, the text that was taken from the composer goes back there. */
async function writeOrKeep(message, text = "") {
  if (!(await write(message))) {
    $("text").value ||= text;
    growText();
  }
}

function react(message, emoji) {
  write({ type: "reaction", reply_to: message.wamid, emoji });
  $("text").focus({ preventScroll: true });
}

function reply(message, button) {
  if (message.kind === "template") write({ type: "button", text: button.title, reply_to: message.wamid });
  else write({ type: "button_reply", id: button.id, title: button.title, reply_to: message.wamid });
  $("text").focus({ preventScroll: true });
}

function openList(message) {
  const dialog = $("rows");
  $("rows-title").textContent = message.list_button;
  $("rows-body").replaceChildren(...message.sections.map((section) => el("section", {},
    section.title ? el("h3", { dir: "auto", text: section.title }) : null,
    el("ul", {}, ...section.rows.map((row) => el("li", {}, rowButton(message, row)))))));
  dialog.showModal();
}

function rowButton(message, row) {
  const choose = () => {
    $("rows").close();
    write({ type: "list_reply", id: row.id, title: row.title, description: row.description, reply_to: message.wamid });
  };
  return el("button", { type: "button", class: "list-row", on: { click: choose } },
    el("span", { dir: "auto", text: row.title }),
    row.description ? el("small", { dir: "auto", text: row.description }) : null);
}

function showTyping(seconds) {
  clearTimeout(state.typingTimer);
  const on = seconds > 0;
  const follow = isAtEnd();
  $("typing").hidden = !on;
  if (on) state.typingTimer = setTimeout(() => showTyping(0), seconds * 1000);
  if (follow) $("scroller").scrollTop = $("scroller").scrollHeight;
  drawHead(on);
}

function drawHead(typing = false) {
  const { number, customer } = state;
  if (!number) return;
  $("business-avatar").textContent = initials(number.name);
  $("business-name").textContent = number.name;
  $("business-line").textContent = typing ? "typing…" : phoneText(`+${number.display_phone_number.replace(/\D/g, "")}`);
  $("business-line").classList.toggle("is-typing", typing);
  $("owner").textContent = customer ? `${customer.name}’s phone · ${identity(customer)}` : "No customer yet";
  document.title = customer ? `${customer.name}’s phone` : "Customer's phone";
  $("text").disabled = $("send").disabled = $("attach").disabled = !customer;
}

function drawEmpty() {
  const empty = $("empty");
  empty.hidden = thread.drawn.size > 0;
  if (empty.hidden) return;
  if (!state.customer) {
    empty.replaceChildren(el("p", { text: "This number has no customer yet." }),
      el("button", { type: "button", class: "button", text: "Add customer", on: { click: () => $("add").click() } }));
    return;
  }
  const name = state.customer.name.split(" ")[0];
  const chips = EXAMPLES.map((text) =>
    el("button", { type: "button", class: "chip", text, on: { click: () => write({ type: "text", text }) } }));
  empty.replaceChildren(el("p", { text: `Nothing said yet. Write as ${name}, or send one of these:` }),
    el("div", { class: "chips" }, ...chips));
}

function showNoNumber() {
  drawHead();
  $("text").disabled = $("send").disabled = $("attach").disabled = true;
  $("empty").hidden = false;
  $("empty").replaceChildren(el("p", {
    text: "No business number yet. Start the simulator with SIMULATOR_NUMBERS, or add one with POST /_sim/numbers, then reload." }));
}

function drawBanner() {
  if (state.lost) return banner("The simulator is not reachable. Trying again.", "bad");
  const waiting = thread.all.findLast((message) => message.status === "retried");
  if (waiting) {
    const reason = waiting.delivery.error || `it answered ${waiting.delivery.status}`;
    return banner(`Your system did not take the message (${reason}). It is retried.`, "warn");
  }
  $("banner").hidden = true;
}

function banner(text, tone) {
  $("banner").textContent = text;
  $("banner").dataset.tone = tone;
  $("banner").hidden = false;
}

function lose() {
  state.lost = true;
  drawBanner();
}

async function found() {
  state.lost = false;
  await loadThread();
  drawBanner();
}

/** The simulator was reset: customers may be gone. */
async function restart() {
  state.numbers = await api.numbers();
  await useNumber(state.number?.phone_number_id, state.customer?.id);
}

function loadPeopleSoon() {
  state.peopleTimer ??= setTimeout(() => { state.peopleTimer = null; loadPeople().catch(lose); }, 300);
}

function onKey(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    writeText();
  }
}

function growText() {
  const text = $("text");
  text.rows = Math.min(5, text.value.split("\n").length);
}

function view(name) {
  document.body.dataset.view = name;
}

function setUpIcons() {
  $("to-people").append(icon("back"));
  $("to-tester").append(icon("panel"));
  $("from-tester").append(icon("close"));
  $("send").append(icon("send"));
  for (const button of document.querySelectorAll("[data-close].icon-button")) button.append(icon("close"));
}

start().catch((error) => banner(`The page could not start: ${error.message}`, "bad"));
