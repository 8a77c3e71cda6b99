// Keeps the program itself for use without a network, and notifies of messages while no page of ours is open. It has no database and
// never asks the server's API: what it may know of chats, keys of previews above all, a page's worker has put into a book (`worker.js`).
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
  // A page asks whether this version gives streams.
  if (event.data === "streams?") event.ports[0]?.postMessage(true);
  if (event.data === "keep-all") event.waitUntil(keepParts());
  if (event.data?.words) event.waitUntil(keepWords(event.data.words));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith(STREAMS)) return event.respondWith(streamed(event, url.pathname.slice(STREAMS.length)));
  if (request.mode === "navigate") {
    const phone = url.pathname === "/phone" || url.pathname.startsWith("/phone/");
    if (!phone && url.pathname !== "/") return;
    event.respondWith(fromCache(phone ? "/phone.html" : "/index.html", request));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(fromCache(url.pathname, request));
  }
});

// Files of messages, given piece by piece to a player, or to whoever saves them. Nothing of them is kept here: a page that is open knows
// what an address stands for, and its worker opens what is asked for.
const STREAMS = "/stream/";
// No more than one piece waits for a player that wants no more now.
const PIECE_LEN = 256 * 1024;
const PAGE_WAIT_MS = 10000;

async function streamed(event, token) {
  const saves = event.request.mode === "navigate";
  // What is played belongs to the page that plays it. What is saved is asked for by the browser: an address lets it be asked for once.
  const pages = saves ? await openPages() : [await self.clients.get(event.clientId)];
  const asked = { stream: token, range: event.request.headers.get("range"), saves };
  for (const page of pages.filter((page) => page && ["/", "/phone"].includes(pathOf(page)))) {
    const { port, answer } = await askPage(page, asked);
    if (!answer) continue;
    const { status, headers, from, to } = answer;
    if (from >= to) return new Response(null, { status, headers });
    const [body, ended] = bodyOf(port, from, to);
    // Else the browser ends this service worker in the midst of a long file.
    event.waitUntil(ended);
    return new Response(body, { status, headers });
  }
  // A page that is to be left for it would stay: with a body it would be shown in its place.
  return new Response(null, { status: saves ? 204 : 404 });
}

function askPage(page, asked) {
  const { port1: port, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({}), PAGE_WAIT_MS);
    port.onmessage = ({ data }) => {
      clearTimeout(timer);
      resolve({ port, answer: data });
    };
    page.postMessage(asked, [port2]);
  });
}

// A stream of what comes over the port, and a promise of its end.
function bodyOf(port, from, to) {
  let [at, end] = [from, null];
  const ended = new Promise((resolve) => (end = resolve));
  const over = () => {
    port.postMessage("over");
    port.close();
    end();
  };
  const pull = (controller) => new Promise((resolve) => {
    port.onmessage = ({ data }) => {
      if (data?.length > 0 && at + data.length <= to) {
        controller.enqueue(data);
        at += data.length;
        if (at === to) {
          controller.close();
          over();
        }
      } else {
        controller.error(new Error("the file does not come"));
        over();
      }
      resolve();
    };
    port.postMessage({ from: at, len: Math.min(PIECE_LEN, to - at) });
  });
  return [new ReadableStream({ pull, cancel: over }, { highWaterMark: 1 }), ended];
}

async function keepParts() {
  const cache = await caches.open(CACHE);
  const kept = await Promise.all(PARTS.map((part) => cache.match(part)));
  await cache.addAll(PARTS.filter((_, at) => !kept[at]));
}

async function fromCache(key, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(key)) || fetch(request);
}

// Words of notifications, where no page has given others yet. Numbers are counted as in `tag`, "#" stands for them.
const WORDS = {
  tag: "en",
  app: "Heliograph",
  message: "New message",
  messages: { other: "# new messages" },
  call: "Incoming call",
  files: { 2: "Photo", 3: "Video", 4: "Audio", 5: "Voice message", 6: "Document" },
};
// A cache of no version: what a page said counts for the next version, too.
const WORDS_IN = "words-of-notifications";
const WORDS_AT = "/words-of-notifications";
let words = WORDS;

