// Where the marks of a chart lie, at the width that there is: bars, a line, a map of weekdays by hours, a calendar of a
// year. Pure: numbers in, numbers out, so that it is tested without a browser. Lengths are pixels.

import { addDays, daysBetween, startOfWeek } from './calendar.js';

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
