// The copy of what is the user's: kept in IndexedDB, shown at once, the same in all tabs. Where nothing can be kept it lives in memory.
import { batch, computed, effect, signal } from '../../vendor/preact.js';
import { ApiError, get, online, signedOut } from './api.js';
import { applied, idOf, opsOfPage, overlaid } from './apply.js';

/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Cached} Cached */
/** @typedef {import('./types.js').Kinds} Kinds */
/** @typedef {import('./apply.js').Op} Op */
/** @template T @typedef {import('../../vendor/preact.js').ReadonlySignal<T>} ReadonlySignal */
/** @template T @typedef {import('../../vendor/preact.js').Signal<T>} Signal */

/** @typedef {['put', string, any] | ['delete', string, any] | ['clear', string]} Write */

const STORES = { items: ['kind', 'id'], outbox: 'n', meta: 'name', cached: 'path' };

/** `kept`; `memory`: this browser keeps nothing for the page; `full`: the last write found no room. */
export const storage = signal(/** @type {'kept'|'memory'|'full'} */ ('kept'));

/** @type {Promise<IDBDatabase|null>|null} */
let opened = null;

function open() {
  opened ??= new Promise((resolve) => {
    const none = () => {
      storage.value = 'memory';
      resolve(null);
    };
    try {
      const asked = indexedDB.open('avanochi', 1);
      asked.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(STORES)) {
          asked.result.createObjectStore(name, { keyPath, autoIncrement: name === 'outbox' });
        }
      };
      asked.onsuccess = () => {
        const db = asked.result;
        // A newer page may change the stores in another tab.
        db.onversionchange = () => db.close();
        db.onclose = () => {
          opened = null;
        };
        resolve(db);
      };
      asked.onerror = none;
    } catch {
      none();
    }
  });
  return opened;
}

/** Everything of a store. @param {'items'|'outbox'|'meta'|'cached'} name @returns {Promise<any[]>} */
export async function readAll(name) {
  const db = await open();
  if (!db) return [];
  return new Promise((resolve) => {
    try {
      const asked = db.transaction(name).objectStore(name).getAll();
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => resolve([]);
    } catch {
      resolve([]);
    }
  });
}

/**
 * Writes all or nothing. Answers the keys of what was put, in order, or null where nothing can be kept.
 * @param {Write[]} writes @returns {Promise<any[]|null>}
 */
export async function write(writes) {
  const db = await open();
  if (!db || writes.length === 0) return null;
  return new Promise((resolve) => {
    /** @type {any[]} */
    const keys = [];
    try {
      const transaction = db.transaction([...new Set(writes.map((one) => one[1]))], 'readwrite');
      writes.forEach((one, i) => {
        const store = transaction.objectStore(one[1]);
        if (one[0] === 'put') {
          store.put(one[2]).onsuccess = (event) => {
            keys[i] = /** @type {IDBRequest} */ (event.target).result;
          };
        } else if (one[0] === 'delete') store.delete(one[2]);
        else store.clear();
      });
      transaction.oncomplete = () => {
        if (storage.peek() === 'full') storage.value = 'kept';
        resolve(keys);
      };
      const failed = () => {
        storage.value = 'full';
        resolve(null);
      };
      transaction.onabort = failed;
      transaction.onerror = failed;
    } catch {
      storage.value = 'full';
      resolve(null);
    }
  });
}

// What is shown

/** Kinds that are shown, and those of the feed that nothing shows are not kept. */
export const KINDS = ['tasks', 'work_sessions', 'users', 'habits', 'settings', 'time_off', 'progress', 'progress_ledger',
  'achievements', 'hydration', 'meals', 'check_ins', 'rests', 'presence', 'nudges', 'companion'];

const confirmed = signal(/** @type {Map<string, Map<string, Item>>} */ (new Map(KINDS.map((kind) => [kind, new Map()]))));
/** What waits to be sent, in order. */
export const entries = signal(/** @type {Entry[]} */ ([]));
/** Who is signed in; null: nobody, undefined: not known yet. */
export const who = signal(/** @type {Item|null|undefined} */ (undefined));
/** Whether this tab leads: it alone holds the stream (live.js). */
export const leads = signal(false);
/** The token of the feed up to which the copy goes. */
export const token = signal(/** @type {string|null} */ (null));

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('avanochi');
/** @type {Map<string, (message: any) => void>} */
const listeners = new Map();
/** Messages that came before the copy was read. @type {any[]|null} */
let early = [];

/** Tells the other tabs. @param {{type: string, [field: string]: any}} message */
export function tell(message) {
  channel?.postMessage(message);
}

