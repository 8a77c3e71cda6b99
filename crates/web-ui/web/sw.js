// Keeps the program itself for use without a network. It never sees a message, a key or an answer of the server's API.
const CACHE = "heliograph-{{bundle:version}}";
const FILES = {{bundle:precache}};
// What is no first screen.
const PARTS = {{bundle:parts}};

self.addEventListener("install", (event) => {
  // A first visit leaves the line to what its page waits for, which says when the rest may come. A newer version comes whole.
  const files = self.registration.active ? [...FILES, ...PARTS] : FILES;
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("heliograph-") && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  if (event.data === "take-over") self.skipWaiting();
  if (event.data === "keep-all") event.waitUntil(keepParts());
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    const phone = url.pathname === "/phone" || url.pathname.startsWith("/phone/");
    if (!phone && url.pathname !== "/") return;
    event.respondWith(fromCache(phone ? "/phone.html" : "/index.html", request));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(fromCache(url.pathname, request));
  }
});

async function keepParts() {
  const cache = await caches.open(CACHE);
  const kept = await Promise.all(PARTS.map((part) => cache.match(part)));
  await cache.addAll(PARTS.filter((_, at) => !kept[at]));
}

async function fromCache(key, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(key)) || fetch(request);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: "window" });
    if (pages.length > 0) await pages[0].focus();
  })());
});
