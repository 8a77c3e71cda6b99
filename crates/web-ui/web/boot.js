// Starts the worker and the pages. Checks first, in plain words, what this browser cannot do.
import init, { start } from "{{asset:web_ui.js}}";

const role = location.pathname === "/phone" || location.pathname.startsWith("/phone/") ? "phone" : "companion";
document.documentElement.dataset.role = role;

// In plain elements: the pages are not here, or cannot run.
function say(reason, title, text, link) {
  const boot = document.getElementById("boot");
  if (!boot) return;
  boot.dataset.testid = "boot-message";
  boot.dataset.reason = reason;
  boot.querySelector(".boot-name").textContent = title;
  document.getElementById("boot-text").textContent = text;
  const action = document.createElement(link ? "a" : "button");
  action.className = "button";
  action.dataset.testid = "boot-action";
  action.textContent = link ? `Open ${link}` : "Try again";
  if (link) action.href = link;
  else action.addEventListener("click", () => location.reload());
  boot.append(action);
}

async function obstacle() {
  if (!window.isSecureContext) {
    return [
      "insecure",
      "This page needs HTTPS",
      "Browsers keep encryption and storage to secure pages. Open the https:// address that the server printed when it started; on the server's own machine http://localhost works too.",
      // Where a server listens that nobody told otherwise.
      `https://${location.hostname}:8471${location.pathname}`,
    ];
  }
  const missing = [];
  if (typeof WebAssembly !== "object") missing.push("WebAssembly");
  if (typeof Worker !== "function") missing.push("Worker");
  if (!navigator.locks) missing.push("Web Locks");
  if (typeof WebSocket !== "function") missing.push("WebSocket");
  if (missing.length > 0) {
    return ["old-browser", "This browser is too old", `It lacks ${missing.join(", ")}. Please update it, or use a current Chrome, Edge, Firefox or Safari.`];
  }
  try {
    await navigator.storage.getDirectory();
  } catch {
    return ["no-storage", "No storage for messages here", "Heliograph keeps your messages on this device, in storage that private windows, blocked site data and some old browsers do not give. Open this page in an ordinary window, and allow it to keep data."];
  }
  return null;
}

const trouble = await obstacle();
if (trouble) {
  say(...trouble);
} else {
  // The worker loads while the pages do; what it says meanwhile is kept.
  const worker = new Worker("{{asset:worker.js}}", { type: "module", name: `heliograph-${role}` });
  const backlog = [];
  worker.onmessage = (event) => backlog.push(event.data);
  worker.onerror = (event) => backlog.push(`The worker did not start: ${event.message || "it could not be loaded"}`);
  worker.postMessage({ role, origin: location.origin });
  try {
    await init({ module_or_path: "{{asset:web_ui_bg.wasm}}" });
    document.getElementById("boot").remove();
    start(worker, role, backlog);
  } catch (error) {
    console.error(error);
    say("not-started", "Heliograph did not start", "Reload the page. If that does not help, the server may have been updated: clear this page's cache. Your messages are kept.");
  }
}
