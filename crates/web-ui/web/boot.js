// Starts the worker and the pages, in the language that is wanted. Checks first, in plain words, what this browser cannot do.
import init, { start } from "{{asset:web_ui.js}}";

// As `language::LANGUAGES` has them.
const LANGUAGES = {
  en: "{{asset:languages/en.ftl}}",
  de: "{{asset:languages/de.ftl}}",
  es: "{{asset:languages/es.ftl}}",
  pt: "{{asset:languages/pt.ftl}}",
  ar: "{{asset:languages/ar.ftl}}",
};
const RIGHT_TO_LEFT = ["ar"];

const role = location.pathname === "/phone" || location.pathname.startsWith("/phone/") ? "phone" : "companion";
document.documentElement.dataset.role = role;

// Systems without a language of their own give browsers tags that these do not take themselves ("en-US@posix"). What a tag wishes besides language
// and region has another place.
function sound(tag) {
  try {
    return new Intl.Locale(tag).baseName;
  } catch {
    return null;
  }
}

// The language that was chosen in the settings (`page::remember`), or the first of the browser's that there is; and how its readers write dates,
// which depends on where they live.
function wanted() {
  let chosen = null;
  try {
    chosen = localStorage.getItem("language");
  } catch {
    // Nothing is kept here.
  }
  const languageOf = (tag) => tag.split("-")[0];
  const tags = navigator.languages.map(sound).filter((tag) => tag !== null);
  const known = tags.filter((tag) => Object.hasOwn(LANGUAGES, languageOf(tag)));
  const language = chosen && Object.hasOwn(LANGUAGES, chosen) ? chosen : known.length > 0 ? languageOf(known[0]) : "en";
  return { language, tag: known.find((tag) => languageOf(tag) === language) ?? regional(language, tags[0]) };
}

// A language as it is written where somebody lives who reads another one: no hours of America for a Finn who reads English.
function regional(language, tag) {
  const region = tag && new Intl.Locale(tag).maximize().region;
  return region ? `${language}-${region}` : language;
}

async function read(language) {
  const answer = await fetch(LANGUAGES[language]);
  if (!answer.ok) throw new Error(`the words of ${language} are not there`);
  return { language, text: await answer.text() };
}

// What was not fetched is as good as not there: English is kept with the program.
async function readWords({ language, tag }) {
  const { language: found, text } = await read(language).catch(() => read("en"));
  const root = document.documentElement;
  root.lang = found;
  root.dir = RIGHT_TO_LEFT.includes(found) ? "rtl" : "ltr";
  return { language: found, tag: found === language ? tag : found, text };
}

const reading = readWords(wanted());
// Said by whoever waits for it.
reading.catch(() => {});

// A message of one line without braces but those of `$link` and `$missing`; English where there are no words at all.
async function told(name, english, filled = "") {
  const { text } = await reading.catch(() => ({ text: "" }));
  const line = text.split("\n").find((line) => line.startsWith(`${name} = `));
  return (line?.slice(name.length + 3) ?? english).replace(/\{ \$\w+ \}/, () => filled);
}

// In plain elements: the pages are not here, or cannot run.
async function say(reason, title, text, link) {
  const boot = document.getElementById("boot");
  if (!boot) return;
  boot.dataset.testid = "boot-message";
  boot.dataset.reason = reason;
  boot.querySelector(".boot-name").textContent = title;
  document.getElementById("boot-text").textContent = text;
  const action = document.createElement(link ? "a" : "button");
  action.className = "button";
  action.dataset.testid = "boot-action";
  action.textContent = link ? await told("boot_open", "Open { $link }", link) : await told("try_again", "Try again");
  if (link) action.href = link;
  else action.addEventListener("click", () => location.reload());
  boot.append(action);
}

async function obstacle() {
  if (!window.isSecureContext) {
    return [
      "insecure",
      await told("unsupported_insecure_context_title", "This page needs HTTPS"),
      await told("boot_insecure", "Open the https:// address that the server printed when it started."),
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
    const title = await told("unsupported_old_browser_title", "This browser is too old");
    return ["old-browser", title, await told("boot_old_browser", "It lacks { $missing }.", missing.join(", "))];
  }
  try {
    await navigator.storage.getDirectory();
  } catch {
    const title = await told("unsupported_no_storage_title", "No storage for messages here");
    return ["no-storage", title, await told("unsupported_no_storage", "Open this page in an ordinary window, and allow it to keep data.")];
  }
  return null;
}

const trouble = await obstacle();
if (trouble) {
  await say(...trouble);
} else {
  // The worker loads while the pages do; what it says meanwhile is kept.
  const worker = new Worker("{{asset:worker.js}}", { type: "module", name: `heliograph-${role}` });
  const backlog = [];
  worker.onmessage = (event) => backlog.push(event.data);
  worker.onerror = (event) => backlog.push(`The worker did not start: ${event.message || "it could not be loaded"}`);
  worker.postMessage({ role, origin: location.origin });
  try {
    const [{ language, tag, text }] = await Promise.all([reading, init({ module_or_path: "{{asset:web_ui_bg.wasm}}" })]);
    start(worker, role, backlog, language, tag, text);
    // What is wrong until now is said in it.
    document.getElementById("boot").remove();
  } catch (error) {
    console.error(error);
    const title = await told("boot_not_started_title", "Heliograph did not start");
    await say("not-started", title, await told("boot_not_started", "Reload the page. Your messages are kept."));
  }
}