/** @param {string} type @param {(message: any) => void} listener */
export function hear(type, listener) {
  listeners.set(type, listener);
}

if (channel) {
  channel.onmessage = ({ data }) => {
    if (early && data.type !== 'signed-out') early.push(data);
    else listeners.get(data.type)?.(data);
  };
}
hear('ops', ({ ops, reset, token: next }) => {
  batch(() => {
    confirmed.value = applied(confirmed.peek(), ops, reset);
    if (next) token.value = next;
  });
});
hear('entries', () => reread());

/** @type {Map<string, Item>} */
const NONE = new Map();
/** @type {Map<string, ReadonlySignal<Map<string, Item>>>} */
const shown = new Map();

/**
 * Everything of a kind by id, as it will be once what waits is sent. Items are as their routes show them.
 * @template {string} K @param {K} kind @returns {ReadonlySignal<Map<string, K extends keyof Kinds ? Kinds[K] : any>>}
 */
export function all(kind) {
  let found = shown.get(kind);
  if (!found) {
    const base = computed(() => confirmed.value.get(kind) ?? NONE);
    // Of what waits, only what it does to this kind; when an entry is merely kept or tried nothing is drawn again.
    const waiting = computed(() => entries.value.flatMap((one) => one.effects.filter((effect) => effect.kind === kind).map((effect) => one.key + effect.id)).join());
    found = computed(() => (waiting.value ? overlaid(base.value, entries.peek(), kind) : base.value));
    shown.set(kind, found);
  }
  return /** @type {ReadonlySignal<Map<string, any>>} */ (found);
}

/** Who is signed in, with name and time zone. @type {ReadonlySignal<Kinds['users']|null>} */
export const me = computed(() => {
  const id = who.value?.id;
  return id ? /** @type {Kinds['users']} */ ({ ...who.value, ...all('users').value.get(id) }) : null;
});

const defaults = signal(/** @type {Item} */ ({
  language: 'en', day_start: '00:00', week_start: 'monday', work_days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  work_hours: { start: '09:00', end: '18:00' }, day_target_minutes: 480, overload_minutes: 510, lunch: { from: '12:00', to: '14:30' },
  hydration_goal_ml: 1800, break_after_minutes: 50, focus: null, quiet_hours: null,
  reminders: { breaks: true, hydration: true, meals: true, sessions: true, check_in: true, tasks: true },
  goals: { tasks: 3, focus_minutes: 120 }, summaries: { daily: false, weekly: false, at: '18:30' }, carry_over: 'weekly', labour_rules: 'none', model_reads_sentences: false,
}));

/** All settings; those that were never changed with what they are by default. @type {ReadonlySignal<Kinds['settings']>} */
export const settings = computed(() => /** @type {Kinds['settings']} */ ({ ...defaults.value, ...all('settings').value.get(who.value?.id) }));

/** What is confirmed of an item. @param {string} kind @param {string} id */
export function held(kind, id) {
  return confirmed.peek().get(kind)?.get(id);
}

/** Reads what was kept. The first screen is drawn from it, before the network is asked. */
export async function load() {
  const [items, waiting, meta] = await Promise.all([readAll('items'), readAll('outbox'), readAll('meta')]);
  const named = Object.fromEntries(meta.map((one) => [one.name, one.value]));
  batch(() => {
    confirmed.value = applied(confirmed.peek(), items);
    entries.value = waiting;
    token.value = named.token ?? null;
    if (named.settings) defaults.value = named.settings;
    if (named.who) who.value = named.who;
  });
  const messages = early ?? [];
  early = null;
  for (const message of messages) listeners.get(message.type)?.(message);
}

/** Keys of what was sent or taken back here: a reading that began before may still hold it. @type {Set<string>} */
export const gone = new Set();

/** Reads what waits, after another tab changed it. */
export async function reread() {
  if (!(await open())) return entries.peek();
  const kept = await readAll('outbox');
  const found = kept.filter((entry) => !gone.has(entry.key));
  // A write that was under way may have put back what was sent meanwhile.
  if (found.length < kept.length) await write(kept.filter((entry) => gone.has(entry.key)).map((entry) => ['delete', 'outbox', entry.n]));
  const keys = new Set(found.map((entry) => entry.key));
  const last = Math.max(0, ...kept.map((entry) => entry.n));
  // What was done while it was read is not among it yet.
  const since = entries.peek().filter((entry) => !keys.has(entry.key) && (entry.n ?? Infinity) > last);
  entries.value = [...found.filter((entry) => !gone.has(entry.key)), ...since];
  return entries.peek();
}

/**
 * Changes what is confirmed, here, in the other tabs and in what is kept, with other writes in the same transaction.
 * @param {Op[]} ops @param {{reset?: boolean, token?: string, writes?: Write[]}} [more]
 */
