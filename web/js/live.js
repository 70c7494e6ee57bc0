// Staying up to date. With changes: one tab leads, holds the stream and tells the others; where no stream comes, the feed is asked. With
// versions of the page: the service worker, renewed when nobody looks.
import { effect } from '../vendor/preact.js';
import { get, online, renew, root, signedOut } from './data/api.js';
import { leads, takeIn, token, who } from './data/copy.js';
import { t } from './text.js';
import { say } from './ui.js';

const PATIENCE = 20_000;
const POLL = 30_000;
const HIDDEN = 300_000;

/** @type {EventSource|null} */
let stream = null;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let poll;
/** @type {AbortController|null} */
let asked = null;
/** @type {(() => void)|null} */
let resign = null;
/** Which attempt to connect counts: the latest. */
let turn = 0;
/** Pages one after the other. @type {Promise<void>} */
let line = Promise.resolve();

/** @param {import('./data/types.js').Page} page */
function queue(page) {
  line = line.then(() => takeIn(page)).catch(() => {});
  return line;
}

/** Asks for everything since the copy's token. */
async function catchUp() {
  for (;;) {
    const since = token.peek();
    /** @type {import('./data/types.js').Page} */
    const page = await get(since ? `changes?since=${encodeURIComponent(since)}` : 'changes');
    await queue(page);
    if (!page.more) return;
  }
}

/** @param {number} ms */
function pollIn(ms) {
  clearTimeout(poll);
  poll = setTimeout(connect, ms);
}

async function connect() {
  close();
  if (!leads.peek() || signedOut.peek()) return;
  const mine = ++turn;
  try {
    await catchUp();
  } catch {
    return mine === turn ? pollIn(online.peek() ? 5000 : 3000) : undefined;
  }
  if (!leads.peek() || mine !== turn) return;
  const since = token.peek();
  const source = new EventSource(`${root}changes/stream${since ? `?since=${encodeURIComponent(since)}` : ''}`);
  stream = source;
  let open = false;
  const late = setTimeout(() => {
    // The answer is held back on its way: ask from time to time instead.
    if (!open) {
      source.close();
      pollIn(POLL);
    }
  }, PATIENCE);
  source.onopen = () => {
    open = true;
    online.value = true;
  };
  source.addEventListener('changes', (event) => {
    open = true;
    queue(JSON.parse(event.data));
  });
  source.addEventListener('end', () => {
    clearTimeout(late);
    if (stream === source) pollIn(50);
  });
  source.onerror = async () => {
    clearTimeout(late);
    if (stream !== source) return;
    source.close();
    stream = null;
    if (open) return pollIn(1000);
    // A stream that was refused tells no status: the next question does.
    try {
      await renew();
    } catch {
      // Asked again below.
    }
    pollIn(3000);
  };
}

function close() {
  clearTimeout(poll);
  stream?.close();
  stream = null;
}

function lead() {
  if (asked) return;
  asked = new AbortController();
  const run = () => new Promise((/** @type {(value?: any) => void} */ resolve) => {
    resign = resolve;
    leads.value = true;
    connect();
  });
  if (!navigator.locks) {
    run();
    return;
  }
  navigator.locks.request('avanochi-lead', { signal: asked.signal }, run).catch(() => {});
}

function leave() {
  asked?.abort();
  asked = null;
  leads.value = false;
  close();
  resign?.();
  resign = null;
}

/** Asks now, for instance after the network came back. */
export function hurry() {
  if (leads.peek()) pollIn(0);
}

/** Starts to lead, or to wait for it, while somebody is signed in and the page was visible in the last 5 minutes. */
export function start() {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let hidden;
  effect(() => {
    if (who.value && !signedOut.value) lead();
    else leave();
  });
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(leave, HIDDEN);
    else if (who.peek() && !signedOut.peek()) {
      if (asked) hurry();
      else lead();
    }
  });
}

// The service worker, registered with an address that the one Trusted Types policy lets through

/** @param {string} address @returns {any} */
function trusted(address) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return address;
  return types.createPolicy('avanochi', { createScriptURL: (/** @type {string} */ url) => url }).createScriptURL(address);
}

export async function startWorker() {
  if (!('serviceWorker' in navigator)) return;
  let reloading = false;
  const had = Boolean(navigator.serviceWorker.controller);
  try {
    const registration = await navigator.serviceWorker.register(trusted('./sw.js'), { scope: './', updateViaCache: 'none' });
    /** @param {ServiceWorker} waiting */
    const ready = (waiting) => {
      const take = () => waiting.postMessage('take');
      say(t('version.new'), { action: { label: t('version.reload'), run: take } });
      document.addEventListener('visibilitychange', () => {
        if (document.hidden) take();
      });
    };
    if (registration.waiting && had) ready(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const next = registration.installing;
      next?.addEventListener('statechange', () => {
        if (next.state === 'installed' && navigator.serviceWorker.controller) ready(next);
      });
    });
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (!had || reloading) return;
      reloading = true;
      location.reload();
    });
  } catch {
    // Not allowed here: the page works without, but not offline.
  }
}
