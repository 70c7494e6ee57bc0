// What stands below on Today: the day so far on a ribbon of hours, how much energy there is, and the achievements that are nearly there.
import { html, useEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { ordered } from '../achievements.js';
import { checkIn, perform } from '../acts.js';
import { minute as clock, minutesOf, wall } from '../data/clock.js';
import { settings } from '../data/copy.js';
import { span, t, time, zone } from '../text.js';
import { Card, Icon, Meter, useRead } from '../ui.js';
import { hours, range, stretches } from './plan.js';

/** @typedef {import('../data/types.js').Kinds} Kinds */

const TOP = 22;

/**
 * @param {{sessions: Kinds['work_sessions'][], rests: Kinds['rests'][], drinks: Kinds['hydration'][], meals: Kinds['meals'][], began: number}} props `began`: when the date did, in ms
 */
export function Ribbon({ sessions, rests, drinks, meals, began }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const [width, setWidth] = useState(560);
  useEffect(() => {
    const seen = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    seen.observe(/** @type {Element} */ (box.current));
    return () => seen.disconnect();
  }, []);
  const now = clock.value;
  const minute = (/** @type {string|number} */ at) => {
    const ms = typeof at === 'string' ? Date.parse(at) : at;
    return ms <= began ? 0 : wall(ms, zone.value).minutes;
  };
  const work = sessions.flatMap((one) => stretches(one, now).map(([a, b]) => ({ a: Math.max(a, began), b, open: !one.end_time })).filter(({ a, b }) => b > a));
  const breaks = rests.map((one) => ({ a: Date.parse(one.start_time), b: one.end_time ? Date.parse(one.end_time) : now }));
  const marks = [...drinks, ...meals].map((one) => minute(one.at));
  const { work_hours: set } = settings.value;
  const { from, to } = range([...marks, minute(now), ...work.flatMap(({ a, b }) => [minute(a), minute(b)])], minutesOf(set.start), minutesOf(set.end));
  const x = (/** @type {number} */ at) => ((at - from) / (to - from)) * width;
  const bar = (/** @type {number} */ a, /** @type {number} */ b) => ({ x: x(minute(a)), width: Math.max(3, x(minute(b)) - x(minute(a))) });
  const worked = work.reduce((sum, { a, b }) => sum + b - a, 0) / 60_000;
  const said = t('day.said', { worked: span(worked), drinks: drinks.length, meals: meals.length, rests: rests.length });
  return html`<${Card} class="day" title=${t('day.title')}>
    <div ref=${box}><svg class="day-ribbon" width=${width} height="66" role="img" aria-label=${said}>
      <rect class="day-track" x="0" y=${TOP} width=${width} height="20" rx="10" />
      ${work.map(({ a, b, open }, i) => html`<rect key=${`w${i}`} class=${open ? 'day-work day-open' : 'day-work'} ...${bar(a, b)} y=${TOP} height="20" rx="5"><title>${t('day.work')} ${time(a)}–${time(b)}</title></rect>`)}
      ${breaks.map(({ a, b }, i) => html`<rect key=${`r${i}`} class="day-rest" ...${bar(a, b)} y=${TOP + 6} height="8" rx="4"><title>${t('day.rest')} ${time(a)}–${time(b)}</title></rect>`)}
      ${drinks.map((one) => html`<path key=${one.id} class="day-drink" transform=${`translate(${x(minute(one.at))} 6)`} d="M0 -1c2.6 3.3 4.6 5.6 4.6 8a4.6 4.6 0 0 1-9.2 0c0-2.4 2-4.7 4.6-8Z"><title>${time(one.at)} · ${one.ml} ml</title></path>`)}
      ${meals.map((one) => html`<path key=${one.id} class="day-meal" transform=${`translate(${x(minute(one.at))} 10)`} d="M-6 0h12a6 6 0 0 1-12 0Z"><title>${time(one.at)} · ${t(`meal.${one.kind}`)}</title></path>`)}
      <rect class="day-now" x=${x(minute(now)) - 1} y=${TOP - 4} width="2" height="28" />
      ${hours(from, to, width / 46).map((hour) => html`<g key=${hour}><rect class="day-mark" x=${x(hour * 60)} y=${TOP + 22} width="1" height="4" />
        <text class="day-hour" x=${Math.max(7, Math.min(width - 7, x(hour * 60)))} y=${TOP + 40} text-anchor="middle">${hour % 24}</text></g>`)}
    </svg></div>
    <ul class="sr">${work.map(({ a, b }, i) => html`<li key=${`w${i}`}>${t('day.work')} ${time(a)}–${time(b)}</li>`)}
      ${breaks.map(({ a, b }, i) => html`<li key=${`r${i}`}>${t('day.rest')} ${time(a)}–${time(b)}</li>`)}</ul>
  <//>`;
}

/** @param {{date: string, former: Kinds['check_ins']|undefined}} props */
function Energy({ date, former }) {
  return html`<${Card} class="energy" title=${t('energy.title')}>
    <div class="energy-row" role="group" aria-label=${t('energy.title')}>
      ${[1, 2, 3, 4, 5].map((n) => html`<button key=${n} type="button" class="energy-one" aria-pressed=${String(former?.energy === n)}
        aria-label=${t('energy.is', { n, word: t(`energy.${n}`) })} onClick=${() => perform(checkIn(date, n, former), { word: t(`energy.${n}`) })}>
        <span class="energy-bars" aria-hidden="true">${[1, 2, 3, 4, 5].map((bar) => html`<i key=${bar} class=${bar <= n ? 'energy-bar energy-full' : 'energy-bar'}></i>`)}</span>
        <span>${t(`energy.${n}`)}</span></button>`)}
    </div><//>`;
}

/** The three achievements that lack least. */
function Nearly() {
  const read = useRead('achievements');
  const next = useMemo(() => ordered(read.data ?? []).open.filter((one) => one.progress > 0).slice(0, 3), [read.data]);
  if (!next.length) return null;
  return html`<${Card} title=${t('nearly.title')}>
    <ul class="nearly">${next.map((one) => html`<li key=${one.id} class="nearly-one"><span class="nearly-icon"><${Icon} name=${one.icon} /></span>
      <span class="nearly-words"><strong>${one.name}</strong><span class="small muted">${one.description}</span></span>
      <${Meter} label=${one.name} value=${one.progress} /></li>`)}</ul><//>`;
}

/** @param {{date: string, former: Kinds['check_ins']|undefined}} props `former`: what was entered today */
export function More({ date, former }) {
  return html`<${Energy} date=${date} former=${former} /><${Nearly} />`;
}