export async function commit(ops, { reset, token: next, writes = [] } = {}) {
  batch(() => {
    confirmed.value = applied(confirmed.peek(), ops, reset);
    if (next) token.value = next;
  });
  /** @type {Write[]} */
  const all = reset ? [['clear', 'items']] : [];
  for (const { kind, id, item } of ops) all.push(item ? ['put', 'items', { kind, id, item }] : ['delete', 'items', [kind, id]]);
  if (next) all.push(['put', 'meta', { name: 'token', value: next }]);
  tell({ type: 'ops', ops, reset, token: next });
  touched();
  await write([...all, ...writes]);
}

/** Takes in a page of the feed. @param {import('./types.js').Page} page */
export async function takeIn(page) {
  const known = { ...page, changes: page.changes.filter((change) => KINDS.includes(change.kind)) };
  await commit(opsOfPage(known, held), { reset: page.reset, token: page.token });
}

/** Asks what the settings are by default, and who is signed in. @param {Item} [user] */
export async function enter(user) {
  const found = user ?? (await get('auth/me'));
  const former = who.peek();
  if (former && former.id !== found.id) await forget();
  await write([['put', 'meta', { name: 'who', value: found }]]);
  batch(() => {
    who.value = found;
    signedOut.value = false;
  });
  try {
    const now = await get('settings');
    defaults.value = now;
    await write([['put', 'meta', { name: 'settings', value: now }]]);
  } catch {
    // The defaults that are written above have to do.
  }
}

/** Empties the copy, what waits and what was cached. */
export async function forget() {
  batch(() => {
    confirmed.value = applied(confirmed.peek(), [], true);
    entries.value = [];
    token.value = null;
    who.value = null;
    for (const one of reads.values()) one.state.value = { data: null, error: null, loading: false };
  });
  await write([['clear', 'items'], ['clear', 'outbox'], ['clear', 'meta'], ['clear', 'cached']]);
}

// Reads that the feed does not tell of

const FORGOTTEN = 14 * 86_400_000;

/** @type {Map<string, {state: Signal<Cached>, at: number, busy: boolean, uses: number}>} */
const reads = new Map();

/**
 * The last answer to a read, kept from the last visit until the new one is there. It is read again when something changes
 * while a component uses it (see `useRead` in ui.js).
 * @template {string} P @param {P} path below the API's root @returns {Signal<import('./types.js').Cached<import('./types.js').Read<P>>>}
 */
export function cached(path) {
  return read(path).state;
}

/** @param {string} path */
function read(path) {
  let found = reads.get(path);
  if (!found) {
    found = { state: signal(/** @type {Cached} */ ({ data: null, error: null, loading: true })), at: 0, busy: false, uses: 0 };
    reads.set(path, found);
    const one = found;
    readAll('cached').then((rows) => {
      const row = rows.find((row) => row.path === path);
      if (row && one.state.peek().data === null) one.state.value = { ...one.state.peek(), data: row.data };
      // Ranges of dates that nobody looked at for long need not be kept.
      write(rows.filter((row) => Date.now() - row.at > FORGOTTEN).map((row) => ['delete', 'cached', row.path]));
    });
    revalidate(path);
  }
  return found;
}

/** Asks for a read again. @param {string} path */
export async function revalidate(path) {
  const one = read(path);
  // What an older server does not have is not asked for again.
  if (one.busy || one.state.peek().error?.status === 404) return;
  one.busy = true;
  one.state.value = { ...one.state.peek(), loading: true };
  try {
    const data = await get(path);
    one.at = Date.now();
    one.state.value = { data, error: null, loading: false };
    await write([['put', 'cached', { path, data, at: one.at }]]);
  } catch (error) {
    one.state.value = { ...one.state.peek(), error: error instanceof ApiError ? error : new ApiError(0, null), loading: false };
  } finally {
    one.busy = false;
  }
}

/** Says that a component shows a read; the answer ends it. @param {string} path @returns {() => void} */
export function use(path) {
  const one = read(path);
  one.uses += 1;
  if (Date.now() - one.at > 5000) revalidate(path);
  return () => {
    one.uses -= 1;
  };
}

/** @type {ReturnType<typeof setTimeout>|undefined} */
let soon;

/** Something changed: reads that are shown are asked for again, once for several changes. */
function touched() {
  clearTimeout(soon);
  soon = setTimeout(() => {
    for (const [path, one] of reads) if (one.uses > 0) revalidate(path);
  }, 700);
}
hear('touched', touched);

effect(() => {
  if (online.value) touched();
});

export { idOf };
