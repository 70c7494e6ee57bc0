// What of Today comes behind the first screen. The companion in its scene: drawn by the server, moved by the page in short acts, with what
// it says and needs. And what stands below: the day so far on a ribbon of hours, how much energy there is, and what is nearly earned.
import { html, useEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { ordered } from '../achievements.js';
import { checkIn, glad, perform } from '../acts.js';
import { root } from '../data/api.js';
import { minute, minutesOf, wall } from '../data/clock.js';
import { all, settings } from '../data/copy.js';
import { act } from '../data/outbox.js';
import { motion, styled } from '../looks.js';
import { go } from '../router.js';
import { span, t, time, zone } from '../text.js';
import { Button, Card, Icon, Meter, useRead } from '../ui.js';
import { hourOf, hours, moodOf, range, stageOf, stretches } from './plan.js';

/** @typedef {import('../data/types.js').Kinds} Kinds */

const ACT = 4200;
const PAUSE = 14_000;

/** Up to where gladness was shown, so that opening the place again shows nothing twice. */
let shownGlad = 0;

/** How it moves is asked for when it first does. @type {Promise<void>|undefined} */
let sheet;
function loadMotion() {
  sheet ??= styled(new URL('../../companion.css', import.meta.url));
}

/** @type {Map<string, Promise<Document|null>>} */
const pictures = new Map();

/** A picture, as a document: text would not pass Trusted Types. @param {string} address @returns {Promise<Document|null>} */
function fetched(address) {
  let found = pictures.get(address);
  if (!found) {
    found = new Promise((resolve) => {
      const asked = new XMLHttpRequest();
      asked.open('GET', address);
      asked.responseType = 'document';
      asked.overrideMimeType('image/svg+xml');
      asked.onload = () => resolve(asked.status === 200 && asked.responseXML?.documentElement.localName === 'svg' ? asked.responseXML : null);
      asked.onerror = () => resolve(null);
      asked.send();
    });
    pictures.set(address, found);
    found.then((document) => document || pictures.delete(address));
  }
  return found;
}

/** @param {{looks: {stage: string, form: string, mood: string, seed: number, palette?: string|null}, label: string}} props */
export function Creature({ looks, label }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const [missing, setMissing] = useState(false);
  const query = new URLSearchParams({ stage: looks.stage, form: looks.form, mood: looks.mood, seed: String(looks.seed), motion: 'still' });
  if (looks.palette) query.set('palette', looks.palette);
  const address = `${root}companion.svg?${query}`;
  useEffect(() => {
    let here = true;
    fetched(address).then((document_) => {
      if (!here || !box.current) return;
      setMissing(!document_);
      if (!document_) return;
      const svg = document.importNode(document_.documentElement, true);
      svg.setAttribute('aria-hidden', 'true');
      svg.removeAttribute('role');
      box.current.replaceChildren(svg);
      move();
    });
    return () => {
      here = false;
    };
  }, [address]);
  // One act when something changed, and one every 14 s while the page is visible; nothing moves for ever.
  const move = () => {
    const svg = box.current?.firstElementChild;
    if (!svg || document.hidden || motion.peek() === 'never') return;
    loadMotion();
    svg.classList.add('av-move');
    setTimeout(() => svg.classList.remove('av-move'), ACT);
  };
  useEffect(() => {
    const clock = setInterval(() => motion.peek() === 'always' && move(), PAUSE);
    return () => clearInterval(clock);
  }, []);
  return html`<div class="creature" role="img" aria-label=${label}>
    <div class="creature-box" ref=${box}></div>
    ${missing ? html`<img class="creature-box" src=${new URL('../../icons/icon.svg', import.meta.url).href} alt="" />` : null}
  </div>`;
}

/** Sun or moon, two clouds and two hills; they stand still. */
function Backdrop() {
  return html`<svg class="scene-back" viewBox="0 0 400 406" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
    <circle class="scene-glow" cx="342" cy="172" r="34" /><circle class="scene-sun" cx="342" cy="172" r="22" />
    <g class="scene-cloud"><rect x="26" y="170" width="92" height="24" rx="12" /><circle cx="66" cy="176" r="20" /><rect x="376" y="226" width="70" height="16" rx="8" /><circle cx="402" cy="230" r="13" /></g>
    <path class="scene-hill-a" d="M-10 358 Q120 330 230 352 T410 372 V420 H-10Z" /><path class="scene-hill-b" d="M108 406 Q230 346 410 368 V420 H100Z" />
  </svg>`;
}

/** How it is: what the server says, or what follows from the copy where it says nothing. */
export function useCompanion() {
  const read = useRead('companion');
  const today = useRead('wellbeing/today');
  const progress = [...all('progress').value.values()][0];
  const minutes = wall(minute.value, zone.value).minutes;
  const told = read.data;
  const level = progress?.level ?? 1;
  const character = [...all('companion').value.values()][0];
  const mood = told?.mood ?? moodOf(today.data, minutes);
  return {
    level, progress, minutes, wellbeing: today.data, mood,
    name: character?.name ?? told?.name ?? 'Nori',
    stage: character?.stage ?? told?.stage ?? stageOf(level),
    form: character?.form ?? told?.form ?? 'seedling',
    palette: character?.palette ?? told?.palette ?? null,
    says: told?.says?.text ?? t(`says.${mood}`),
    needs: told?.needs ?? null,
    // Not known yet: better none for a moment than another one first.
    known: Boolean(told || read.error),
  };
}

/** What helps against a mood, or against what a reminder is about. @type {Record<string, {key: string, kind: string, icon: string}>} */
const HELP = {
  thirsty: { key: 'water', kind: 'water', icon: 'drop' },
  hungry: { key: 'meal', kind: 'meal', icon: 'meal' },
  tired: { key: 'rest', kind: 'rest', icon: 'cup' },
  reconnect: { key: 'connect', kind: 'primary', icon: 'plug' },
  overload_ahead: { key: 'insights', kind: 'primary', icon: 'bulb' },
};

/** Where the others lead. @type {Record<string, string>} */
const PLACES = { connect: 'integrations', insights: 'insights' };

/** Which of them answers a reminder. @type {Record<string, string>} */
const ANSWERS = { hydration: 'thirsty', lunch: 'hungry', break_due: 'tired', break_overdue: 'tired' };
const FRESH = 2 * 3_600_000;

/** The latest reminder that waits for an answer. @returns {Kinds['nudges']|null} */
function reminder() {
  const since = minute.value - FRESH;
  const open = [...all('nudges').value.values()].filter((one) => one.state === 'new' && one.text && Date.parse(one.created_at) > since);
  return open.sort((a, b) => (a.created_at < b.created_at ? 1 : -1))[0] ?? null;
}

/** @param {Kinds['nudges']} nudge @param {'done'|'dismiss'} action */
function answer(nudge, action) {
  act({
    method: 'POST', path: `nudges/${nudge.id}`, label: 'act.nudge', answer: 'nudges', body: { action },
    effects: [{ kind: 'nudges', id: nudge.id, set: { state: action === 'done' ? 'done' : 'dismissed' } }],
  });
}

/** Freckles, from the user's id; never changing. @param {string} id */
export function seedOf(id) {
  return Number.parseInt(id.slice(-1), 16) % 4;
}

/** @param {{user: Kinds['users'], ml: number, goal: number, energy: number|null, onHelp: Record<string, () => void>}} props */
export function Companion({ user, ml, goal, energy, onHelp }) {
  const { level, progress, minutes, mood, name, stage, form, palette, says, needs, known } = useCompanion();
  const [earned, setEarned] = useState(0);
  const before = useRef(/** @type {number|null} */ (null));
  const xp = progress?.xp ?? null;
  const happy = useRef(0);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (xp !== null && before.current !== null && xp > before.current) {
      setEarned(xp - before.current);
      glad.value += 1;
    }
    before.current = xp;
  }, [xp]);
  useEffect(() => {
    if (glad.value <= shownGlad) return undefined;
    shownGlad = glad.value;
    happy.current = glad.value;
    redraw(glad.value);
    const over = setTimeout(() => {
      happy.current = 0;
      setEarned(0);
      redraw(-1);
    }, ACT);
    return () => clearTimeout(over);
  }, [glad.value]);
  // Read out when it changes, not more than once a minute.
  const said = useRef({ at: 0, mood: '' });
  if (known && mood !== said.current.mood && Date.now() - said.current.at > 60_000) said.current = { at: Date.now(), mood };
  const shown = happy.current ? 'celebrating' : mood;
  const nudge = happy.current ? null : reminder();
  const asks = nudge && ANSWERS[nudge.kind];
  const help = happy.current ? undefined : HELP[nudge ? asks ?? nudge.kind : shown];
  const helped = () => {
    const place = help && PLACES[help.key];
    if (place) go(place);
    else if (help) onHelp[help.key]();
    if (nudge) answer(nudge, 'done');
  };
  const needed = {
    water: needs ? needs.hydration / 100 : ml / goal,
    energy: needs ? needs.energy / 100 : (energy ?? 3) / 5,
    joy: needs ? needs.happiness / 100 : Math.min(1, 0.5 + (progress?.xp_into_level ?? 0) / Math.max(1, progress?.xp_to_next ?? 1) / 2),
  };
  return html`<section class="card card-flush companion" aria-label=${t('companion.title', { name })}>
    <div class=${`scene scene-${hourOf(minutes)}`}>
      <${Backdrop} />
      <div class="bubble"><div class="bubble-in"><h2 class="bubble-mood">${t(nudge && !asks ? 'help.nudge' : `mood.${asks ?? shown}`)}</h2><p>${happy.current ? t('says.celebrating') : nudge?.text ?? says}</p>
        ${help ? html`<${Button} small kind=${help.kind} icon=${help.icon} onClick=${helped}>${t(`help.${help.key}`)}<//>` : null}</div>
        ${nudge ? html`<${Button} small kind="quiet" icon="close" class="bubble-close" label=${t('help.no')} onClick=${() => answer(nudge, 'dismiss')} />` : null}</div>
      ${known ? html`<${Creature} looks=${{ stage, form, mood: shown, seed: seedOf(user.id), palette }} label=${t('companion.is', { name, mood: t(`mood.${shown}`) })} />` : null}
      <p class="sr" role="status">${said.current.mood ? t('companion.is', { name, mood: t(`mood.${said.current.mood}`) }) : ''}</p>
      <span class="scene-xp" aria-hidden="true">${earned ? `+${earned}` : ''}</span>
    </div>
    <div class="companion-foot">
      <div class="companion-level"><strong>${name}</strong><span class="small muted">${t('companion.level', { n: level })}</span>
        <${Meter} label=${t('companion.xp')} value=${(progress?.xp_into_level ?? 0) / (progress?.xp_to_next ?? 50)}
          text=${t('companion.xp.of', { n: progress?.xp_into_level ?? 0, of: progress?.xp_to_next ?? 50 })} /></div>
      <div class="needs">
        ${[['water', 'drop', 'water'], ['energy', 'cup', 'rest'], ['joy', 'heart', 'warm']].map(([key, icon, tone]) => html`<div class=${`need need-${tone}`} key=${key}>
          <span class="need-name"><${Icon} name=${icon} size=${18} />${t(`need.${key}`)}</span>
          <${Meter} label=${t(`need.${key}`)} tone=${tone} value=${needed[/** @type {'water'|'energy'|'joy'} */ (key)]} /></div>`)}
      </div>
    </div>
  </section>`;
}

// Below

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
  const now = minute.value;
  const minuteOf = (/** @type {string|number} */ at) => {
    const ms = typeof at === 'string' ? Date.parse(at) : at;
    return ms <= began ? 0 : wall(ms, zone.value).minutes;
  };
  const work = sessions.flatMap((one) => stretches(one, now).map(([a, b]) => ({ a: Math.max(a, began), b, open: !one.end_time })).filter(({ a, b }) => b > a));
  const breaks = rests.map((one) => ({ a: Date.parse(one.start_time), b: one.end_time ? Date.parse(one.end_time) : now }));
  const marks = [...drinks, ...meals].map((one) => minuteOf(one.at));
  const { work_hours: set } = settings.value;
  const { from, to } = range([...marks, minuteOf(now), ...work.flatMap(({ a, b }) => [minuteOf(a), minuteOf(b)])], minutesOf(set.start), minutesOf(set.end));
  const x = (/** @type {number} */ at) => ((at - from) / (to - from)) * width;
  const bar = (/** @type {number} */ a, /** @type {number} */ b) => ({ x: x(minuteOf(a)), width: Math.max(3, x(minuteOf(b)) - x(minuteOf(a))) });
  const worked = work.reduce((sum, { a, b }) => sum + b - a, 0) / 60_000;
  const said = t('day.said', { worked: span(worked), drinks: drinks.length, meals: meals.length, rests: rests.length });
  return html`<${Card} class="day" title=${t('day.title')}>
    <div ref=${box}><svg class="day-ribbon" width=${width} height="66" role="img" aria-label=${said}>
      <rect class="day-track" x="0" y=${TOP} width=${width} height="20" rx="10" />
      ${work.map(({ a, b, open }, i) => html`<rect key=${`w${i}`} class=${open ? 'day-work day-open' : 'day-work'} ...${bar(a, b)} y=${TOP} height="20" rx="5"><title>${t('day.work')} ${time(a)}–${time(b)}</title></rect>`)}
      ${breaks.map(({ a, b }, i) => html`<rect key=${`r${i}`} class="day-rest" ...${bar(a, b)} y=${TOP + 6} height="8" rx="4"><title>${t('day.rest')} ${time(a)}–${time(b)}</title></rect>`)}
      ${drinks.map((one) => html`<path key=${one.id} class="day-drink" transform=${`translate(${x(minuteOf(one.at))} 6)`} d="M0 -1c2.6 3.3 4.6 5.6 4.6 8a4.6 4.6 0 0 1-9.2 0c0-2.4 2-4.7 4.6-8Z"><title>${time(one.at)} · ${one.ml} ml</title></path>`)}
      ${meals.map((one) => html`<path key=${one.id} class="day-meal" transform=${`translate(${x(minuteOf(one.at))} 10)`} d="M-6 0h12a6 6 0 0 1-12 0Z"><title>${time(one.at)} · ${t(`meal.${one.kind}`)}</title></path>`)}
      <rect class="day-now" x=${x(minuteOf(now)) - 1} y=${TOP - 4} width="2" height="28" />
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
