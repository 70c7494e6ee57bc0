// What the person did, until the server has it: kept with its key, sent in order, one at a time, by one tab.
import { batch, computed, effect, signal } from '../../vendor/preact.js';
import { alone, ApiError, get, online, request, root, signedOut } from './api.js';
import { already, bodyOf, HOLD, idOf, judge, opsOfSuccess, renamed } from './apply.js';
import { now } from './clock.js';
import { all, commit, entries, gone, hear, held, reread, takeIn, tell, token, write } from './copy.js';

/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Act} Act */

/** How many changes wait here. */
export const pending = computed(() => entries.value.length);
/** The last thing that was refused, to be said. @type {import('../../vendor/preact.js').Signal<{label: string, error: ApiError}|null>} */
export const refused = signal(/** @type {{label: string, error: ApiError}|null} */ (null));
/** Since when the server has had trouble of its own, in ms; null: none. */
export const trouble = signal(/** @type {ApiError|null} */ (null));

/** Ids that were made here, and what the server calls them. @type {Map<string, string>} */
const names = new Map();
/** @type {Map<string, {resolve: (answer: any) => void, reject: (error: unknown) => void, tells?: () => boolean}>} */
const waiting = new Map();
const FORGOTTEN = 23 * 3_600_000;
let failures = 0;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/** Until what was done last is kept. @type {Promise<void>} */
let saving = Promise.resolve();

export function saved() {
  return saving;
}

/** The id that something has by now. @param {string} id */
export function idNow(id) {
  return names.get(id) ?? id;
}

/** @returns {string} a new id, also good as `client_id` */
export function newId() {
  return crypto.randomUUID();
}

/** @param {string} text */
function rename(text) {
  let next = text;
  for (const [from, to] of names) next = next.replaceAll(from, to);
  return next;
}

/** An entry with the names that things have by now. @param {Entry} entry @returns {Entry} */
function current(entry) {
  const text = JSON.stringify(entry);
  const next = rename(text);
  return next === text ? entry : JSON.parse(next);
}

/**
 * Does something: shown at once, kept, sent as soon as it can be. The promise is for those who need the answer;
 * it is rejected with an `ApiError` if the server refuses, which is also told by `refused`.
 * @param {Act} what @returns {{key: string, answer: Promise<any>}}
 */
export function act(what) {
  const { hold, undo: _undo, say: _say, tells, effects = [], ...rest } = what;
  /** @type {Entry} */
  const entry = JSON.parse(rename(JSON.stringify({
    ...rest, effects, key: newId(), acted_at: now(), hold_until: hold ? Date.now() + HOLD : 0, tried_at: null,
  })));
  const answer = new Promise((resolve, reject) => waiting.set(entry.key, { resolve, reject, tells }));
  answer.catch(() => {});
  // What was held before goes first: the order of what was done stays.
  const freed = entries.peek().filter((one) => one.hold_until > 0 && one.tried_at === null).map((one) => ({ ...one, hold_until: 0 }));
  entries.value = [...entries.peek().map((one) => freed.find((other) => other.key === one.key) ?? one), entry];
  saving = save(entry, freed);
  return { key: entry.key, answer };
}

/** @param {Entry} entry @param {Entry[]} freed */
async function save(entry, freed) {
  const keys = await write([
    ...freed.filter((one) => one.n !== undefined).map((one) => /** @type {['put', string, any]} */ (['put', 'outbox', one])),
    ['put', 'outbox', entry],
  ]);
  if (keys) {
    const n = keys[keys.length - 1];
    const here = entries.peek().find((one) => one.key === entry.key);
    if (here) {
      // While it was being kept it may have been freed, or what it is about may have got its name.
      const now_ = { ...current(here), n };
      entries.value = entries.peek().map((one) => (one.key === entry.key ? now_ : one));
      if (JSON.stringify(now_) !== JSON.stringify({ ...entry, n })) await write([['put', 'outbox', now_]]);
    } else await write([['delete', 'outbox', n]]);
  }
  tell({ type: 'entries' });
  flush();
}

/**
 * Takes back what has not been tried yet. False: it has, so its opposite has to be sent.
 * @param {string} key @returns {Promise<boolean>}
 */
export async function withdraw(key) {
  return alone('avanochi-outbox', async () => {
    const entry = (await reread()).find((one) => one.key === key);
    if (!entry || entry.tried_at !== null) return false;
    await drop(entry);
    waiting.get(key)?.resolve(null);
    return true;
  });
}

/** @param {Entry} entry */
async function drop(entry) {
  gone.add(entry.key);
  entries.value = entries.peek().filter((one) => one.key !== entry.key);
  if (entry.n !== undefined) await write([['delete', 'outbox', entry.n]]);
  tell({ type: 'entries' });
}

let flushing = false;
let again = false;

