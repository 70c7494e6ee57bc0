// What the statistics compute before they draw: sums of days, and where the marks of a chart lie at the width that there is. Pure:
// numbers in, numbers out, so that it is tested without a browser. Lengths are pixels.

import { addDays, addMonths, daysBetween, startOfWeek, weekday } from './calendar.js';

// Sums

/** @typedef {import('./data/types.js').Api['DayView']} Day */
/** @typedef {import('./calendar.js').Range} Range */
/** @typedef {import('./calendar.js').WeekStart} WeekStart */

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

// Marks

/** @typedef {{ left: number, right: number, top: number, bottom: number }} Plot */
/** @typedef {{ value: number, y: number }} Tick */

const STEPS = [1, 2, 3, 4, 6, 8, 12, 24];

/**
 * Two or three round values from 0 to no less than the most, for the lines behind a chart.
 * @param {number} most @returns {number[]}
 */
export function ticks(most) {
  const wanted = Math.max(most, 1) / 2;
  const small = STEPS.find((step) => step >= wanted);
  let step = small ?? 1;
  if (small === undefined) {
    const power = 10 ** Math.floor(Math.log10(wanted));
    step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= wanted) ?? 10) * power;
  }
  return [0, step, 2 * step];
}

/** From 0 for nothing to 4 for the most that there is, in quarters of it. @param {number} value @param {number} most */
export const level = (value, most) => (most > 0 ? Math.min(4, Math.ceil((Math.max(value, 0) * 4) / most)) : 0);

/** So many labels apart that none touches the next. @param {number} pitch @param {number} width of a label */
export const every = (pitch, width) => Math.max(1, Math.ceil(width / Math.max(pitch, 0.01)));

/** @param {number} top @param {Plot} plot @returns {(value: number) => number} */
function scale(top, { top: high, bottom }) {
  return (value) => bottom - (Math.min(Math.max(value, 0), top) / top) * (bottom - high);
}

/**
 * Bars side by side.
 * @param {number[]} values @param {{ width: number, height: number, aim?: number, label?: number }} size `label` is the width of one below
 * @returns {{ plot: Plot, ticks: Tick[], aim: number | null, every: number,
 *   bars: { x: number, y: number, width: number, height: number, middle: number }[] }}
 */
export function bars(values, { width, height, aim, label = 34 }) {
  const plot = { left: 32, right: Math.max(width, 64), top: 12, bottom: height - 28 };
  // Room above the aim, for what is said of it.
  const marks = ticks(Math.max(...values, (aim ?? 0) * 1.1, 0));
  const y = scale(marks[marks.length - 1], plot);
  const pitch = (plot.right - plot.left) / Math.max(values.length, 1);
  const wide = Math.max(1.5, Math.min(44, pitch * (pitch > 24 ? 0.44 : 0.7)));
  return {
    plot,
    ticks: marks.map((value) => ({ value, y: y(value) })),
    aim: aim === undefined ? null : y(aim),
    every: every(pitch, label),
    bars: values.map((value, index) => {
      const middle = plot.left + pitch * (index + 0.5);
      const top = value > 0 ? Math.min(y(value), plot.bottom - 2) : plot.bottom;
      return { x: middle - wide / 2, y: top, width: wide, height: plot.bottom - top, middle };
    }),
  };
}

/**
 * A line through values, with a gap where there is none.
 * @param {(number | null)[]} values @param {{ width: number, height: number, label?: number }} size
 * @returns {{ plot: Plot, ticks: Tick[], every: number, points: ({ x: number, y: number } | null)[], line: string, area: string }}
 */
export function line(values, { width, height, label = 44 }) {
  const plot = { left: 32, right: Math.max(width - 8, 64), top: 12, bottom: height - 28 };
  const marks = ticks(Math.max(...values.map((value) => value ?? 0), 0));
  const y = scale(marks[marks.length - 1], plot);
  const pitch = (plot.right - plot.left - 12) / Math.max(values.length - 1, 1);
  const points = values.map((value, index) => (value === null ? null : { x: round(plot.left + 6 + index * pitch), y: round(y(value)) }));
  let path = '';
  let area = '';
  for (const run of runs(points)) {
    const text = run.map(({ x, y: high }, index) => `${index ? 'L' : 'M'}${x} ${high}`).join('');
    path += text;
    area += `${text}L${run[run.length - 1].x} ${plot.bottom}L${run[0].x} ${plot.bottom}Z`;
  }
  return { plot, ticks: marks.map((value) => ({ value, y: y(value) })), every: every(pitch, label), points, line: path, area };
}

/** @template T @param {(T | null)[]} items @returns {T[][]} */
function runs(items) {
  /** @type {T[][]} */
  const found = [];
  let open = false;
  for (const item of items) {
    if (item !== null && open) found[found.length - 1].push(item);
    else if (item !== null) found.push([item]);
    open = item !== null;
  }
  return found;
}

/** @param {number} length */
const round = (length) => Math.round(length * 10) / 10;

/**
 * Seven rows of 24 cells; where they are narrow, they are higher than wide, so that the names of the rows do not touch.
 * @param {number} width @param {number} [left] what the names of the weekdays need
 * @returns {{ width: number, height: number, cell: { width: number, height: number }, x: (hour: number) => number, y: (row: number) => number, every: number }}
 */
export function heat(width, left = 40) {
  const pitch = Math.max(8, Math.min(30, Math.floor((width - left) / 24)));
  const gap = pitch > 16 ? 4 : 2;
  const row = Math.max(pitch, 20);
  const head = 22;
  return {
    width: left + 24 * pitch - gap,
    height: head + 7 * row - gap,
    cell: { width: pitch - gap, height: row - gap },
    x: (hour) => left + hour * pitch,
    y: (index) => head + index * row,
    every: every(pitch, 26) > 2 ? 6 : 3,
  };
}

/**
 * The dates of a range in columns of weeks; as many rows of seven as are needed where they do not fit side by side.
 * @param {{ from: string, to: string }} range @param {number} width @param {import('./calendar.js').WeekStart} start
 * @param {number} [left] what the names of the weekdays need
 */
export function year({ from, to }, width, start, left = 36) {
  const head = 20;
  const first = startOfWeek(from, start);
  const weeks = Math.floor(daysBetween(first, to) / 7) + 1;
  const fit = Math.max(4, Math.floor((width - left + 3) / 13));
  const rows = Math.ceil(weeks / fit);
  const columns = Math.ceil(weeks / rows);
  const pitch = Math.max(8, Math.min(18, Math.floor((width - left + 3) / columns)));
  const block = head + 7 * pitch + 10;
  /** @param {string} date */
  const place = (date) => {
    const days = daysBetween(first, date);
    const week = Math.floor(days / 7);
    const row = Math.floor(week / columns);
    return { x: left + (week % columns) * pitch, y: row * block + head + (days % 7) * pitch };
  };
  const months = [];
  let end = -1;
  for (let date = from; date <= to; date = addDays(date, 1)) {
    if (date !== from && !date.endsWith('-01')) continue;
    const { x, y } = place(date);
    const top = y - ((y - head) % block) - 6;
    const key = top * 10_000 + x;
    // The name of a month needs two columns; one that would touch the one before, or leave the drawing, is left out.
    if (key >= end && x <= left + (columns - 2) * pitch) months.push({ date, x, y: top });
    if (key >= end) end = key + 2 * pitch;
  }
  return { width: left + columns * pitch - 3, height: rows * block - 10, cell: pitch - 3, rows, block, head, pitch, place, months };
}
