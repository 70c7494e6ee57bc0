// What Today shows of tasks, sessions and entries. Pure.
import { elapsed } from '../data/clock.js';

/** @typedef {import('../data/types.js').Kinds['tasks']} Task */
/** @typedef {import('../data/types.js').Kinds['work_sessions']} Session */
/** @typedef {import('../data/types.js').Api['WellbeingView']} Wellbeing */

const PRIORITIES = ['urgent', 'high', 'medium', 'low'];

/**
 * Tasks by where they stand. Those in `lingering` were completed just now and stay where they were.
 * @param {Iterable<Task>} tasks @param {string} today a date @param {(at: string) => string} dateOf @param {Map<string, number>} lingering by id
 */
export function sorted(tasks, today, dateOf, lingering) {
  /** @type {Task[]} */
  const now = [];
  /** @type {Task[]} */
  const someday = [];
  /** @type {Task[]} */
  const later = [];
  /** @type {Task[]} */
  const done = [];
  for (const task of tasks) {
    if (task.completed && !lingering.has(task.client_id ?? task.id)) {
      if (task.completed_at && dateOf(task.completed_at) === today) done.push(task);
      continue;
    }
    const date = soonest(task);
    if (!date) someday.push(task);
    else if (date <= today) now.push(task);
    else later.push(task);
  }
  now.sort((a, b) => Number(b.carried_over > 0) - Number(a.carried_over > 0) || byPriority(a, b) || byCreation(a, b));
  someday.sort((a, b) => byPriority(a, b) || byCreation(a, b));
  later.sort((a, b) => compare(soonest(a) ?? '', soonest(b) ?? '') || byPriority(a, b) || byCreation(a, b));
  done.sort((a, b) => compare(b.completed_at ?? '', a.completed_at ?? ''));
  return { now, someday, later, done };
}

/** The earlier of the two dates of a task. @param {Task} task @returns {string|null} */
export function soonest(task) {
  const { due_on: due, planned_for: planned } = task;
  return due && planned ? (due < planned ? due : planned) : due ?? planned ?? null;
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @param {Task} a @param {Task} b */
function byPriority(a, b) {
  return PRIORITIES.indexOf(a.priority ?? 'medium') - PRIORITIES.indexOf(b.priority ?? 'medium');
}

/** What the server has not named yet stands last, as it will be the youngest: nothing moves when the answer comes. @param {Task} a @param {Task} b */
function byCreation(a, b) {
  return Number(a.id === a.client_id) - Number(b.id === b.client_id) || compare(a.created_at, b.created_at) || compare(a.id, b.id);
}

/** A text without case and accents, as it is searched. @param {string} text */
export function plain(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** @type {WeakMap<Task, string>} */
const words = new WeakMap();

/** Whether each word of a search is in title, notes or tags. @param {Task} task @param {string[]} search plain words */
export function matches(task, search) {
  let text = words.get(task);
  if (text === undefined) {
    text = plain([task.title, task.notes ?? '', ...(task.tags ?? [])].join('\n'));
    words.set(task, text);
  }
  const found = text;
  return search.every((word) => found.includes(word));
}

/** Parts of a list, so that only those near the window are drawn. @template T @param {T[]} list @param {number} size @returns {T[][]} */
export function chunks(list, size) {
  const parts = [];
  for (let i = 0; i < list.length; i += size) parts.push(list.slice(i, i + size));
  return parts;
}

/** What a session was, without its pauses: stretches of work in ms. @param {Session} session @param {number} now @returns {[number, number][]} */
export function stretches(session, now) {
  const end = session.end_time ? Date.parse(session.end_time) : now;
  let from = Date.parse(session.start_time);
  /** @type {[number, number][]} */
  const found = [];
  for (const pause of session.pauses ?? []) {
    const stop = Math.min(Date.parse(pause.from), end);
    if (stop > from) found.push([from, stop]);
    from = pause.to ? Date.parse(pause.to) : end;
  }
  if (end > from) found.push([from, end]);
  return found;
}

/** Minutes of work on a date: of a session over midnight, the part that lies on it. @param {Iterable<Session>} sessions @param {number} from when the date began, in ms @param {number} now */
export function workedMinutes(sessions, from, now) {
  let ms = 0;
  for (const session of sessions) {
    if (Date.parse(session.start_time) >= from) ms += elapsed(session, now);
    else for (const [a, b] of stretches(session, now)) ms += Math.max(0, b - Math.max(a, from));
  }
  return ms / 60_000;
}

/**
 * From when to when the ribbon goes, in minutes of the day: work hours with what lies outside of them, in full hours.
 * @param {number[]} minutes of all that is shown @param {number} start of work hours @param {number} end of work hours
 */
export function range(minutes, start, end) {
  const [low, high] = start < end ? [start - 60, end + 60] : [0, 1440];
  const from = Math.max(0, Math.floor(Math.min(low, ...minutes) / 60) * 60);
  const to = Math.min(1440, Math.ceil(Math.max(high, ...minutes) / 60) * 60);
  return { from, to };
}

/** The hours that are written below it: no more than there is room for. @param {number} from @param {number} to @param {number} room how many */
export function hours(from, to, room) {
  const count = (to - from) / 60;
  const step = [1, 2, 3, 4, 6].find((one) => count / one <= room) ?? 6;
  const found = [];
  for (let hour = Math.ceil(from / 60 / step) * step; hour <= to / 60; hour += step) found.push(hour);
  return found;
}

/** Which meal it is likely to be. @param {number} minutes of the day @param {{from: string, to: string}} lunch @param {(time: string) => number} minutesOf */
export function mealAt(minutes, lunch, minutesOf) {
  if (minutes < 660 && minutes < minutesOf(lunch.from)) return 'breakfast';
  if (minutes >= minutesOf(lunch.from) && minutes < minutesOf(lunch.to)) return 'lunch';
  return minutes >= 1080 ? 'dinner' : 'snack';
}

/** `morning`, `day`, `evening` or `night`. @param {number} minutes of the day */
export function hourOf(minutes) {
  if (minutes < 360 || minutes >= 1260) return 'night';
  if (minutes < 660) return 'morning';
  return minutes < 1020 ? 'day' : 'evening';
}

/** @param {number} level */
export function stageOf(level) {
  /** @type {[number, string][]} */
  const stages = [[40, 'elder'], [20, 'adult'], [10, 'teen'], [5, 'child'], [2, 'hatchling']];
  return stages.find(([from]) => level >= from)?.[1] ?? 'egg';
}

/** How it is, where the server does not say: what is needed most, never out of anything that was not entered. @param {Wellbeing|null} wellbeing @param {number} minutes of the day */
export function moodOf(wellbeing, minutes) {
  if (!wellbeing) return hourOf(minutes) === 'night' ? 'sleeping' : 'calm';
  if (hourOf(minutes) === 'night' && !wellbeing.break?.continuous_minutes) return 'sleeping';
  if (wellbeing.hydration?.behind_ml >= 500) return 'thirsty';
  if (wellbeing.lunch?.due) return 'hungry';
  if (wellbeing.break?.overdue || (wellbeing.check_in?.energy ?? 5) <= 2) return 'tired';
  return 'calm';
}
