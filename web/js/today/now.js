// The work session: its clock, pause, resume and end, and what became of time without a sign of life.
import { computed, html, signal, useEffect } from '../../vendor/preact.js';
import { endSession, pauseOrResume, startSession, timer, wasAway } from '../acts.js';
import { alone, request } from '../data/api.js';
import { elapsed, now, parts, tick } from '../data/clock.js';
import { all, leads, me, reread } from '../data/copy.js';
import { idNow, saved } from '../data/outbox.js';
import { perform } from '../perform.js';
import { span, t } from '../text.js';
import { Button, Card, useKeys } from '../ui.js';

/** @typedef {import('../data/types.js').Item} Item */

const AWAY = 300_000;
const SEEN = 'avanochi.seen';

const current = computed(() => [...all('work_sessions').value.values()].find((session) => !session.end_time) ?? null);
const running = computed(() => [...all('tasks').value.values()].find((task) => task.timer_started_at && !task.completed));

/** The session under way. @returns {Item|null} */
export function active() {
  return current.value;
}

/** The task whose timer runs. @returns {Item|undefined} */
export function timed() {
  return running.value;
}

/** The clock alone is drawn again each second. @param {{session: Item}} props */
function Clock({ session }) {
  const { clock, seconds, minutes } = parts(elapsed(session, tick.value));
  useEffect(() => {
    document.title = `${session.paused ? t('now.paused') : span(minutes)} · Avanochi`;
  }, [minutes, session.paused]);
  return html`<div class=${`now-clock${session.paused ? ' now-clock-paused' : ''}`} role="timer" aria-label=${t('now.clock', { time: span(minutes) })}>
    <span class="now-time">${clock}</span><span class="now-seconds">${seconds}</span></div>`;
}

/** When the person last did something here, in any tab, in ms of the local clock. */
function seen() {
  try {
    return Number(localStorage.getItem(SEEN)) || Date.now();
  } catch {
    return Date.now();
  }
}

/** Time without a sign of life in a session: from and to, by the server's clock. */
const away = signal(/** @type {{session: string, from: number, to: number}|null} */ (null));
let beaten = 0;
let written = Date.now();

/** @param {Item|null} session */
function useSignsOfLife(session) {
  useEffect(() => {
    if (!session || session.paused) return undefined;
    const sign = () => {
      const here = Date.now();
      if (here - written < 5000) return;
      const last = Math.max(seen(), Date.parse(session.start_time) - now() + here);
      written = here;
      try {
        localStorage.setItem(SEEN, String(here));
      } catch {
        // This tab alone knows.
      }
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

/** @param {{session: Item}} props */
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

/** One start at a time in this browser: what another tab started just now is looked for first. */
export function begin() {
  return alone('avanochi-start', async () => {
    await reread();
    if (active() || !me.peek()) return;
    perform(startSession(me.peek()?.id));
    await saved();
  });
}

export function Now() {
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

/** Starts or stops the timer of a task. @param {Item} task */
export function toggleTimer(task) {
  perform({ ...timer(task, timed()), say: null });
}
