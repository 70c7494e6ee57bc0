// Charts as SVG, drawn at the width that there is so that their text stays readable: bars by date, a line, a map of weekdays
// by hours, a calendar of a year. Each says its result in a sentence, each mark has a title, and all of it is a table below.

import { html, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { t } from './text.js';
import * as geometry from './figures.js';

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

/** @param {{ plot: geometry.Plot, ticks: geometry.Tick[] }} chart @param {(value: number) => string} show */
const grid = ({ plot, ticks }, show) => ticks.map(({ value, y }) => html`
  <line class="chart-grid" x1=${plot.left} x2=${plot.right} y1=${y} y2=${y} />
  <text class="chart-label" x=${plot.left - 8} y=${y + 4} text-anchor="end">${show(value)}</text>
`);

/**
 * Bars, one for each date. `over` marks what is too much; it also stands above the line of the aim, so colour is not all.
 * @param {Said & { items: { label: string, title: string, value: number, over?: boolean, now?: boolean }[],
 *   aim?: { value: number, text: string }, show: (value: number) => string }} props
 */
export function Bars({ items, aim, show, ...said }) {
  const draw = (/** @type {number} */ width) => {
    const longest = Math.max(...items.map(({ label }) => label.length), 0);
    const size = { width, height: 200, aim: aim?.value, label: longest * 7 + 10 };
    const chart = geometry.bars(items.map(({ value }) => value), size);
    const marks = html`
      ${grid(chart, show)}
      ${chart.bars.map((bar, index) => html`<rect class=${items[index].over ? 'chart-bar chart-over' : 'chart-bar'} rx=${Math.min(6, bar.width / 4)}
        x=${bar.x} y=${bar.y} width=${bar.width} height=${bar.height}><title>${items[index].title}</title></rect>`)}
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
 * A line over weeks or months.
 * @param {Said & { items: { label: string, title: string, value: number | null }[], show: (value: number) => string, tone?: string }} props
 */
export function Trend({ items, show, tone = 'accent', ...said }) {
  const draw = (/** @type {number} */ width) => {
    const longest = Math.max(...items.map(({ label }) => label.length), 0);
    const chart = geometry.line(items.map(({ value }) => value), { width, height: 170, label: longest * 7 + 14 });
    const marks = html`<g class=${`chart-tone-${tone}`}>
      ${grid(chart, show)}
      <path class="chart-area-fill" d=${chart.area} /><path class="chart-line" d=${chart.line} />
      ${chart.points.map((point, index) => point && html`<circle class="chart-point" cx=${point.x} cy=${point.y} r="3.5"><title>${items[index].title}</title></circle>`)}
      ${chart.points.map((point, index) => point && index % chart.every === 0 && html`<text class="chart-label" x=${point.x} y=${chart.plot.bottom + 19}
        text-anchor=${index ? 'middle' : 'start'}>${items[index].label}</text>`)}
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
    const map = geometry.heat(width);
    const marks = html`
      ${[...Array(24).keys()].filter((hour) => hour % map.every === 0).map((hour) => html`<text class="chart-label" x=${map.x(hour)} y="12">${hour}</text>`)}
      ${rows.map(({ name, hours }, row) => html`
        <text class="chart-label" x="0" y=${map.y(row) + map.cell.height / 2 + 4}>${name}</text>
        ${hours.map((value, hour) => html`<rect class=${`chart-heat-${geometry.level(value, most)}`} rx=${map.cell.width / 5} x=${map.x(hour)} y=${map.y(row)}
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
    const map = geometry.year(range, width, start);
    const marks = html`
      ${map.months.map(({ date, x, y }) => html`<text class="chart-label chart-small" x=${x} y=${y}>${month(date)}</text>`)}
      ${[...Array(map.rows).keys()].map((block) => [0, 2, 4].map((row) => html`<text class="chart-label chart-small" x="0"
        y=${block * map.block + map.head + row * map.pitch + map.cell - 2}>${names[row]}</text>`))}
      ${days.map(({ date, value, title }) => {
        const { x, y } = map.place(date);
        return html`<rect class=${`chart-heat-${geometry.level(value, most)}`} rx="2.5" x=${x} y=${y} width=${map.cell} height=${map.cell}><title>${title}</title></rect>`;
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
