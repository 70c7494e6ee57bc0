// Today: the session, the day so far, tasks, the companion, and what one enters of oneself.
import { html, useMemo } from '../../vendor/preact.js';
import { checkIn, drink, eat, endRest, pauseOrResume, startRest } from '../acts.js';
import { elapsed, minute, minutesOf, parts, tick, wall } from '../data/clock.js';
import { all, me, settings } from '../data/copy.js';
import { step } from '../data/session.js';
import { Icon } from '../icons.js';
import { perform } from '../perform.js';
import { day, number, span, t, today, zone } from '../text.js';
import { Companion, glad } from '../today/companion.js';
import { active, Now } from '../today/now.js';
import { mealAt, workedMinutes } from '../today/plan.js';
import { Tasks } from '../today/tasks.js';
import { Card, lazy, Meter, narrow, useKeys, useRead } from '../ui.js';

/** @typedef {import('../data/types.js').Item} Item */

export const title = 'nav.today';

const Ribbon = lazy(() => import('../today/day.js').then((one) => one.Ribbon), () => html`<div class="card day"></div>`);
const First = lazy(() => import('../today/first.js').then((one) => one.First));
const GLASS = 250;

/** What was entered of a kind for a date, in order. @param {string} kind @param {string} date @returns {Item[]} */
function entered(kind, date) {
  const found = [...all(kind).value.values()].filter((one) => one.date === date);
  return found.sort((a, b) => (String(a.at ?? a.start_time) < String(b.at ?? b.start_time) ? -1 : 1));
}

/** When the present date began, in ms. @param {number} now */
function beganAt(now) {
  const start = minutesOf(settings.value.day_start);
  const { minutes } = wall(now, zone.value);
  const since = (minutes - start + 1440) % 1440;
  return Math.floor(now / 60_000) * 60_000 - since * 60_000;
}

/** The three numbers of the day. It ticks by itself. @param {{sessions: Item[], began: number, done: number, streak: number}} props */
function Figures({ sessions, began, done, streak }) {
  const worked = workedMinutes(sessions, began, tick.value);
  return html`<dl class="figures">
    <div><dt>${t('today.focus')}</dt><dd class="num">${span(worked)}</dd></div>
    <div><dt>${t('today.done')}</dt><dd class="num">${number(done)}</dd></div>
    <div class="figures-warm"><dt>${t('today.days', { n: streak })}</dt><dd class="num"><${Icon} name="flame" size=${18} />${number(streak)}</dd></div>
  </dl>`;
}

/** @param {{kind: string, icon: string, name: string, about: any, onClick: () => void, pressed?: boolean}} props */
function Tile({ kind, icon, name, about, onClick, pressed }) {
  return html`<button type="button" class=${`tile tile-${kind}`} onClick=${onClick} aria-pressed=${pressed === undefined ? undefined : String(pressed)}>
    <${Icon} name=${icon} size=${22} /><strong>${name}</strong><span class="num">${about}</span></button>`;
}

/** @param {{rest: Item}} props */
function Resting({ rest }) {
  const { minutes, seconds } = parts(elapsed(rest, tick.value));
  return html`${minutes}:${seconds}`;
}

/** @param {{date: string}} props */
function Energy({ date }) {
  const [former] = entered('check_ins', date).slice(-1);
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
  const next = useMemo(() => (Array.isArray(read.data) ? read.data : []).filter((one) => !one.earned_at && one.progress > 0)
    .sort((a, b) => b.progress - a.progress).slice(0, 3), [read.data]);
  if (!next.length) return null;
  return html`<${Card} title=${t('nearly.title')}>
    <ul class="nearly">${next.map((one) => html`<li key=${one.id} class="nearly-one"><span class="nearly-icon"><${Icon} name=${one.icon} /></span>
      <span class="nearly-words"><strong>${one.name}</strong><span class="small muted">${one.description}</span></span>
      <${Meter} label=${one.name} value=${one.progress} /></li>`)}</ul><//>`;
}

export default function Today() {
  const date = today();
  const user = me.value;
  const wellbeing = useRead('wellbeing/today').data;
  const streak = useRead('progress').data?.streak?.current ?? 0;
  const drinks = entered('hydration', date);
  const meals = entered('meals', date);
  const rests = entered('rests', date);
  const session = active();
  const began = beganAt(minute.value);
  const sessions = [...all('work_sessions').value.values()].filter((one) => !one.end_time || Date.parse(one.end_time) > began);
  const done = useMemo(() => {
    let n = 0;
    for (const task of all('tasks').value.values()) if (task.completed_at && today(Date.parse(task.completed_at)) === date) n += 1;
    return n;
  }, [all('tasks').value, date]);
  const ml = drinks.reduce((sum, one) => sum + one.ml, 0);
  const goal = settings.value.hydration_goal_ml;
  const rest = [...all('rests').value.values()].find((one) => !one.end_time);

  const water = () => {
    glad.value += 1;
    perform(drink(date, GLASS), { ml: GLASS });
  };
  const meal = () => {
    glad.value += 1;
    const kind = mealAt(wall(tick.peek(), zone.peek()).minutes, settings.peek().lunch, minutesOf);
    perform(eat(date, kind), { meal: t(`meal.${kind}`) });
  };
  const pause = () => {
    if (rest) {
      perform({ ...endRest(rest), say: t('act.unrest.done') }, {}, session?.paused ? [pauseOrResume(session)] : []);
      return;
    }
    perform(startRest(date, 'short'), {}, session && !session.paused ? [pauseOrResume(session)] : []);
  };
  useKeys({ w: water, m: meal, b: pause });
  if (step.value) return html`<${First} onWater=${water} />`;

  const due = wellbeing?.break?.due_at ? Math.ceil((Date.parse(wellbeing.break.due_at) - tick.peek()) / 60_000) : null;
  const breakAbout = rest ? html`<${Resting} rest=${rest} />` : wellbeing?.break?.due ? t('today.break.due')
    : due !== null && due > 0 && session && !session.paused ? t('today.break.in', { m: due }) : t('today.rests', { n: rests.length });
  const ribbon = html`<${Ribbon} sessions=${sessions} rests=${rests} drinks=${drinks} meals=${meals} began=${began} />`;
  const creature = user && html`<${Companion} user=${user} ml=${ml} goal=${goal} energy=${entered('check_ins', date)[0]?.energy ?? null}
    onHelp=${{ water, meal, rest: pause }} />`;
  const tiles = html`<div class="tiles">
    <${Tile} kind="water" icon="drop" name=${t('today.water')} about=${t('today.ml', { ml: number(ml) })} onClick=${water} />
    <${Tile} kind="meal" icon="meal" name=${t('today.meal')} about=${t('today.meals', { n: meals.length })} onClick=${meal} />
    <${Tile} kind="rest" icon="cup" name=${rest ? t('today.break.end') : t('today.break')} about=${breakAbout} onClick=${pause} pressed=${Boolean(rest)} />
  </div>`;
  const more = html`<${Energy} date=${date} /><${Nearly} />`;
  return html`<header class="place-head">
      <div><h1>${t(title)}</h1><p>${day(date)}</p></div>
      <${Figures} sessions=${sessions} began=${began} done=${done} streak=${streak} />
    </header>
    ${narrow.value
      ? html`<div class="column today">${creature}<${Now} />${tiles}<${Tasks} />${ribbon}${more}</div>`
      : html`<div class="columns today"><div class="column"><${Now} />${ribbon}<${Tasks} /></div><div class="column">${creature}${tiles}${more}</div></div>`}`;
}
