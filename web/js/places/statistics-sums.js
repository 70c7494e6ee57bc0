// What the statistics show, summed from the days that the API answers: by date, by month, by weekday and hour, by week. Pure.

import { addDays, addMonths, daysBetween, startOfWeek, weekday } from '../calendar.js';

/** @typedef {{ date: string, focus_seconds: number, completed_tasks: number, focus_by_hour: number[] }} Day as the API shows it */
/** @typedef {import('../calendar.js').Range} Range */
/** @typedef {import('../calendar.js').WeekStart} WeekStart */

/** The first date of the year that the API answers when no dates are named. @param {string} today */
export const yearBefore = (today) => addDays(today, -364);

/** A range without what is still to come; one that has not begun is its first date. @param {Range} range @param {string} today @returns {Range} */
export const until = ({ from, to }, today) => ({ from, to: to > today ? (from > today ? from : today) : to });

/** @param {Day[]} days @returns {Map<string, Day>} */
export const byDate = (days) => new Map(days.map((day) => [day.date, day]));

/** @param {Day[]} days @param {Range} range */
export const within = (days, { from, to }) => days.filter(({ date }) => date >= from && date <= to);

/** Focus in hours, and completed tasks. @param {Day[]} days */
export const sum = (days) => ({
  hours: days.reduce((total, day) => total + day.focus_seconds, 0) / 3600,
  tasks: days.reduce((total, day) => total + day.completed_tasks, 0),
});

/** The twelve months of a year. @param {Day[]} days @param {string} from its first date */
export function months(days, from) {
  return Array.from({ length: 12 }, (_, index) => {
    const first = addMonths(from, index);
    return { date: first, ...sum(days.filter(({ date }) => date.slice(0, 7) === first.slice(0, 7))) };
  });
}

/** Seconds by weekday, from Monday, and hour. @param {Day[]} days @returns {{ rows: number[][], most: number }} */
export function hours(days) {
  const rows = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
  for (const day of days) {
    const row = rows[weekday(day.date)];
    day.focus_by_hour.forEach((seconds, hour) => {
      row[hour] += seconds;
    });
  }
  return { rows, most: Math.max(...rows.flat()) };
}

/** The hour of the week with the most focus; null where there is none. @param {{ rows: number[][], most: number }} map */
export function best({ rows, most }) {
  if (most === 0) return null;
  const row = rows.findIndex((hours) => hours.includes(most));
  return { weekday: row, hour: rows[row].indexOf(most) };
}

/**
 * The last so many weeks up to a date, the present one included. @param {Day[]} days @param {string} today @param {number} count @param {WeekStart} start
 */
export function weeks(days, today, count, start) {
  const last = startOfWeek(today, start);
  const first = addDays(last, -7 * (count - 1));
  const sums = Array.from({ length: count }, (_, index) => ({ date: addDays(first, 7 * index), hours: 0, tasks: 0 }));
  for (const day of days) {
    const week = Math.floor(daysBetween(first, day.date) / 7);
    if (week < 0 || week >= count) continue;
    sums[week].hours += day.focus_seconds / 3600;
    sums[week].tasks += day.completed_tasks;
  }
  return sums;
}

/** Values of the metrics by their keys. @param {{ metrics: { key: string, value: number | string | null }[] } | null | undefined} answer @returns {{ [key: string]: any }} */
export const values = (answer) => Object.fromEntries((answer?.metrics ?? []).map(({ key, value }) => [key, value]));

/**
 * What to ask of the statistics; without a range it is the year that ends today, under an address that stays the same, so that
 * what was answered yesterday is there without network. @param {string} user @param {'days' | 'metrics'} what @param {Range} [range] @param {'csv'} [format]
 */
export function path(user, what, range, format) {
  const query = range ? `?from=${range.from}&to=${range.to}${format ? `&format=${format}` : ''}` : '';
  return `stats/${encodeURIComponent(user)}/${what}${query}`;
}

/** Hours and minutes of a number of hours, rounded once. @param {number} hours */
export function clock(hours) {
  const minutes = Math.round(Math.abs(hours) * 60);
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60, total: minutes };
}
