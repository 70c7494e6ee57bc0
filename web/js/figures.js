// What the statistics compute and draw. First, and pure: sums of days, and where the marks of a chart lie at the width that there is,
// in pixels. Then charts as SVG, drawn at that width so that their text stays readable: each says its result in a sentence, each mark has
// a title, and all of it is a table below.

import { html, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { addDays, addMonths, daysBetween, startOfWeek, weekday } from './calendar.js';
import { t } from './text.js';

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
 * @param {number[]} values @param {{ width: number, height: number, aim?: number, most?: number, label?: number }} size `label` is the width of one below
 * @returns {{ plot: Plot, y: (value: number) => number, ticks: Tick[], aim: number | null, every: number,
 *   bars: { x: number, y: number, width: number, height: number, middle: number }[] }}
 */
export function bars(values, { width, height, aim, most = 0, label = 34 }) {
  const plot = { left: 32, right: Math.max(width, 64), top: 12, bottom: height - 28 };
  // Room above the aim, for what is said of it.
  const marks = ticks(Math.max(...values, (aim ?? 0) * 1.1, most));
  const y = scale(marks[marks.length - 1], plot);
  const pitch = (plot.right - plot.left) / Math.max(values.length, 1);
  const wide = Math.max(1.5, Math.min(44, pitch * (pitch > 24 ? 0.44 : 0.7)));
  return {
    plot, y,
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
 * @param {(number | null)[]} values @param {{ width: number, height: number, most?: number, label?: number }} size
 * @returns {{ plot: Plot, y: (value: number) => number, ticks: Tick[], every: number, points: ({ x: number, y: number } | null)[], line: string, area: string }}
 */
export function line(values, { width, height, most = 0, label = 44 }) {
  const plot = { left: 32, right: Math.max(width - 8, 64), top: 12, bottom: height - 28 };
  const marks = ticks(Math.max(...values.map((value) => value ?? 0), most));
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
  return { plot, y, ticks: marks.map((value) => ({ value, y: y(value) })), every: every(pitch, label), points, line: path, area };
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

// Charts

/** @typedef {import('../vendor/preact.js').Child} Child */
/** @typedef {{ caption: string, head: string[], rows: (string | number)[][] }} Table */
/** @typedef {{ summary: string, table: () => Table, children?: Child }} Said what is for those who do not see the drawing; `children` stand below it */

/** The width of an element, 0 before it is known. @returns {[{ current: any }, number]} */
function useWidth() {
  const box = useRef(/** @type {any} */ (null));
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    setWidth(Math.floor(box.current.clientWidth));
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}

/** @param {{ table: () => Table }} props */
function AsTable({ table }) {
  const [open, setOpen] = useState(false);
  return html`<details class="chart-table" onToggle=${(/** @type {any} */ event) => setOpen(event.target.open)}>
    <summary>${t('charts.table')}</summary>
    ${open && html`<${Rows} ...${table()} />`}
  </details>`;
}

/** A table that scrolls by itself where it is too wide. @param {Table} props */
export function Rows({ caption, head, rows }) {
  return html`<div class="chart-scroll" tabindex="0" role="group" aria-label=${caption}><table>
    <caption class="sr">${caption}</caption>
    <thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
    <tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

/** @param {Said & { height: number, draw: (width: number) => { width: number, height: number, marks: Child } }} props */
function Chart({ summary, table, height, draw, children }) {
  const [box, width] = useWidth();
  const drawn = width > 0 ? draw(width) : null;
  return html`<div class="chart">
    <div class="chart-area" ref=${box} data-height=${height}>
      ${drawn && html`<svg role="img" aria-label=${summary} width=${drawn.width} height=${drawn.height}>${drawn.marks}</svg>`}
    </div>
    ${children}
    <${AsTable} table=${table} />
  </div>`;
}

/** @param {{ plot: Plot, ticks: Tick[] }} chart @param {(value: number) => string} show */
const grid = ({ plot, ticks }, show) => ticks.map(({ value, y }) => html`
  <line class="chart-grid" x1=${plot.left} x2=${plot.right} y1=${y} y2=${y} />
  <text class="chart-label" x=${plot.left - 8} y=${y + 4} text-anchor="end">${show(value)}</text>
`);

/** @param {number} x @param {number[]} [ends] */
const across = (x, ends) => ends && html`<path class="chart-range" d=${`M${x - 5} ${ends[0]}h10m-5 0V${ends[1]}m-5 0h10`} />`;

/**
 * Bars, one for each date. `over` marks what is too much; it also stands above the line of the aim, so colour is not all. `range` is drawn across.
 * @param {Said & { items: { label: string, title: string, value: number, range?: number[], over?: boolean, now?: boolean }[],
 *   aim?: { value: number, text: string }, show: (value: number) => string }} props
 */
export function Bars({ items, aim, show, ...said }) {
  const draw = (/** @type {number} */ width) => {
    const longest = Math.max(...items.map(({ label }) => label.length), 0);
    const most = Math.max(0, ...items.flatMap(({ range = [] }) => range));
    const size = { width, height: 200, aim: aim?.value, most, label: longest * 7 + 10 };
    const chart = bars(items.map(({ value }) => value), size);
    const marks = html`
      ${grid(chart, show)}
      ${chart.bars.map((bar, index) => html`<rect class=${items[index].over ? 'chart-bar chart-over' : 'chart-bar'} rx=${Math.min(6, bar.width / 4)}
        x=${bar.x} y=${bar.y} width=${bar.width} height=${bar.height}><title>${items[index].title}</title></rect>`)}
      ${chart.bars.map(({ middle }, index) => across(middle, items[index].range?.map(chart.y)))}
      ${chart.aim !== null && html`<line class="chart-aim" x1=${chart.plot.left} x2=${chart.plot.right} y1=${chart.aim} y2=${chart.aim} />`}
      ${chart.aim !== null && html`<text class="chart-label chart-halo" x=${chart.plot.right - 4} y=${chart.aim - 6} text-anchor="end">${aim?.text}</text>`}
      ${chart.bars.map((bar, index) => index % chart.every === 0 && html`<text x=${bar.middle} y=${chart.plot.bottom + 19} text-anchor="middle"
        class=${items[index].now ? 'chart-label chart-now' : 'chart-label'}>${items[index].label}</text>`)}
    `;
    return { width, height: 200, marks };
  };
  return html`<${Chart} ...${said} height=${200} draw=${draw} />`;
}

/**
 * A line over dates, weeks or months; `marks` are values with a name, across it.
 * @param {Said & { items: { label: string, title: string, value: number | null }[], show: (value: number) => string, tone?: string, most?: number, marks?: { value: number, text: string }[] }} props
 */
export function Trend({ items, show, tone = 'accent', most, marks: known = [], ...said }) {
  const draw = (/** @type {number} */ width) => {
    const longest = Math.max(...items.map(({ label }) => label.length), 0);
    const chart = line(items.map(({ value }) => value), { width, height: 170, most, label: longest * 7 + 14 });
    const marks = html`<g class=${`chart-tone-${tone}`}>
      ${grid(chart, show)}
      <path class="chart-area-fill" d=${chart.area} /><path class="chart-line" d=${chart.line} />
      ${chart.points.map((point, index) => point && html`<circle class="chart-point" cx=${point.x} cy=${point.y} r=${items.length > 40 ? 1.5 : 3.5}><title>${items[index].title}</title></circle>`)}
      ${chart.points.map((point, index) => point && index % chart.every === 0 && html`<text class="chart-label" x=${point.x} y=${chart.plot.bottom + 19}
        text-anchor=${index ? 'middle' : 'start'}>${items[index].label}</text>`)}
      ${known.map(({ value, text }) => html`<line class="chart-aim" x1=${chart.plot.left} x2=${chart.plot.right} y1=${chart.y(value)} y2=${chart.y(value)} />
        <text class="chart-label chart-halo" x=${chart.plot.right} y=${chart.y(value) - 4} text-anchor="end">${text}</text>`)}
    </g>`;
    return { width, height: 170, marks };
  };
  return html`<${Chart} ...${said} height=${170} draw=${draw} />`;
}

/**
 * Weekdays by hours; the darker, the more.
 * @param {Said & { rows: { name: string, hours: number[] }[], most: number, title: (row: number, hour: number) => string }} props
 */
export function Heat({ rows, most, title, ...said }) {
  const draw = (/** @type {number} */ width) => {
    const map = heat(width);
    const marks = html`
      ${[...Array(24).keys()].filter((hour) => hour % map.every === 0).map((hour) => html`<text class="chart-label" x=${map.x(hour)} y="12">${hour}</text>`)}
      ${rows.map(({ name, hours }, row) => html`
        <text class="chart-label" x="0" y=${map.y(row) + map.cell.height / 2 + 4}>${name}</text>
        ${hours.map((value, hour) => html`<rect class=${`chart-heat-${level(value, most)}`} rx=${map.cell.width / 5} x=${map.x(hour)} y=${map.y(row)}
          width=${map.cell.width} height=${map.cell.height}><title>${title(row, hour)}</title></rect>`)}
      `)}
    `;
    return { width: map.width, height: map.height, marks };
  };
  return html`<${Chart} ...${said} height=${232} draw=${draw} />`;
}

/**
 * The dates of a year in weeks.
 * @param {Said & { range: import('./calendar.js').Range, start: import('./calendar.js').WeekStart, days: { date: string, value: number, title: string }[],
 *   most: number, names: string[], month: (date: string) => string }} props `names` are those of the rows, from the first
 */
export function Year({ range, start, days, most, names, month, ...said }) {
  const draw = (/** @type {number} */ width) => {
    const map = year(range, width, start);
    const marks = html`
      ${map.months.map(({ date, x, y }) => html`<text class="chart-label chart-small" x=${x} y=${y}>${month(date)}</text>`)}
      ${[...Array(map.rows).keys()].map((block) => [0, 2, 4].map((row) => html`<text class="chart-label chart-small" x="0"
        y=${block * map.block + map.head + row * map.pitch + map.cell - 2}>${names[row]}</text>`))}
      ${days.map(({ date, value, title }) => {
        const { x, y } = map.place(date);
        return html`<rect class=${`chart-heat-${level(value, most)}`} rx="2.5" x=${x} y=${y} width=${map.cell} height=${map.cell}><title>${title}</title></rect>`;
      })}
    `;
    return { width: map.width, height: map.height, marks };
  };
  return html`<${Chart} ...${said} height=${125} draw=${draw} />`;
}

/** What the colours of a map mean. @param {{ less: string, more: string }} props */
export function Legend({ less, more }) {
  return html`<p class="chart-legend">${less} <svg width="75" height="12" aria-hidden="true">
    ${[0, 1, 2, 3, 4].map((index) => html`<rect class=${`chart-heat-${index}`} x=${index * 15} y="0" width="12" height="12" rx="2.5" />`)}
  </svg> ${more}</p>`;
}
