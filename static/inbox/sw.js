/* Shows that a customer waits, and leads to the conversation. It keeps no page and no word of anybody's. */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
    const note = event.data?.json() ?? {};
    const options = { tag: note.tag, data: { url: note.url }, renotify: Boolean(note.tag) };
    event.waitUntil(self.registration.showNotification(note.title ?? "WhatsApp Automation", options));
});

self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data?.url ?? "/inbox/"));
});

async function open(path) {
    const address = new URL(path, self.location.origin);
    if (address.origin !== self.location.origin) return;
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const inbox = windows.find((client) => new URL(client.url).pathname.startsWith("/inbox/"));
    if (!inbox) {
        await self.clients.openWindow(address);
        return;
    }
    await inbox.focus();
    if (inbox.url !== address.href) await inbox.navigate(address).catch(() => self.clients.openWindow(address));
}
