// The clock: the server's time from its answers, time that a session took, and dates as the user lives them.
// Nothing is counted up: what has passed is always computed from the times that are recorded.
import { computed, signal } from '../../vendor/preact.js';

const KEY = 'avanochi.offset';

/** Milliseconds between the server's clock and this one. */
let offset = remembered();
/** Where the clock on the wall stood beside the one that only goes forward, to notice that somebody set it. */
let last = { wall: Date.now(), mono: performance.now() };

/** The server's time in ms, as a signal that changes with each full second while the page is visible. */
export const tick = signal(now());

/** The full minute, for what need not be drawn each second. */
export const minute = computed(() => Math.floor(tick.value / 60_000) * 60_000);

/** @returns {number} the server's time in ms. */
export function now() {
  return Date.now() + offset;
}

function remembered() {
  try {
    return Number(localStorage.getItem(KEY)) || 0;
  } catch {
    return 0;
  }
}

/**
 * The offset after an answer. Dates of answers are cut to the second, so half a second is added and smaller differences change nothing.
 * @param {number} former @param {number} date of the answer @param {number} sent @param {number} received
 */
export function offsetAfter(former, date, sent, received) {
  const found = date + 500 - (sent + received) / 2;
  return Math.abs(found - former) > 1500 + (received - sent) / 2 ? Math.round(found) : former;
}

/** Takes in the `Date` of an answer. @param {string|null} date @param {number} sent @param {number} received */
export function observe(date, sent, received) {
  const at = date ? Date.parse(date) : NaN;
  if (Number.isNaN(at) || received - sent > 10_000) return;
  const next = offsetAfter(offset, at, sent, received);
  if (next === offset) return;
  offset = next;
  tick.value = now();
  try {
    localStorage.setItem(KEY, String(offset));
  } catch {
    // Kept for this visit alone.
  }
}

/**
 * Whether the clock on the wall went another way than time: it was set, or the machine slept.
 * @param {{wall: number, mono: number}} before @param {{wall: number, mono: number}} after
 */
export function jumped(before, after) {
  return Math.abs(after.wall - before.wall - (after.mono - before.mono)) > 2000;
}

/**
 * How long a session has lasted, without its pauses, in ms; never below 0.
 * @param {import('./types.js').Item} session with `start_time`, perhaps `end_time` and `pauses`
 * @param {number} at
 */
export function elapsed(session, at) {
  const start = Date.parse(session.start_time);
  const end = session.end_time ? Date.parse(session.end_time) : at;
  let rest = 0;
  for (const pause of session.pauses ?? []) {
    const from = Math.max(start, Date.parse(pause.from));
    const to = Math.min(end, pause.to ? Date.parse(pause.to) : end);
    if (to > from) rest += to - from;
  }
  return Math.max(0, end - start - rest);
}

/** @param {number} ms @returns {{clock: string, seconds: string, minutes: number}} `1:05`, `09`, 65. */
export function parts(ms) {
  const seconds = Math.floor(ms / 1000);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return {
    clock: `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}`,
    seconds: two(seconds % 60),
    minutes: Math.floor(seconds / 60),
  };
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** Of the last minutes that were asked for: telling a time in a zone is slow. @type {Map<string, {date: string, minutes: number}>} */
const told = new Map();

/** The clock on the wall of a zone. @param {number} ms @param {string} zone */
export function wall(ms, zone) {
  const key = `${Math.floor(ms / 60_000)} ${zone}`;
  let found = told.get(key);
  if (!found) {
    if (told.size > 2000) told.clear();
    found = read(ms, zone);
    told.set(key, found);
  }
  return found;
}

/** @param {number} ms @param {string} zone */
function read(ms, zone) {
  let format = formats.get(zone);
  if (!format) {
    const options = /** @type {const} */ ({
      year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    });
    try {
      format = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: zone });
    } catch {
      format = new Intl.DateTimeFormat('en-CA', { ...options, timeZone: 'UTC' });
    }
    formats.set(zone, format);
  }
  /** @type {Record<string, string>} */
  const found = {};
  for (const part of format.formatToParts(ms)) found[part.type] = part.value;
  return {
    date: `${found.year}-${found.month}-${found.day}`,
    minutes: Number(found.hour) * 60 + Number(found.minute),
  };
}

/** `07:30` in minutes. @param {string|undefined} time */
export function minutesOf(time) {
  const [hours, minutes] = (time ?? '00:00').split(':').map(Number);
  return hours * 60 + minutes;
}

/** The date that an instant belongs to for the user. @param {number} ms @param {string} zone @param {string} [dayStart] `04:00` */
export function dateOf(ms, zone, dayStart) {
  return wall(ms - minutesOf(dayStart) * 60_000, zone).date;
}

/** @param {string} date @param {number} days */
export function addDays(date, days) {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** An instant as the API takes it. @param {number} ms */
export function stamp(ms) {
  return new Date(ms).toISOString();
}

/** Starts `tick`. `jump` is called when the clock may be wrong, so that the server is asked. @param {() => void} jump */
export function start(jump) {
  /** @type {number|undefined} */
  let timer;
  const beat = () => {
    const here = { wall: Date.now(), mono: performance.now() };
    if (jumped(last, here)) jump();
    last = here;
    tick.value = now();
    clearTimeout(timer);
    if (!document.hidden) timer = window.setTimeout(beat, 1000 - (now() % 1000) + 5);
  };
  document.addEventListener('visibilitychange', beat);
  beat();
}
