// Statistics: how a week, a month or a year went, against the one before; at which hours; the year and its trends; all metrics.

import { html, useComputed, useSignal } from '../../vendor/preact.js';
import { addDays, datesOf, rangeOf, startOfWeek, weekOrder } from '../calendar.js';
import { get, root } from '../data/api.js';
import { tick } from '../data/clock.js';
import { me, revalidate, settings } from '../data/copy.js';
import * as sums from '../figures.js';
import { ready } from '../looks.js';
import { day, named, number, span, t, today } from '../text.js';
import { Button, Card, Empty, Icon, say, Trouble, useRead } from '../ui.js';

/** @typedef {'week' | 'month' | 'year'} Kind */
/** @typedef {import('../calendar.js').Range} Range */

export const title = 'nav.statistics';
await ready();

const KINDS = /** @type {const} */ (['week', 'month', 'year']);
const DATE = /** @type {const} */ ({ day: 'numeric', month: 'long' });
const NAMED = /** @type {const} */ ({ weekday: 'long', day: 'numeric', month: 'long' });
/** How many weeks the trends go back. */
const WEEKS = 26;

export default function Statistics() {
  const kind = useSignal(/** @type {Kind} */ ('week'));
  const back = useSignal(0);
  const user = me.value?.id ?? '';
  // Told anew each second, it lets the place be drawn again only when the date changes.
  const here = useComputed(() => today(tick.value)).value;
  const start = settings.value.week_start;
  const range = rangeOf(kind.value, here, back.value, start);
  const known = sums.until(range, here);
  const yearPath = sums.path(user, 'days');
  const all = useRead(yearPath);
  // A range from before the year that is read is asked for by itself.
  const ownPath = range.from >= sums.yearBefore(here) ? yearPath : sums.path(user, 'days', range);
  const own = useRead(ownPath);
  const days = own.data ? sums.within(own.data.days, range) : null;
  const error = all.error ?? own.error;
  const name = nameOf(kind.value, range);
  const before = rangeOf(kind.value, here, back.value + 1, start);
  return html`<div class="statistics">
    <header class="place-head">
      <div><h1>${t('nav.statistics')}</h1><p>${name}</p></div>
      <div class="statistics-choice">
        <${Button} class="statistics-back" icon="chevron" label=${t('statistics.before')} onClick=${() => {
          back.value += 1;
        }} />
        <${Button} icon="chevron" label=${t('statistics.after')} disabled=${back.value === 0} onClick=${() => {
          back.value -= 1;
        }} />
        <fieldset class="choice"><legend class="sr">${t('statistics.range')}</legend>
          ${KINDS.map((one) => html`<label key=${one}><input type="radio" name="range" value=${one} checked=${kind.value === one} onChange=${() => {
            kind.value = one;
            back.value = 0;
          }} /><span>${t(`statistics.${one}`)}</span></label>`)}
        </fieldset>
      </div>
    </header>
    ${error && !all.data ? html`<${Trouble} error=${error} again=${() => revalidate(yearPath)} />` : null}
    <${Tiles} user=${user} kind=${kind.value} range=${range} before=${before} over=${known.to < here} />
    ${days ? html`<${Focus} kind=${kind.value} range=${range} name=${name} days=${days} here=${here} />` : html`<div class="card statistics-wait" aria-busy="true"></div>`}
    ${days ? html`<${Hours} kind=${kind.value} range=${known} name=${name} days=${days} year=${all.data} />` : null}
    ${all.data ? html`<${TheYear} year=${all.data} here=${here} />` : null}
    ${all.data ? html`<${Trends} days=${all.data.days} here=${here} />` : null}
    <${Metrics} user=${user} kind=${kind.value} name=${name} range=${range} before=${before} />
  </div>`;
}

/** @param {Kind} kind @param {Range} range */
function nameOf(kind, { from, to }) {
  if (kind === 'year') return from.slice(0, 4);
  if (kind === 'month') return day(from, { month: 'long', year: 'numeric' });
  return t('statistics.span', { from: from.slice(0, 7) === to.slice(0, 7) ? day(from, { day: 'numeric' }) : day(from, DATE), to: day(to, DATE) });
}

