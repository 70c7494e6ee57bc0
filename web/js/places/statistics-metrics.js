// All metrics of a range beside those of the range before, and the same to take along.

import { html } from '../../vendor/preact.js';
import { Rows } from '../charts.js';
import { get, root } from '../data/api.js';
import { Icon } from '../icons.js';
import { number, span } from '../text.js';
import { say } from '../toast.js';
import { Card, Trouble, useRead } from '../ui.js';
import { path, values } from './statistics-sums.js';
import { named, t } from './words.js';

/** @typedef {import('../calendar.js').Range} Range */

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
export function Metrics({ user, kind, name, range, before }) {
  const { data, error } = useRead(path(user, 'metrics', range));
  const then = values(useRead(path(user, 'metrics', before)).data);
  const heading = t('statistics.metrics');
  const rows = (data?.metrics ?? []).map((/** @type {{ key: string, unit: string, value: any }} */ { key, unit, value }) => [
    named('statistics.metric', key), shown(key, unit, value), shown(key, unit, then[key]),
  ]);
  const dates = `${range.from}-${range.to}`;
  const links = [
    { key: 'metrics.csv', path: path(user, 'metrics', range, 'csv'), file: `metrics-${dates}.csv` },
    { key: 'metrics.json', path: path(user, 'metrics', range), file: `metrics-${dates}.json` },
    { key: 'days.json', path: path(user, 'days', range), file: `days-${dates}.json` },
    { key: 'tasks.csv', path: `tasks/summary?from=${range.from}&to=${range.to}&format=csv`, file: `tasks-${dates}.csv` },
  ];
  return html`<${Card} title=${heading}>
    ${error && !data ? html`<${Trouble} error=${error} />` : null}
    ${rows.length ? html`<div class="statistics-metrics"><${Rows} caption=${heading} rows=${rows}
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