/** Sends what waits, as far as it goes. */
export async function flush() {
  if (flushing) {
    again = true;
    return;
  }
  flushing = true;
  clearTimeout(timer);
  try {
    do {
      again = false;
      await alone('avanochi-outbox', sendAll);
    } while (again);
  } finally {
    flushing = false;
  }
}

/** @param {number} ms */
function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(flush, ms);
}

async function sendAll() {
  for (;;) {
    const [first] = await reread();
    if (!first || signedOut.peek()) return;
    const left = first.hold_until - Date.now();
    if (left > 0) return later(left);
    if (navigator.onLine === false) {
      online.value = false;
      return;
    }
    const verdict = await attempt(first);
    if (verdict.do === 'wait') return later(verdict.ms);
    if (verdict.do === 'sign') return;
  }
}

/** @param {Entry} before @returns {Promise<import('./apply.js').Verdict>} */
async function attempt(before) {
  const entry = { ...current(before), tried_at: before.tried_at ?? Date.now() };
  if (before.tried_at === null) await replace(entry);
  /** @type {any} */
  let answer = null;
  /** @type {ApiError|null} */
  let error = null;
  try {
    // A key is remembered for a day. After that, what was made is looked for among the changes before it is made again.
    if (Date.now() - entry.tried_at > FORGOTTEN) {
      const since = token.peek();
      await takeIn(await get(since ? `changes?since=${encodeURIComponent(since)}` : 'changes'));
      answer = already(entry, all(entry.answer ?? '').peek());
    }
    answer ??= await request({ method: entry.method, path: entry.path, body: bodyOf(entry, held), key: entry.method === 'POST' ? entry.key : undefined });
  } catch (thrown) {
    error = thrown instanceof ApiError ? thrown : new ApiError(0, null);
  }
  const verdict = judge(entry, error, Date.now(), now(), failures);
  failures = verdict.do === 'wait' ? failures + 1 : 0;
  trouble.value = verdict.do === 'wait' && error && error.status >= 500 ? error : null;
  if (verdict.do === 'done') await succeed(entry, answer);
  else if (verdict.do === 'replace') {
    const answered = waiting.get(entry.key);
    if (answered) waiting.set(verdict.entry.key, answered);
    gone.add(entry.key);
    await replace(verdict.entry, entry);
  }
  else if (verdict.do === 'refuse') {
    await drop(entry);
    const told = /** @type {ApiError} */ (error);
    const asked = waiting.get(entry.key);
    if (!asked?.tells?.()) refused.value = { label: entry.label, error: told };
    asked?.reject(told);
    tell({ type: 'refused', key: entry.key });
  }
  return verdict;
}

/** @param {Entry} entry @param {Entry} [before] */
async function replace(entry, before = entry) {
  entries.value = entries.peek().map((one) => (one.key === before.key ? entry : one));
  if (entry.n !== undefined) await write([['put', 'outbox', entry]]);
}

/** @param {Entry} entry @param {any} answer */
async function succeed(entry, answer) {
  gone.add(entry.key);
  const ops = opsOfSuccess(entry, answer, held);
  /** @type {import('./copy.js').Write[]} */
  const writes = entry.n === undefined ? [] : [['delete', 'outbox', entry.n]];
  let rest = entries.peek().filter((one) => one.key !== entry.key);
  const id = answer && idOf(answer);
  if (entry.temp && id) {
    const { temp } = entry;
    names.set(temp, id);
    tell({ type: 'named', from: temp, to: id });
    rest = rest.map((one) => {
      const next = renamed(one, temp, id);
      if (next !== one && next.n !== undefined) writes.push(['put', 'outbox', next]);
      return next;
    });
  }
  await batch(() => {
    entries.value = rest;
    return commit(ops, { writes });
  });
  tell({ type: 'entries' });
  tell({ type: 'done', key: entry.key, answer });
  waiting.get(entry.key)?.resolve(answer);
}

hear('named', ({ from, to }) => names.set(from, to));
hear('done', ({ key, answer }) => waiting.get(key)?.resolve(answer));
hear('refused', ({ key }) => waiting.get(key)?.reject(new ApiError(0, null)));

/** Starts sending, now and whenever it may go on. */
export function start() {
  addEventListener('online', () => {
    online.value = true;
    flush();
  });
  addEventListener('offline', () => {
    online.value = false;
  });
  // What waits for its undo is sent when the page is left; its key, or its nature, makes a repetition harmless.
  addEventListener('pagehide', () => {
    const [entry, ...rest] = entries.peek();
    if (!entry || rest.length || entry.hold_until <= Date.now()) return;
    fetch(root + entry.path, {
      method: entry.method, keepalive: true, credentials: 'same-origin',
      headers: { 'content-type': 'application/json', ...(entry.method === 'POST' ? { 'idempotency-key': entry.key } : {}) },
      body: entry.body ? JSON.stringify(entry.body) : undefined,
    }).catch(() => {});
  });
  effect(() => {
    if (online.value) flush();
  });
}
