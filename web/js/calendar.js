// Dates of the calendar as texts, YYYY-MM-DD, and what is counted from them: weeks, months, ranges. Pure; dates are counted
// in UTC, where each has 24 hours, so that no change of clocks moves one.

import { addDays } from './data/clock.js';

/** @typedef {'monday' | 'sunday'} WeekStart */
/** @typedef {{ from: string, to: string }} Range Both dates are included. */

const DAY = 86_400_000;

/** The names that the API has for the days of a week, from Monday on. */
export const WEEKDAYS = /** @type {const} */ (['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);

export { addDays };

/** How many dates lie between two: 0 for the same one, 1 for the next. @param {string} from @param {string} to */
export const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / DAY);

/** 0 for Monday to 6 for Sunday. @param {string} date */
export const weekday = (date) => (new Date(date).getUTCDay() + 6) % 7;

/** The days of a week in the order in which they are shown. @param {WeekStart} start @returns {number[]} */
export const weekOrder = (start) => (start === 'sunday' ? [6, 0, 1, 2, 3, 4, 5] : [0, 1, 2, 3, 4, 5, 6]);

/** The first date of the week of a date. @param {string} date @param {WeekStart} start */
export const startOfWeek = (date, start) => addDays(date, -((weekday(date) + (start === 'sunday' ? 1 : 0)) % 7));

/** All dates of a range, in order. @param {Range} range @returns {string[]} */
export function datesOf({ from, to }) {
  const dates = [];
  for (let date = from; date <= to; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** @param {string} date */
const startOfMonth = (date) => `${date.slice(0, 7)}-01`;

/** The first date of the month that is so many months away. @param {string} date @param {number} months */
export function addMonths(date, months) {
  const count = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months;
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}-01`;
}

/**
 * The week, month or year that is `back` steps before the one of a date. A year is that of the calendar.
 * @param {'week' | 'month' | 'year'} kind @param {string} date @param {number} back @param {WeekStart} start
 * @returns {Range}
 */
export function rangeOf(kind, date, back, start) {
  if (kind === 'week') {
    const from = addDays(startOfWeek(date, start), -7 * back);
    return { from, to: addDays(from, 6) };
  }
  if (kind === 'month') {
    const from = addMonths(startOfMonth(date), -back);
    return { from, to: addDays(addMonths(from, 1), -1) };
  }
  const year = String(Number(date.slice(0, 4)) - back).padStart(4, '0');
  return { from: `${year}-01-01`, to: `${year}-12-31` };
}