/** @param {{ user: string, kind: Kind, range: Range, before: Range, over: boolean }} props */
function Tiles({ user, kind, range, before, over }) {
  const now = sums.values(useRead(sums.path(user, 'metrics', range)).data);
  const then = sums.values(useRead(sums.path(user, 'metrics', before)).data);
  const streak = useRead('progress').data?.streak;
  // What is not known yet is no nought.
  const length = (/** @type {number | null | undefined} */ hours) => (typeof hours === 'number' ? span(Math.round(hours * 60)) : '–');
  const difference = (now.hours_worked ?? 0) - (then.hours_worked ?? 0);
  const earlier = t(`statistics.the.${kind}.before`);
  // A range that is not over yet is not measured against a whole one.
  const focus = over && now.hours_worked !== undefined && then.hours_worked !== undefined
    ? t('statistics.tile.difference', { difference: `${difference < 0 ? '−' : '+'}${span(Math.round(Math.abs(difference) * 60))}`, earlier })
    : t('statistics.tile.earlier', { value: length(then.hours_worked), earlier });
  const percent = (/** @type {number | null | undefined} */ value) => (typeof value === 'number' ? t('statistics.percent', { n: number(Math.round(value * 100)) }) : '–');
  const tiles = [
    { name: 'focus', icon: 'statistics', tone: 'accent', value: length(now.hours_worked), note: focus },
    { name: 'done', icon: 'today', tone: 'accent', value: now.completed === undefined ? '–' : number(now.completed), note: t('statistics.tile.carried', { n: now.carried_over ?? 0 }) },
    { name: 'streak', icon: 'flame', tone: 'warm', value: streak ? t('statistics.days', { n: streak.current }) : '–',
      note: `${t('statistics.tile.longest', { n: streak?.longest ?? 0 })} · ${t('statistics.tile.freezes', { n: streak?.freezes ?? 0 })}` },
    { name: 'breaks', icon: 'cup', tone: 'rest', value: percent(now.break_compliance), note: t('statistics.tile.earlier', { value: percent(then.break_compliance), earlier }) },
  ];
  return html`<div class="statistics-tiles">${tiles.map(({ name, icon, tone, value, note }) => html`<section class="card statistics-tile" key=${name} data-tile=${name}>
    <span class=${`statistics-icon statistics-${tone}`}><${Icon} name=${icon} size=${20} /></span>
    <h2><strong>${value}</strong> <span>${t(`statistics.tile.${name}`)}</span></h2><p>${note}</p>
  </section>`)}</div>`;
}

/** Focus of each date, or of each month of a year. @param {{ kind: Kind, range: Range, name: string, days: sums.Day[], here: string }} props */
function Focus({ kind, range, name, days, here }) {
  const { day_target_minutes: target, overload_minutes: overload } = settings.value;
  const found = sums.byDate(days);
  const items = kind === 'year'
    ? sums.months(days, range.from).map(({ date, hours }) => ({
      date, value: hours, label: day(date, { month: 'short' }), name: day(date, { month: 'long' }), over: false, now: date.slice(0, 7) === here.slice(0, 7),
    }))
    : datesOf(range).map((date) => {
      const value = (found.get(date)?.focus_seconds ?? 0) / 3600;
      const label = day(date, kind === 'week' ? { weekday: 'short' } : { day: 'numeric' });
      return { date, value, label, name: day(date, NAMED), over: value * 60 > overload, now: date === here };
    });
  const { hours } = sums.sum(days);
  const most = items.reduce((best, item) => (item.value > best.value ? item : best), items[0]);
  const over = items.filter((item) => item.over).length;
  const text = (/** @type {number} */ value) => span(Math.round(value * 60));
  const summary = [
    t('statistics.focus.sum', { sum: text(hours), range: name }),
    hours > 0 ? t('statistics.focus.most', { day: most.name, value: text(most.value) }) : '',
    over ? t('statistics.focus.over', { n: over, limit: span(overload) }) : '',
  ].filter(Boolean).join(' ');
  const heading = t(kind === 'year' ? 'statistics.focus.months' : 'statistics.focus.days');
  const table = () => ({
    caption: heading, head: [t('statistics.date'), t('statistics.focus'), t('statistics.tasks')],
    rows: items.map((item) => [item.name, text(item.value), number(kind === 'year' ? sums.sum(sums.within(days, rangeOf('month', item.date, 0, 'monday'))).tasks : found.get(item.date)?.completed_tasks ?? 0)]),
  });
  return html`<${Card} title=${heading}>
    <${sums.Bars} summary=${summary} table=${table} show=${(/** @type {number} */ value) => number(value)}
      aim=${kind === 'year' ? undefined : { value: target / 60, text: t('statistics.aim', { value: text(target / 60) }) }}
      items=${items.map((item) => ({ ...item, title: `${item.name}: ${text(item.value)}${item.over ? `, ${t('statistics.over')}` : ''}` }))} />
  <//>`;
}

