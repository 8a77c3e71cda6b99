// Seals the frames of a call that leave this browser and opens those that come, between codec and network: RFC 9605 with
// AES_256_GCM_SHA512_128, keys as in its section 5.2. Knows keys, and whose frames may come on which line; not what a call is.

const SUITE = 5;
const TAG_BITS = 128;
// An epoch's key serves for opening at once, for sealing when the others had time to hear of the epoch, too; and those before it for opening
// until the others seal with it.
const SEAL_AFTER_MS = 1000;
const OPEN_OLD_MS = 6000;
const SEEN_MAX = 1024;
const CONTEXTS_MAX = 8;

// Fresh for each call: no key id is ever used by two of them.
const context = crypto.getRandomValues(new Uint8Array(5));
let epochs = []; // in the order of their coming: { name, epoch, base (a CryptoKey for HKDF), leaves (device → leaf), mine }
const opening = new Map(); // key id and epoch → promise of { key, salt }
const lines = new Map(); // media line → device whose frames may come on it
const seen = new Map(); // epoch and key id → counters that came, on whatever line
const announced = new Set();
let sealing = null; // { kid, key, salt, counter }
let held = true;
let holds = 0;

self.onmessage = ({ data }) => {
  if (data.keys) void takeKeys(data.keys);
  if (data.hold) {
    held = true;
    holds += 1;
  }
  if (data.begin) {
    lines.clear();
    announced.clear();
  }
  if (data.lines) {
    const before = new Map(lines);
    lines.clear();
    for (const [mid, device] of data.lines) {
      lines.set(mid, device);
      if (before.get(mid) !== device) announced.delete(mid);
    }
  }
};

self.onrtctransform = ({ transformer }) => {
  const { readable, writable, options } = transformer;
  const change = options.mid === undefined ? seal : (frame) => open(frame, options);
  const pass = async (frame, controller) => {
    const changed = await change(frame, options.kind);
    if (!changed) return;
    frame.data = changed;
    controller.enqueue(frame);
  };
  // A line that ends takes its stream along.
  readable.pipeThrough(new TransformStream({ transform: pass })).pipeTo(writable).catch(() => {});
};

// An epoch comes once: its own counter never begins anew.
async function takeKeys({ generation, epoch, base, leaf, leaves }) {
  const before = holds;
  const name = `${generation}/${epoch}`;
  let taken = epochs.find((known) => known.name === name);
  if (!taken) {
    taken = { name, epoch, leaves: new Map(leaves), base: null, mine: null };
    epochs.push(taken);
    taken.ready = prepare(taken, base, keyId(leaf, epoch));
  }
  await taken.ready;
  // What was held must not be sealed for those of before, not even for a moment.
  if (held || !sealing) begin(taken);
  else setTimeout(begin, SEAL_AFTER_MS, taken);
  if (holds === before) held = false;
}

async function prepare(taken, base, kid) {
  taken.base = await crypto.subtle.importKey("raw", base, "HKDF", false, ["deriveKey", "deriveBits"]);
  taken.mine = { kid, counter: 0, ...(await derive(taken.base, kid)) };
}

// Unless a later one has begun.
function begin(next) {
  const at = epochs.indexOf(next);
  if (at < 0 || !next.mine || at < epochs.findIndex(({ mine }) => mine === sealing)) return;
  sealing = next.mine;
  setTimeout(() => { epochs = epochs.slice(Math.max(epochs.indexOf(next), 0)); }, OPEN_OLD_MS);
}

// 40 bits of context, 16 of the leaf, 8 of the epoch.
function keyId(leaf, epoch) {
  const kid = new Uint8Array(8);
  kid.set(context);
  kid[5] = leaf >> 8;
  kid[6] = leaf & 255;
  kid[7] = epoch % 256;
  return kid;
}

