// Starts the client in this worker. What the page says before the wasm is up is kept.
import init, { start } from "{{asset:web_worker.js}}";

const backlog = [];
self.onmessage = (event) => backlog.push(event.data);

try {
  await init({ module_or_path: "{{asset:web_worker_bg.wasm}}" });
  start(backlog);
} catch (error) {
  console.error(error);
  self.postMessage(`The program could not be loaded. Reload the page; your messages are kept. (${error})`);
}