/** A week alone says little of hours, so it is shown with the three before. @param {{ kind: Kind, range: Range, name: string, days: sums.Day[], year: { from: string, days: sums.Day[] } | null }} props */
function Hours({ kind, range, name, days, year }) {
  const wide = { from: addDays(range.to, -27), to: range.to };
  const four = kind === 'week' && year !== null && wide.from >= year.from;
  const map = sums.hours(four ? sums.within(year.days, wide) : days);
  const best = sums.best(map);
  const order = weekOrder(settings.value.week_start);
  const hour = (/** @type {number} */ from) => t('statistics.hour', { from, to: (from + 1) % 24 });
  const heading = t('statistics.hours');
  const text = (/** @type {number} */ seconds) => span(Math.round(seconds / 60));
  const table = () => ({
    caption: heading, head: [t('statistics.weekday'), ...Array.from({ length: 24 }, (_, index) => `${index}`)],
    rows: order.map((row) => [weekdayName(row, 'long'), ...map.rows[row].map((seconds) => (seconds ? text(seconds) : '–'))]),
  });
  return html`<${Card} title=${heading} aside=${html`<span class="statistics-note">${four ? t('statistics.hours.four') : name}</span>`}>
    ${best === null ? html`<${Empty} title=${t('statistics.hours.none')} text=${t('statistics.hours.none.text')} />` : html`
      <${sums.Heat} most=${map.most} table=${table} rows=${order.map((row) => ({ name: weekdayName(row, 'short'), hours: map.rows[row] }))}
        summary=${t('statistics.hours.best', { day: weekdayName(best.weekday, 'long'), hour: hour(best.hour), value: text(map.most) })}
        title=${(/** @type {number} */ row, /** @type {number} */ at) => `${weekdayName(order[row], 'long')}, ${hour(at)}: ${text(map.rows[order[row]][at])}`}>
      <${sums.Legend} less=${t('statistics.less')} more=${t('statistics.more')} /><//>`}
  <//>`;
}

/** @param {number} row 0 for Monday @param {'long' | 'short'} width */
const weekdayName = (row, width) => day(`2024-01-0${row + 1}`, { weekday: width });

/** @param {{ year: { from: string, days: sums.Day[] }, here: string }} props */
function TheYear({ year, here }) {
  const start = settings.value.week_start;
  const range = { from: year.from, to: here };
  const found = sums.byDate(year.days);
  const items = datesOf(range).map((date) => {
    const one = found.get(date);
    const value = one?.focus_seconds ?? 0;
    const tasks = one?.completed_tasks ?? 0;
    return { date, value, tasks, title: `${day(date, { ...NAMED, year: 'numeric' })}: ${span(Math.round(value / 60))}, ${t('statistics.done', { n: tasks })}` };
  });
  const active = items.filter(({ value, tasks }) => value > 0 || tasks > 0).length;
  const total = span(Math.round(items.reduce((sum, { value }) => sum + value, 0) / 60));
  const order = weekOrder(start);
  const table = () => ({
    caption: t('statistics.year.title'), head: [t('statistics.week.of'), ...order.map((row) => weekdayName(row, 'short'))],
    rows: datesOf({ from: startOfWeek(range.from, start), to: here }).filter((_, index) => index % 7 === 0).map((first) => [
      day(first, { day: 'numeric', month: 'short', year: 'numeric' }),
      ...datesOf({ from: first, to: addDays(first, 6) }).map((date) => {
        const seconds = found.get(date)?.focus_seconds ?? 0;
        return seconds ? span(Math.round(seconds / 60)) : '–';
      }),
    ]),
  });
  return html`<${Card} title=${t('statistics.year.title')} aside=${html`<span class="statistics-note">${t('statistics.year.active', { n: active })}</span>`}>
    <${sums.Year} range=${range} start=${start} days=${items} most=${Math.max(...items.map(({ value }) => value))} table=${table}
      names=${order.map((row) => weekdayName(row, 'short'))} month=${(/** @type {string} */ date) => day(date, { month: 'short' })}
      summary=${t('statistics.year.summary', { n: active, total })}><${sums.Legend} less=${t('statistics.less')} more=${t('statistics.more')} /><//>
  <//>`;
}