async function derive(base, kid) {
  const info = (label) => new Uint8Array([...new TextEncoder().encode(`SFrame 1.0 Secret ${label} `), ...kid, 0, SUITE]);
  const hkdf = (label) => ({ name: "HKDF", hash: "SHA-512", salt: new Uint8Array(), info: info(label) });
  const key = await crypto.subtle.deriveKey(hkdf("key"), base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return { key, salt: new Uint8Array(await crypto.subtle.deriveBits(hkdf("salt"), base, 96)) };
}

function algorithm({ salt }, counter, additionalData) {
  const iv = Uint8Array.from(salt);
  for (let at = 11, rest = counter; rest > 0; at -= 1, rest = Math.floor(rest / 256)) iv[at] ^= rest % 256;
  return { name: "AES-GCM", iv, additionalData, tagLength: TAG_BITS };
}

// What the forwarding unit has to read of VP8; one byte of Opus.
function clearLength(bytes, kind) {
  if (kind === "audio") return 1;
  return bytes[0] & 1 ? 3 : 10;
}

async function seal(frame, kind) {
  if (!sealing || held) return null;
  const bytes = new Uint8Array(frame.data);
  const clear = bytes.subarray(0, clearLength(bytes, kind));
  const counter = sealing.counter;
  sealing.counter += 1;
  const number = [];
  for (let rest = counter; rest > 0 || number.length === 0; rest = Math.floor(rest / 256)) number.unshift(rest % 256);
  // Both the key id and the counter stand in bytes of their own.
  const header = Uint8Array.of(0x80 | (7 << 4) | 8 | (number.length - 1), ...sealing.kid, ...number);
  const input = algorithm(sealing, counter, joined(header, clear));
  const sealed = await crypto.subtle.encrypt(input, sealing.key, bytes.subarray(clear.length));
  return joined(joined(clear, header), new Uint8Array(sealed)).buffer;
}

async function open(frame, { mid, kind }) {
  const bytes = new Uint8Array(frame.data);
  const at = clearLength(bytes, kind);
  const config = bytes[at];
  const length = 9 + (config & 7) + 1;
  // Nothing else is ever sealed here: a full key id, and a counter of at most six bytes.
  if ((config & 0xf8) !== 0xf8 || length > 15 || bytes.length < at + length + TAG_BITS / 8) return null;
  const kid = bytes.slice(at + 1, at + 9);
  const device = lines.get(mid);
  const counter = bytes.subarray(at + 9, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
  if (device === undefined) return null;
  const bound = joined(bytes.subarray(at, at + length), bytes.subarray(0, at));
  for (const { name, epoch, base, leaves } of epochs) {
    // Whose line it is says the server: only what that device's leaf of the epoch has sealed is theirs.
    if (!base || epoch % 256 !== kid[7] || leaves.get(device) !== kid[5] * 256 + kid[6]) continue;
    const which = `${name} ${kid}`;
    if (wasSeen(which, counter)) return null;
    if (!opening.has(which)) {
      if (opening.size > SEEN_MAX) opening.clear();
      opening.set(which, derive(base, kid));
    }
    const keys = await opening.get(which);
    try {
      const opened = await crypto.subtle.decrypt(algorithm(keys, counter, bound), keys.key, bytes.subarray(at + length));
      // The same may have come on another line meanwhile.
      if (wasSeen(which, counter)) return null;
      see(which, counter);
      if (!announced.has(mid)) {
        announced.add(mid);
        self.postMessage({ opened: mid });
      }
      return joined(bytes.subarray(0, at), new Uint8Array(opened)).buffer;
    } catch {
      // Not sealed by this epoch's members, or changed on its way: never shown.
    }
  }
  return null;
}

// A frame comes once: who forwards it could repeat it otherwise.
function wasSeen(which, counter) {
  const { floor, counters } = seen.get(which) ?? { floor: -1, counters: new Set() };
  return counter <= floor || counters.has(counter);
}

function see(which, counter) {
  const kept = seen.get(which) ?? { floor: -1, counters: new Set() };
  kept.counters.add(counter);
  if (kept.counters.size > SEEN_MAX) {
    const sorted = [...kept.counters].sort((a, b) => a - b);
    kept.floor = sorted[SEEN_MAX / 2];
    kept.counters = new Set(sorted.slice(SEEN_MAX / 2 + 1));
  }
  if (!seen.has(which)) forgetContexts(which);
  seen.set(which, kept);
}

// Whoever has many contexts forgets their own first ones, and nobody else's.
function forgetContexts(which) {
  const leaf = (known) => known.split(",").slice(5).join();
  const others = [...seen.keys()].filter((known) => leaf(known) === leaf(which));
  if (others.length >= CONTEXTS_MAX) seen.delete(others[0]);
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
