/* Allows this browser to show notes, or takes it back: <div data-push="the server's public key"> with a button [data-push-on] and
   one [data-push-off], and an element [data-push-state] for words that stand in its attributes (data-on, data-off, data-denied,
   data-failed). Without the means for it the element stays hidden. */

const WORKER = "/inbox/sw.js";

for (const place of document.querySelectorAll("[data-push]")) {
    if (place.dataset.push && "serviceWorker" in navigator && "PushManager" in window) setUp(place);
}

async function setUp(place) {
    const state = place.querySelector("[data-push-state]");
    const [on, off] = ["on", "off"].map((name) => place.querySelector(`[data-push-${name}]`));
    const registration = await navigator.serviceWorker.register(WORKER, { scope: "/inbox/" });

    async function show(word) {
        const subscription = await registration.pushManager.getSubscription();
        const now = word ?? (Notification.permission === "denied" ? "denied" : subscription ? "on" : "off");
        state.textContent = state.dataset[now] ?? "";
        on.hidden = Boolean(subscription);
        off.hidden = !subscription;
        place.hidden = false;
    }

    async function attempt(act) {
        on.disabled = off.disabled = true;
        try {
            await act();
            await show();
        } catch {
            await show(Notification.permission === "denied" ? "denied" : "failed");
        } finally {
            on.disabled = off.disabled = false;
        }
    }

    on.addEventListener("click", () => attempt(() => subscribe(registration, place.dataset.push)));
    off.addEventListener("click", () => attempt(() => unsubscribe(registration)));
    await show();
}

async function subscribe(registration, key) {
    const applicationServerKey = bytes(key);
    await navigator.serviceWorker.ready;
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
    const { endpoint, keys } = subscription.toJSON();
    try {
        await post("/inbox/push/subscribe", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
    } catch (error) {
        await subscription.unsubscribe();
        throw error;
    }
}

async function unsubscribe(registration) {
    const subscription = await registration.pushManager.getSubscription();
    if (!subscription) return;
    await post("/inbox/push/unsubscribe", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
}

async function post(address, fields) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: token });
    const answer = await fetch(address, { method: "POST", body });
    if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`);
}

function bytes(text) {
    const padded = text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
    return Uint8Array.from(atob(padded), (character) => character.charCodeAt(0));
}