/** @param {{ days: sums.Day[], here: string }} props */
function Trends({ days, here }) {
  // The present week is not over, and would look like a fall.
  const weeks = sums.weeks(days, here, WEEKS + 1, settings.value.week_start).slice(0, -1);
  const charts = [
    { key: 'focus', tone: 'accent', value: (/** @type {{ hours: number }} */ week) => week.hours, text: (/** @type {number} */ value) => span(Math.round(value * 60)) },
    { key: 'tasks', tone: 'rest', value: (/** @type {{ tasks: number }} */ week) => week.tasks, text: (/** @type {number} */ value) => number(value) },
  ];
  const label = (/** @type {string} */ date) => day(date, { day: 'numeric', month: 'short' });
  return html`<div class="statistics-pair">${charts.map(({ key, tone, value, text }) => {
    const mean = (/** @type {typeof weeks} */ some) => some.reduce((sum, week) => sum + value(week), 0) / Math.max(some.length, 1);
    const heading = t(`statistics.trend.${key}`);
    const rounded = (/** @type {number} */ all) => text(key === 'tasks' ? Math.round(all * 10) / 10 : all);
    return html`<${Card} key=${key} title=${heading}>
      <${sums.Trend} tone=${tone} show=${(/** @type {number} */ all) => number(all)}
        summary=${t('statistics.trend.summary', { heading, last: rounded(mean(weeks.slice(-4))), before: rounded(mean(weeks.slice(-8, -4))) })}
        items=${weeks.map((week) => ({ label: label(week.date), title: `${t('statistics.week.from', { day: label(week.date) })}: ${text(value(week))}`, value: value(week) }))}
        table=${() => ({ caption: heading, head: [t('statistics.week.of'), heading], rows: weeks.map((week) => [label(week.date), text(value(week))]) })}>
        <p class="statistics-note">${t('statistics.trend.mean', { last: rounded(mean(weeks.slice(-4))), before: rounded(mean(weeks.slice(-8, -4))) })}</p><//>
    <//>`;
  })}</div>`;
}

// All metrics of a range beside those of the range before, and the same to take along

/** A value in words, by its unit. @param {string} key @param {string} unit @param {number | string | null | undefined} value */
function shown(key, unit, value) {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (unit === 'h') return span(Math.round(value * 60));
  if (unit === 'min') return span(Math.round(value));
  if (unit === 'ratio' && key !== 'estimate_ratio') return t('statistics.percent', { n: number(Math.round(value * 100)) });
  return number(value, { maximumFractionDigits: 2 });
}

/** @param {{ user: string, kind: string, name: string, range: Range, before: Range }} props `name` is that of the range */
function Metrics({ user, kind, name, range, before }) {
  const { data, error } = useRead(sums.path(user, 'metrics', range));
  const then = sums.values(useRead(sums.path(user, 'metrics', before)).data);
  const heading = t('statistics.metrics');
  const rows = (data?.metrics ?? []).map((/** @type {{ key: string, unit: string, value: any }} */ { key, unit, value }) => [
    named('statistics.metric', key), shown(key, unit, value), shown(key, unit, then[key]),
  ]);
  const dates = `${range.from}-${range.to}`;
  const links = [
    { key: 'metrics.csv', path: sums.path(user, 'metrics', range, 'csv'), file: `metrics-${dates}.csv` },
    { key: 'metrics.json', path: sums.path(user, 'metrics', range), file: `metrics-${dates}.json` },
    { key: 'days.json', path: sums.path(user, 'days', range), file: `days-${dates}.json` },
    { key: 'tasks.csv', path: `tasks/summary?from=${range.from}&to=${range.to}&format=csv`, file: `tasks-${dates}.csv` },
  ];
  return html`<${Card} title=${heading}>
    ${error && !data ? html`<${Trouble} error=${error} />` : null}
    ${rows.length ? html`<div class="statistics-metrics"><${sums.Rows} caption=${heading} rows=${rows}
      head=${[t('statistics.metric'), name, t(`statistics.the.${kind}.before`)]} /></div>` : null}
    <div class="statistics-files"><h3>${t('statistics.files')}</h3><ul>${links.map((link) => html`<li key=${link.key}>
      <a class="btn btn-outline btn-small" href=${root + link.path} download=${link.file} onClick=${renewed}><${Icon} name="download" size=${18} /><span>${t(`statistics.file.${link.key}`)}</span></a></li>`)}</ul></div>
  <//>`;
}

/** The browser fetches a file by itself and cannot renew a token that has run out: that is done before. @param {any} event */
async function renewed(event) {
  const link = event.currentTarget;
  if (link.dataset.ready) {
    delete link.dataset.ready;
    return;
  }
  event.preventDefault();
  try {
    await get('auth/me');
    link.dataset.ready = 'yes';
    link.click();
  } catch {
    say(t('statistics.file.failed'), { tone: 'warn' });
  }
}
