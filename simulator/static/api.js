// The control API, as README.md describes it.

async function call(method, path, data) {
  const response = await fetch(`/_sim${path}`, {
    method,
    headers: data ? { "Content-Type": "application/json" } : {},
    body: data ? JSON.stringify(data) : undefined,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `The simulator answered ${response.status}.`);
  return answer;
}

const who = (customer) => `/customers/${encodeURIComponent(customer.id)}`;
const query = (number) => `?phone_number_id=${encodeURIComponent(number.phone_number_id)}`;

export const numbers = async () => (await call("GET", "/numbers")).numbers;
export const customers = async (number) => (await call("GET", `/customers${query(number)}`)).customers;
export const addCustomer = (number, fields) =>
  call("POST", "/customers", { ...fields, phone_number_id: number.phone_number_id });
export const thread = (customer, number) => call("GET", `${who(customer)}/thread${query(number)}`);
export const write = (customer, number, message) =>
  call("POST", `${who(customer)}/messages`, { ...message, phone_number_id: number.phone_number_id });
export const look = (customer, number) =>
  call("POST", `${who(customer)}/read`, { phone_number_id: number.phone_number_id });
export const faults = () => call("GET", "/faults");
export const putFaults = (sections) => call("PUT", "/faults", sections);

/** Listens to one customer's phone. handlers: message, typing, state, reload, open, error. Returns a function that
 *  stops listening. */
export function listen(customer, handlers) {
  const source = new EventSource(`/_sim/events?customer=${encodeURIComponent(customer?.id ?? "")}`);
  for (const kind of ["message", "typing", "state", "reload"]) {
    source.addEventListener(kind, (event) => handlers[kind](JSON.parse(event.data)));
  }
  source.onopen = handlers.open;
  source.onerror = handlers.error;
  return () => source.close();
}
