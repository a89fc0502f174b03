// What the modules of the inbox share.
export const byId = (id) => document.getElementById(id);
export const chat = () => byId("chat-in");
export const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
export const words = (name) => byId("words")?.dataset[name] ?? "";

export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

// A form's post, or an address's fragment, as a document. Throws Refused with the server's sentence.
export class Refused extends Error {
  constructor(message, code = "", found = null) {
    super(message);
    this.code = code;
    this.found = found; // the whole answer
  }
}

export async function ask(address, { part, body, patience = 20_000 } = {}) {
  let answer;
  try {
    answer = await fetch(address, {
      method: body ? "POST" : "GET",
      headers: {
        Accept: "text/html",
        "X-CSRFToken": token(),
        ...(part ? { "X-Part": part, "HX-Request": "true" } : {}),
      },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new Refused(words("tooLate"), "no_answer");
  }
  const found = answer.status === 204 ? null : parse(await answer.text());
  if (!answer.ok) {
    const told = found?.getElementById("refused");
    throw new Refused(told?.textContent.trim() || `${answer.status}`, told?.dataset.code, found);
  }
  return found;
}

// Replace an element and leave the focus where it was.
export function swap(old, fresh) {
  if (!old || !fresh || old.isEqualNode(fresh)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  if (!focused) return;
  const others = [...fresh.querySelectorAll("button"), ...fresh.querySelectorAll("a[href]")];
  const again = byId(focused) ?? others.find((one) => one.checkVisibility()) ?? byId("scroll");
  again?.focus({ preventScroll: true });
}