// In the language of the pages, which say them whenever they begin.
async function keepWords(told) {
  if (!areWords(told)) return;
  const cache = await caches.open(WORDS_IN);
  await cache.put(WORDS_AT, new Response(JSON.stringify(told)));
}

// Those of another version may be others.
function areWords(told) {
  const plain = ["tag", "app", "message", "call"].every((name) => typeof told[name] === "string");
  return plain && typeof told.messages?.other === "string" && typeof told.files === "object" && told.files !== null;
}

async function readWords() {
  try {
    const kept = await (await caches.open(WORDS_IN)).match(WORDS_AT);
    const told = kept && (await kept.json());
    return told && areWords(told) ? told : WORDS;
  } catch {
    return WORDS;
  }
}

function messagesOf(count) {
  const form = new Intl.PluralRules(words.tag).select(count);
  return (words.messages[form] ?? words.messages.other).replace("#", count);
}
const PURPOSE = new TextEncoder().encode("heliograph preview v1\0");
// As `e2ee::preview` makes them.
const PREVIEW_LEN = 297;
// Previews that are remembered to have been shown: none is shown twice, whoever sends it again.
const SHOWN_MAX = 256;

// One at a time, pages included: while one notification is being shown, Chromium takes it for gone where somebody asks which ones stand.
// A page may hold the lock that has been put to sleep: nobody waits for it longer than this.
const LOCK_WAIT_MS = 2000;

function alone(deed) {
  let begun = false;
  const held = () => {
    begun = true;
    return deed();
  };
  const signal = AbortSignal.timeout(LOCK_WAIT_MS);
  return navigator.locks.request("heliograph-notifications", { signal }, held).catch((error) => {
    if (begun) throw error;
    return deed();
  });
}

self.addEventListener("push", (event) => event.waitUntil(alone(() => pushed(event.data))));

async function pushed(data) {
  const book = await readBook();
  words = await readWords();
  try {
    await notify(book, noticesOf(data));
  } finally {
    book.close?.();
  }
}

async function notify(book, notices) {
  if (book.isOff) {
    // This browser is nobody's any more, or nobody wants to be notified here.
    const subscription = await self.registration.pushManager.getSubscription();
    await subscription?.unsubscribe();
    return;
  }
  // The page tells it itself.
  if ((await openPages()).some((page) => page.visibilityState === "visible")) return;
  let shown = 0;
  // Without settings the book could not be read: nothing is known of what may be shown.
  for (const notice of book.settings ? notices : []) {
    try {
      await tell(book, notice);
      shown += 1;
    } catch (error) {
      console.warn("a notice could not be shown:", error.name);
    }
  }
  // A push without a notification costs the leave to notify.
  if (shown === 0) await show({ title: words.app, body: words.message, tag: "heliograph", data: { count: 1 } });
  await showBadge();
}

// Others of this site, as that of the server's authority, tell of no message.
async function openPages() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.filter((page) => ["/", "/phone"].includes(pathOf(page)));
}

function pathOf(page) {
  return new URL(page.url).pathname;
}

function noticesOf(data) {
  try {
    const told = data.json();
    return told.v === 1 && Array.isArray(told.notices) ? told.notices.filter((notice) => typeof notice.chat === "string") : [];
  } catch {
    return [];
  }
}

async function tell(book, notice) {
  const chat = hex(bytes(notice.chat));
  const entry = await book.chat(chat);
  const blocked = entry !== undefined && entry.blocked === true;
  const muted = blocked || (entry !== undefined && entry.muted > Date.now());
  const before = await self.registration.getNotifications({ tag: chat });
  const count = before.reduce((sum, one) => sum + (one.data?.count ?? 0), 0) + 1;
  const shows = book.settings.previews;
  const preview = entry && shows === "text" && !notice.urgent && !blocked ? await opened(book, entry, notice) : null;
  const title = entry && shows !== "nothing" && !blocked ? entry.title : words.app;
  const body = notice.urgent && !blocked ? words.call : textOf(entry, notice, preview, count);
  await show({ title, body, tag: chat, renotify: !muted, silent: muted, data: { chat, count, page: book.settings.page } });
  // Browsers want one to be shown; that it goes at once is as quiet as they let it be. A call stays, without a sound.
  // Nobody hears of a call from whom they block.
  if (muted && (!notice.urgent || blocked)) for (const one of await self.registration.getNotifications({ tag: chat })) one.close();
}

