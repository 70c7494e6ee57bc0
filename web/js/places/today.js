// Today: the session, the day so far, tasks, the companion, and what one enters of oneself.
import { html, signal, useEffect, useMemo } from '../../vendor/preact.js';
import { active, begin, drink, eat, endRest, endSession, glad, pauseOrResume, perform, startRest, timed, wasAway } from '../acts.js';
import { request } from '../data/api.js';
import { elapsed, minute, minutesOf, now, parts, tick, wall } from '../data/clock.js';
import { all, leads, me, settings } from '../data/copy.js';
import { idNow } from '../data/outbox.js';
import { recall, remember, step } from '../data/session.js';
import { day, number, span, t, today, worded, zone } from '../text.js';
import { mealAt, workedMinutes } from '../today/plan.js';
import { Tasks } from '../today/tasks.js';
import { Button, Card, Icon, lazy, narrow, useKeys, useRead } from '../ui.js';

/** @typedef {import('../data/types.js').Kinds} Kinds */
/** @typedef {Kinds['work_sessions']} Session */

export const title = 'nav.today';

const Companion = lazy(() => worded(import('../today/more.js')).then((one) => one.Companion),
  () => html`<section class="card card-flush companion"><div class="scene"></div></section>`);
const Ribbon = lazy(() => worded(import('../today/more.js')).then((one) => one.Ribbon), () => html`<div class="card day"></div>`);
const More = lazy(() => worded(import('../today/more.js')).then((one) => one.More));
const First = lazy(() => worded(import('../today/first.js')).then((one) => one.First));
const GLASS = 250;

/**
 * What was entered of a kind for a date, in order.
 * @template {'hydration'|'meals'|'rests'|'check_ins'} K @param {K} kind @param {string} date @returns {Kinds[K][]}
 */
function entered(kind, date) {
  const at = (/** @type {any} */ one) => one.at ?? one.start_time;
  const found = /** @type {Kinds[K][]} */ ([...all(kind).value.values()]).filter((one) => one.date === date);
  return found.sort((a, b) => (at(a) < at(b) ? -1 : 1));
}

/** When the present date began, in ms. @param {number} now */
function beganAt(now) {
  const start = minutesOf(settings.value.day_start);
  const { minutes } = wall(now, zone.value);
  const since = (minutes - start + 1440) % 1440;
  return Math.floor(now / 60_000) * 60_000 - since * 60_000;
}

// The work session: its clock, pause, resume and end, and what became of time without a sign of life.

const AWAY = 300_000;
const SEEN = 'avanochi.seen';

/** The clock alone is drawn again each second. @param {{session: Session}} props */
function Clock({ session }) {
  const { clock, seconds, minutes } = parts(elapsed(session, tick.value));
  useEffect(() => {
    document.title = `${session.paused ? t('now.paused') : span(minutes)} · Avanochi`;
  }, [minutes, session.paused]);
  return html`<div class=${`now-clock${session.paused ? ' now-clock-paused' : ''}`} role="timer" aria-label=${t('now.clock', { time: span(minutes) })}>
    <span class="now-time">${clock}</span><span class="now-seconds">${seconds}</span></div>`;
}

/** When the person last did something here, in any tab, in ms of the local clock. */
const seen = () => Number(recall(SEEN)) || Date.now();

/** Time without a sign of life in a session: from and to, by the server's clock. */
const away = signal(/** @type {{session: string, from: number, to: number}|null} */ (null));
let beaten = 0;
let written = Date.now();

