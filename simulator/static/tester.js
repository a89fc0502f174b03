// The panel for the tester: what the product answered, and which faults are on.

import * as api from "./api.js";
import { $, clock, el } from "./dom.js";

const GRAPH = {
  normal: ["As usual", {}],
  http_429: ["429, not sent", { mode: "http_429" }],
  http_502: ["502 with HTML, not sent", { mode: "http_502" }],
  broken_json: ["200 with broken JSON, sent", { mode: "broken_json" }],
  trickle: ["One byte a second, sent", { mode: "trickle" }],
  reset: ["Half, then a reset, sent", { mode: "reset" }],
  half_open: ["Half-open, not sent", { mode: "half_open", only: "all" }],
  no_status: ["200, never a status", { mode: "no_status" }],
  late_status: ["200, statuses after 5 s", { mode: "late_status" }],
  http_500: ["500, not sent", { mode: "http_500" }],
  timeout_before: ["Nothing, not sent", { mode: "timeout_before" }],
  timeout_after: ["Nothing, but sent", { mode: "timeout_after" }],
  slow: ["After 3 seconds", { delay_ms: 3000 }],
  131047: ["131047, window closed", { mode: "error", code: 131047 }],
  131056: ["131056, too fast for one customer", { mode: "error", code: 131056 }],
  190: ["190, token dead", { mode: "error", code: 190, only: "all" }],
  131026: ["200, then failed with 131026", { mode: "failed", code: 131026 }],
};

const ABOUT = { statuses: "a status", message_echoes: "an echo", message_template_status_update: "a template's status" };

export async function setUpTester() {
  $("fault-graph").append(...Object.entries(GRAPH).map(([value, [text]]) => el("option", { value, text })));
  $("fault-graph").addEventListener("change", () => put({ graph: GRAPH[$("fault-graph").value]?.[1] ?? {} }));
  for (const name of ["duplicate", "reorder"]) {
    $(`fault-${name}`).addEventListener("change", async () => {
      const { webhook } = await api.faults();
      await put({ webhook: { ...webhook, [name]: $(`fault-${name}`).checked } });
    });
  }
  drawFaults(await api.faults());
}

export async function drawState(state, redrawFaults) {
  const last = state.last_webhook;
  const good = last?.status === 200;
  $("system-state").dataset.state = last ? (good ? "good" : "bad") : "none";
  $("system-text").textContent = last ? outcome(last) : "No webhook sent yet";
  $("system-url").textContent = state.webhook_url;
  const { ok, pending, retried, dropped } = state.webhooks;
  const counts = { Taken: ok, Waiting: pending, Retries: retried, "Given up": dropped };
  $("counts").replaceChildren(...Object.entries(counts).map(([name, value]) =>
    el("div", {}, el("dt", { text: name }),
      el("dd", { text: value.toLocaleString(), class: name === "Given up" && value ? "bad" : "" }))));
  const call = state.last_call;
  const answer = call?.status === 0 ? "no answer" : (call?.status ?? "…");
  $("calls").textContent = call ? `${state.calls.toLocaleString()} so far. Last: ${call.method} ${call.path.split("/").at(-1)}, ${answer}.` : "None yet";
  const on = state.faults_on.join("; ");
  if (on !== drawState.on && redrawFaults) drawFaults(await api.faults());
  drawState.on = on;
}

/** The way of the newest message to the customer: accepted, sent, delivered, read; or failed. */
export function drawSteps(messages) {
  const last = messages.findLast((message) => message.direction === "outbound");
  if (!last) {
    $("steps").replaceChildren(el("li", { class: "hint", text: "None yet" }));
    return;
  }
  const reached = [{ status: "accepted", at: last.at }, ...last.statuses];
  const steps = reached.map(({ status, at }) =>
    el("li", { class: status === "failed" ? "bad" : "" },
      el("span", { text: status === "failed" && last.error ? `failed: ${last.error.code} ${last.error.title}` : status }),
      el("time", { text: withSeconds(at) })));
  $("steps").replaceChildren(...steps);
}

function outcome({ status, ms, error, about, at }) {
  const what = ABOUT[about] ?? "a message";
  if (status === 200) return `Took ${what} in ${ms} ms, ${clock(at)}`;
  if (status) return `Answered ${status} to ${what}, ${clock(at)}`;
  return `Did not take ${what}: ${error}, ${clock(at)}`;
}

const withSeconds = (at) => new Date(at * 1000).toLocaleTimeString([], { hour12: false });

async function put(sections) {
  drawFaults(await api.putFaults(sections));
}

function drawFaults(faults) {
  const { graph, webhook, on } = faults;
  const key = Object.keys(GRAPH).find((name) => same(GRAPH[name][1], graph)) ?? "other";
  const select = $("fault-graph");
  select.querySelector("[value=other]")?.remove();
  if (key === "other") select.append(el("option", { value: "other", text: `${graph.mode}, set by hand` }));
  select.value = key;
  $("fault-duplicate").checked = webhook.duplicate;
  $("fault-reorder").checked = webhook.reorder;
  $("faults-on").textContent = on.length ? `On: ${on.join("; ")}` : "All off. More with PUT /_sim/faults.";
}

function same(wanted, graph) {
  const start = { mode: "none", delay_ms: 0, only: "sends", times: null, customer: null };
  const full = { ...start, ...wanted };
  return Object.keys(full).every((name) => full[name] === graph[name]);
}
