// Starts the client in this worker. What the page says before the wasm is up is kept.
import init, { start } from "{{asset:web_worker.js}}";

// The book in which the service worker reads what it may know while no page is open: settings, and by chat title, mute, people and keys.
// Keys are kept so that nobody reads them out again, only uses them.
async function openBook() {
  const opening = indexedDB.open("heliograph-push", 1);
  opening.onupgradeneeded = () => ["settings", "chats"].forEach((name) => opening.result.createObjectStore(name));
  return new Promise((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function kept(chat) {
  const imported = ({ id, key }) => crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveKey"]).then((usable) => ({ id, key: usable }));
  return { ...chat, keys: await Promise.all(chat.keys.map(imported)) };
}

async function write(task) {
  const chats = await Promise.all((task.chats ?? []).map(kept));
  const book = await openBook();
  const change = book.transaction(["settings", "chats"], "readwrite");
  // Of a change of some chats the rest stays; else all chats are new, or nothing is left. Which previews were shown, the service worker
  // notes in the settings: that stays as long as there are any.
  if (!task.chats) change.objectStore("settings").clear();
  if (task.settings || !task.chats) change.objectStore("chats").clear();
  if (task.settings) change.objectStore("settings").put(task.settings, "now");
  for (const { chat, ...rest } of chats) change.objectStore("chats").put(rest, chat);
  await new Promise((resolve, reject) => {
    change.oncomplete = resolve;
    change.onabort = () => reject(change.error);
  });
  book.close();
}

let writing = Promise.resolve();
self.keepPushBook = (task) => {
  writing = writing.then(() => write(task)).catch((error) => console.warn("notifications will say less:", error.name));
};

const backlog = [];
self.onmessage = (event) => backlog.push(event.data);

try {
  await init({ module_or_path: "{{asset:web_worker_bg.wasm}}" });
  start(backlog);
} catch (error) {
  console.error(error);
  self.postMessage(`The program could not be loaded. Reload the page; your messages are kept. (${error})`);
}