function textOf(entry, notice, preview, count) {
  if (preview === null) return count > 1 ? messagesOf(count) : words.message;
  const text = preview.text || words.files[preview.kind] || words.message;
  const writer = entry.people[hex(bytes(notice.account))];
  return writer ? `${writer}: ${text}` : text;
}

function show({ title, ...options }) {
  return self.registration.showNotification(title, options);
}

// What `e2ee::preview::open_preview` does. Null where it does not open, or may not be shown: the key came while no page was open, or
// somebody lies. What another device of one's own sealed would open, too, so that it counts who may have written.
async function opened(book, entry, notice) {
  try {
    if (!Object.hasOwn(entry.people, hex(bytes(notice.account)))) return null;
    const hint = bytes(notice.hint);
    if (hint.length !== PREVIEW_LEN || hint[0] !== 1) return null;
    const [id, message, sealed] = [hex(hint.subarray(1, 9)), hint.subarray(9, 25), hint.subarray(25)];
    const known = entry.keys.find((key) => key.id === id);
    if (!known) return null;
    const derivation = { name: "HKDF", hash: "SHA-256", salt: message, info: PURPOSE };
    const key = await crypto.subtle.deriveKey(derivation, known.key, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    const device = new Uint8Array(4);
    new DataView(device.buffer).setUint32(0, notice.device);
    const additionalData = new Uint8Array([...PURPOSE, ...bytes(notice.chat), ...bytes(notice.account), ...device, ...message]);
    const padded = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData }, key, sealed));
    if (!(await book.isFirst(hex(message)))) return null;
    const len = padded[1] * 256 + padded[2];
    return { kind: padded[0], text: new TextDecoder().decode(padded.subarray(3, 3 + len)) };
  } catch {
    return null;
  }
}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function hex(some) {
  return Array.from(some, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The book, as `worker.js` writes it. Without settings where it cannot be read now; `isOff` where there is none, or nothing in it.
async function readBook() {
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  let isNew = false;
  let database;
  try {
    const opening = indexedDB.open("heliograph-push", 1);
    // Nobody has written one yet.
    opening.onupgradeneeded = () => {
      isNew = true;
      opening.transaction.abort();
    };
    database = await settled(opening);
    const read = (store, key) => settled(database.transaction(store).objectStore(store).get(key));
    const settings = await read("settings", "now");
    return { settings, isOff: !settings, chat: (chat) => read("chats", chat), isFirst: (id) => isFirst(database, id), close: () => database.close() };
  } catch {
    database?.close();
    return { isOff: isNew };
  }
}

// Remembers that a preview is shown; false where it was before.
function isFirst(database, id) {
  return new Promise((resolve, reject) => {
    const change = database.transaction("settings", "readwrite");
    const settings = change.objectStore("settings");
    let first = false;
    settings.get("shown").onsuccess = (event) => {
      const shown = event.target.result ?? [];
      first = !shown.includes(id);
      if (first) settings.put([...shown, id].slice(-SHOWN_MAX), "shown");
    };
    change.oncomplete = () => resolve(first);
    change.onabort = () => reject(change.error);
  });
}

async function showBadge() {
  const all = await self.registration.getNotifications();
  const count = all.reduce((sum, one) => sum + (one.data?.count ?? 0), 0);
  await (count > 0 ? self.navigator.setAppBadge?.(count) : self.navigator.clearAppBadge?.());
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { chat, page } = event.notification.data ?? {};
  event.waitUntil((async () => {
    // At once: a browser lets a window be opened for a short time after the click only.
    const open = (await openPages()).find((one) => !page || pathOf(one) === page);
    if (!open) await self.clients.openWindow(chat ? `${page}#chat=${chat}` : "/");
    await open?.focus();
    if (chat) open?.postMessage({ open: chat });
    await alone(showBadge);
  })());
});

// The push service has given out another address. The server hears of it from the next page that is open: only a page can prove who it is.
self.addEventListener("pushsubscriptionchange", (event) => {
  const options = event.oldSubscription?.options;
  if (options && !event.newSubscription) event.waitUntil(self.registration.pushManager.subscribe(options));
});
