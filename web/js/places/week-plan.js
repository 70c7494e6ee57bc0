// The plan of a week: which task stands in which column, in which order, and what moving one sends. Pure.

import { addDays, datesOf } from '../calendar.js';

/** @typedef {import('../data/types.js').Kinds['tasks']} Task */
/** @typedef {{ date: string, open: Task[], done: Task[], minutes: number }} Day `minutes` are the estimates of what is open */
/** @typedef {{ days: Day[], earlier: Task[], unplanned: Task[], planned: number, done: number, minutes: number }} Week */

const PRIORITIES = ['urgent', 'high', 'medium', 'low'];

/** What was carried over stands first, then the highest priority, then what is due first, then the oldest. @param {Task} a @param {Task} b */
export function byUrgency(a, b) {
  const carried = Number((b.carried_over ?? 0) > 0) - Number((a.carried_over ?? 0) > 0);
  const priority = PRIORITIES.indexOf(a.priority ?? 'medium') - PRIORITIES.indexOf(b.priority ?? 'medium');
  const due = (a.due_on ?? '9999').localeCompare(b.due_on ?? '9999');
  return carried || priority || due || a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id);
}

/**
 * The seven columns from a date on. A completed task stands on the date on which it was completed, an open one on that for
 * which it is planned. Beside them: what is open from before the week, and what has no date.
 * @param {Iterable<Task>} tasks @param {string} from @param {(instant: string) => string} dateOf the user's date of an instant
 * @returns {Week}
 */
export function weekOf(tasks, from, dateOf) {
  /** @type {Day[]} */
  const days = datesOf({ from, to: addDays(from, 6) }).map((date) => ({ date, open: [], done: [], minutes: 0 }));
  const column = new Map(days.map((day) => [day.date, day]));
  /** @type {Task[]} */
  const earlier = [];
  /** @type {Task[]} */
  const unplanned = [];
  // What was completed so long before or after cannot be of the week in any zone: its date need not be found out.
  const soonest = addDays(from, -2);
  const latest = addDays(from, 10);
  for (const task of tasks) {
    if (task.deleted_at) continue;
    if (task.completed) {
      if (task.completed_at && task.completed_at >= soonest && task.completed_at < latest) column.get(dateOf(task.completed_at))?.done.push(task);
    } else if (!task.planned_for) unplanned.push(task);
    else if (task.planned_for < from) earlier.push(task);
    else column.get(task.planned_for)?.open.push(task);
  }
  for (const day of days) {
    day.open.sort(byUrgency);
    day.done.sort((a, b) => (a.completed_at ?? '').localeCompare(b.completed_at ?? ''));
    day.minutes = minutesOf(day.open);
  }
  earlier.sort(byUrgency);
  unplanned.sort(byUrgency);
  return {
    days, earlier, unplanned,
    planned: days.reduce((sum, day) => sum + day.open.length, 0),
    done: days.reduce((sum, day) => sum + day.done.length, 0),
    minutes: days.reduce((sum, day) => sum + day.minutes, 0),
  };
}

/** @param {Task[]} tasks */
const minutesOf = (tasks) => tasks.reduce((sum, task) => sum + (task.estimate_minutes ?? 0), 0);

/**
 * Planning a task for a date, or for none, and how to take that back.
 * @param {Task} task @param {string | null} date
 */
export function move(task, date) {
  const former = task.planned_for ?? null;
  const plan = (/** @type {string | null} */ to) => ({
    method: /** @type {const} */ ('PATCH'),
    path: `tasks/${task.id}`,
    body: { planned_for: to },
    effects: [{ kind: 'tasks', id: task.id, set: { planned_for: to } }],
    answer: 'tasks',
    label: 'week.move',
  });
  return { ...plan(date), undo: { ...plan(former), say: null } };
}

/** Where a task can be moved to from where it is: the other days of the week, the next week, no day. @param {Task} task @param {string} from */
export function targets(task, from) {
  const here = task.planned_for ?? null;
  const days = datesOf({ from, to: addDays(from, 6) }).filter((date) => date !== here);
  return { days, next: addDays(from, 7), none: here !== null };
}

/** The date one day on or back, within the week; null at its ends. @param {string | null | undefined} date @param {number} step @param {string} from */
export function beside(date, step, from) {
  const next = date && date >= from ? addDays(date, step) : step > 0 ? from : null;
  return next && next >= from && next <= addDays(from, 6) ? next : null;
}