/** @param {Session|null} session */
function useSignsOfLife(session) {
  useEffect(() => {
    if (!session || session.paused) return undefined;
    const sign = () => {
      const here = Date.now();
      if (here - written < 5000) return;
      const last = Math.max(seen(), Date.parse(session.start_time) - now() + here);
      written = here;
      remember(SEEN, String(here));
      if (here - last > AWAY) away.value = { session: session.id, from: now() - (here - last), to: now() };
      // A heartbeat a minute, by the leading tab, only while somebody is there.
      if (leads.peek() && here - beaten > 60_000) {
        beaten = here;
        request({ method: 'POST', path: `work_sessions/${idNow(session.id)}/heartbeat` }).catch(() => {});
      }
    };
    for (const type of ['pointerdown', 'pointermove', 'keydown', 'scroll']) addEventListener(type, sign, { passive: true });
    return () => {
      for (const type of ['pointerdown', 'pointermove', 'keydown', 'scroll']) removeEventListener(type, sign);
    };
  }, [session?.id, session?.paused]);
}

/** @param {{session: Session}} props */
function Away({ session }) {
  const one = away.value;
  if (!one || one.session !== session.id) return null;
  const close = (/** @type {() => void} */ run) => () => {
    away.value = null;
    run();
  };
  return html`<div class="now-away" role="group" aria-label=${t('now.away', { time: span((one.to - one.from) / 60_000) })}>
    <p>${t('now.away', { time: span((one.to - one.from) / 60_000) })}</p>
    <${Button} small kind="primary" onClick=${close(() => {})}>${t('now.away.work')}<//>
    <${Button} small onClick=${close(() => perform(wasAway(session, one.from, one.to)))}>${t('now.away.break')}<//>
    <${Button} small onClick=${close(() => perform(endSession(session, one.from)))}>${t('now.away.end')}<//>
  </div>`;
}

function Now() {
  const session = active();
  const task = timed();
  useSignsOfLife(session);
  useEffect(() => {
    if (!session) document.title = `${t('nav.today')} · Avanochi`;
  }, [!session]);
  useKeys({
    s: () => (session ? perform(pauseOrResume(session)) : begin()),
    'shift+s': () => session && perform(endSession(session)),
  });
  if (!session) {
    return html`<${Card} class="now">
      <div class="now-row">
        <div class="now-clock now-clock-none" aria-hidden="true"><span class="now-time">0:00</span><span class="now-seconds">00</span></div>
        <div class="now-what"><span class="muted">${task ? t('now.on') : t('now.none')}</span><strong>${task ? task.title : t('now.ready')}</strong></div>
        <div class="now-acts"><${Button} kind="primary" icon="play" onClick=${begin}>${t('now.start')}<//></div>
      </div><//>`;
  }
  return html`<${Card} class="now">
    <div class="now-row">
      <${Clock} session=${session} />
      <div class="now-what"><span class="muted">${t(session.paused ? 'now.paused' : task ? 'now.on' : 'now.session')}</span>
        <strong>${task ? task.title : t(session.paused ? 'now.breathe' : 'now.focus')}</strong></div>
      <div class="now-acts">
        <${Button} kind="primary" icon=${session.paused ? 'play' : 'pause'} onClick=${() => perform(pauseOrResume(session))}>
          ${t(session.paused ? 'now.resume' : 'now.pause')}<//>
        <${Button} icon="stop" onClick=${() => perform(endSession(session))}>${t('now.end')}<//>
      </div>
    </div>
    <${Away} session=${session} />
  <//>`;
}

// The day

/** The three numbers of the day. It ticks by itself. @param {{sessions: Session[], began: number, done: number, streak: number}} props */
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

/** @param {{rest: Kinds['rests']}} props */
function Resting({ rest }) {
  const { minutes, seconds } = parts(elapsed(rest, tick.value));
  return html`${minutes}:${seconds}`;
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
  const more = html`<${More} date=${date} former=${entered('check_ins', date).at(-1)} />`;
  return html`<header class="place-head">
      <div><h1>${t(title)}</h1><p>${day(date)}</p></div>
      <${Figures} sessions=${sessions} began=${began} done=${done} streak=${streak} />
    </header>
    ${narrow.value
      ? html`<div class="column today">${creature}<${Now} />${tiles}<${Tasks} />${ribbon}${more}</div>`
      : html`<div class="columns today"><div class="column"><${Now} />${ribbon}<${Tasks} /></div><div class="column">${creature}${tiles}${more}</div></div>`}`;
}
