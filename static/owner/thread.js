// Keeps a thread fresh: [data-refresh] names the address of its fragment, whose root replaces the one that is shown.
const EVERY = 3000;
const NEAR = 80; // pixels from the end that still count as "reading the newest"

const box = document.querySelector("[data-thread]");
const chat = box?.closest("[data-answers]");

const toEnd = () => { box.scrollTop = box.scrollHeight; };
const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

async function refresh() {
  const answer = await fetch(box.dataset.refresh, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("thread");
  const shown = document.getElementById("thread");
  if (!fresh || fresh.isEqualNode(shown)) return;
  const follow = atEnd();
  shown.replaceWith(fresh);
  chat.dataset.answers = fresh.dataset.answers;
  chat.dataset.canWrite = fresh.dataset.canWrite;
  if (follow) toEnd();
}

// What is before somebody's eyes is read. The token is that of any form of the page.
async function tellSeen() {
  const { unread, last } = document.getElementById("thread").dataset;
  if (!box.dataset.seen || unread === "0" || !atEnd()) return;
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  await fetch(box.dataset.seen, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    body: new URLSearchParams({ up_to: last }),
    redirect: "error",
  });
}

async function look() {
  await refresh();
  await tellSeen();
}

async function watch() {
  if (document.visibilityState === "visible") {
    await look().catch((error) => console.warn("The thread could not be fetched:", error.message));
  }
  setTimeout(watch, EVERY);
}

if (box) {
  toEnd();
  document.fonts?.ready.then(toEnd);
}
if (box?.dataset.refresh) watch();
