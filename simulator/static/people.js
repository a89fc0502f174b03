// The list of customers, the choice of the business number, and the dialog that adds a customer.

import * as api from "./api.js";
import { $, clock, el, identity, initials } from "./dom.js";
import { preview } from "./bubbles.js";

/** Draws the list; keeps the focus where it was. */
export function drawPeople(customers, current, choose) {
  const focused = document.activeElement?.dataset?.customer;
  $("people").replaceChildren(...customers.map((customer) => person(customer, customer.id === current?.id, choose)));
  if (focused) $("people").querySelector(`[data-customer="${CSS.escape(focused)}"]`)?.focus();
}

export function drawNumbers(numbers, current) {
  $("number").replaceChildren(...numbers.map((number) =>
    el("option", { value: number.phone_number_id, selected: number.phone_number_id === current?.phone_number_id,
      text: number.name })));
  $("number").disabled = numbers.length === 0;
}

/** Lets the tester add a customer. added(customer) is called when the simulator has it. */
export function setUpAdding(numberOf, added) {
  const dialog = $("adding");
  const form = $("adding-form");
  $("add").addEventListener("click", () => {
    form.reset();
    show(form, "phone");
    $("adding-error").hidden = true;
    dialog.showModal();
  });
  form.addEventListener("change", () => show(form, form.elements.by.value));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const by = form.elements.by.value;
    if (!form.elements[by].value.trim()) return refuse(form, by, by === "phone" ? "Enter the phone number." : "Enter the username.");
    const fields = { name: form.elements.name.value.trim() || undefined, [by]: form.elements[by].value };
    try {
      const customer = await api.addCustomer(numberOf(), fields);
      dialog.close();
      await added(customer);
    } catch (error) {
      refuse(form, by, sentence(error.message));
    }
  });
}

function refuse(form, by, text) {
  $("adding-error").textContent = text;
  $("adding-error").hidden = false;
  form.elements[by].focus();
}

function show(form, by) {
  for (const field of form.querySelectorAll("[data-by]")) field.hidden = field.dataset.by !== by;
}

function person(customer, chosen, choose) {
  const { last } = customer;
  const line = last ? `${last.direction === "inbound" ? "You: " : ""}${preview(last)}` : identity(customer);
  const button = el("button",
    { type: "button", class: "person", "aria-current": chosen ? "true" : undefined, data: { customer: customer.id },
      on: { click: () => choose(customer) } },
    el("span", { class: "avatar", "aria-hidden": "true", text: initials(customer.name) }),
    el("span", { class: "person-name", dir: "auto", text: customer.name }),
    el("span", { class: "person-time", text: last ? clock(last.at) : "" }),
    el("span", { class: "person-line", dir: "auto", text: line }),
    customer.unread ? el("span", { class: "unread", text: customer.unread, title: `${customer.unread} not looked at` }) : null);
  return el("li", {}, button);
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;
