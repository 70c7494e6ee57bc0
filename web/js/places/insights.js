// Insights: what to do next, the story of a day or a week, how near somebody is to overload and what that comes from, and what the coming days
// look like. All of it is worked out by the server from what was entered. First, and pure, what follows from its answers.

import { html, useRef, useSignal } from '../../vendor/preact.js';
import { active, checkIn, drink, endSession, perform, startRest, startSession } from '../acts.js';
import { addDays, startOfWeek } from '../calendar.js';
import { root } from '../data/api.js';
import { dateOf, minute, minutesOf, stamp, wall } from '../data/clock.js';
import { all, me, revalidate, settings } from '../data/copy.js';
import { Bars, Trend } from '../figures.js';
import { ready, styled } from '../looks.js';
import { day, has, near, number, span, t, time, today, words, zone } from '../text.js';
import { Button, Card, Empty, Icon, say, Trouble, useRead } from '../ui.js';

/** @typedef {import('../data/types.js').Act} Act */
/** @typedef {import('../data/types.js').Api} Api */
/** @typedef {Api['FactorView']} Factor */
/** @typedef {Api['ForecastView']} Forecast */
/** @typedef {Api['RecommendationView']} Advice */
/** @typedef {Advice['action']} Call */
/** @typedef {Api['NarrativeView']} Story */

export const title = 'nav.insights';
await Promise.all([ready(), words('insights'), styled(new URL(`../../insights.css`, import.meta.url))]);

/** Where each factor begins and ends when they are laid end to end, the largest first; what is not known comes last. @param {Factor[]} factors */
export function laid(factors) {
  let end = 0;
  return [...factors].sort((a, b) => (b.points ?? -1) - (a.points ?? -1)).map((factor) => {
    const from = end;
    end += factor.points ?? 0;
    return { ...factor, from, to: end };
  });
}

/** How good a forecast is: nobody knows, no better than the last week, or nearer by so many percent. @param {Forecast} forecast @returns {{ key: string, args: Record<string, number> }} */
export function quality({ model, mase, baseline_mase: baseline, n }) {
  if (typeof mase !== 'number') return { key: 'insights.quality.rough', args: {} };
  if (model === 'seasonal_naive' || !baseline) return { key: 'insights.quality.last', args: { n } };
  return { key: 'insights.quality.better', args: { n, percent: Math.round((1 - mase / baseline) * 100) } };
}

/** A story to be read elsewhere. @param {Story} story */
export const asText = ({ title: head, paragraphs }) => [head, ...paragraphs.map(({ text }) => text)].join('\n\n');

/** Where what is only to be looked at stands in the page: by the first that an address begins with. */
const PLACES = [
  ['/api/tasks/summary', 'statistics'], ['/api/tasks?view=overdue', 'week'], ['/api/tasks?view=upcoming', 'week'], ['/api/tasks', 'today'], ['/api/connections', 'integrations'],
];

/** @param {Call} action */
export const placeOf = (action) => (action?.method === 'GET' ? PLACES.find(([start]) => action.path.startsWith(start))?.[1] ?? null : null);

/**
 * A call as an act, with what takes it back where something does. Null where there is nothing to call, or what to send only the person knows.
 * @param {Call} action @param {{ user: string, date: string, session: ReturnType<typeof active>, settings: any }} now @returns {Act | null}
 */
export function actOf(action, now) {
  if (!action || action.method === 'GET' || !action.path.startsWith('/api/')) return null;
  const path = action.path.slice(5);
  const body = /** @type {any} */ (action.body ?? {});
  if (path === 'check_ins') return null;
  if (path === 'rests/start') return startRest(now.date, body.kind);
  if (path === 'hydration') return drink(now.date, body.ml);
  if (path === 'work_sessions/start') return startSession(now.user);
  if (now.session && path === `work_sessions/${now.session.id}/end`) return endSession(now.session);
  const act = (/** @type {any} */ given) => /** @type {Act} */ ({ method: action.method, path, body: given, label: 'insights.act' });
  if (path !== 'settings') return act(action.body);
  const set = (/** @type {any} */ given) => ({ ...act(given), answer: 'settings', effects: [{ kind: 'settings', id: now.user, set: { ...given, id: now.user, user_id: now.user } }] });
  return { ...set(body), undo: set(Object.fromEntries(Object.keys(body).map((name) => [name, now.settings[name] ?? null]))) };
}

/** What says how a session really ended: at a time of day no later than the end that was guessed. @param {{ id: string, end_time: string }} session @param {number} guessed minutes of that day @param {string} text @returns {Act} */
export function ended({ id, end_time: end }, guessed, text) {
  const before = (guessed - minutesOf(text) + 1440) % 1440;
  const at = stamp(Date.parse(end) - before * 60_000);
  const act = (/** @type {any} */ body, /** @type {boolean} */ asked) => /** @type {Act} */ ({
    method: 'PATCH', path: `work_sessions/${id}`, label: 'act.away', answer: 'work_sessions', body, effects: [{ kind: 'work_sessions', id, set: { ...body, needs_review: asked } }],
  });
  return before ? { ...act({ end_time: at }, false), undo: act({ end_time: end }, true) } : act({}, false);
}

// What is shown

export default function Insights() {
  return html`<div class="settings insights">
    <header class="place-head"><div><h1>${t('nav.insights')}</h1><p>${t('insights.about')}</p></div></header>
    <div class="settings-columns">
      <div class="column"><${Recommendations} /><${Narrative} /></div>
      <${Risk} />
    </div>
    <${Ahead} />
  </div>`;
}

/** What a read is in the place of what it would show; nothing once that is there. @param {string} path @param {{ data: any, error: any }} read */
function missing(path, { data, error }) {
  if (data) return null;
  if (error?.status === 404) return html`<p class="muted">${t('insights.missing')}</p>`;
  return error ? html`<${Trouble} error=${error} again=${() => revalidate(path)} />` : html`<div class="insights-wait" aria-busy="true"></div>`;
}

// What to do

function Recommendations() {
  const read = useRead('recommendations');
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  // What was answered is not shown any more, whether that is sent already or not, unless it is taken back.
  const answers = all('recommendations').value;
  const shown = /** @type {Advice[]} */ (read.data ?? []).filter(({ id }) => !answers.has(id));
  const answer = async (/** @type {Advice} */ { id }, /** @type {'done' | 'dismiss'} */ action, /** @type {Act | null | undefined} */ act, /** @type {Record<string, string | number>} */ args) => {
    const effects = [{ kind: 'recommendations', id, set: { id, action } }];
    const reply = /** @type {Act} */ ({ method: 'POST', path: `recommendations/${encodeURIComponent(id)}`, body: { action }, label: 'insights.answer', effects, say: null });
    box.current?.focus();
    if (!act) perform({ ...reply, hold: true, say: t(`insights.${action}.said`) });
    else if (!act.hold) perform(act, args, [{ ...reply, hold: true }]);
    else {
      // What waits for its undo would not wait any longer behind something else.
      const given = await perform({ ...act, effects: [...act.effects ?? [], ...effects] }, args).catch(() => null);
      if (given) perform(reply);
    }
  };
  return html`<${Card} title=${t('insights.do')}>
    <div ref=${box} tabindex="-1" class="insights-list">${missing('recommendations', read)}
      ${read.data && !shown.length ? html`<${Empty} title=${t('insights.do.none')} text=${t('insights.do.none.text')} />` : null}
      ${shown.length ? html`<ul>${shown.map((one) => html`<${Recommendation} key=${one.id} one=${one} onAnswer=${answer} />`)}</ul>` : null}</div>
  <//>`;
}

/** @param {{ one: Advice, onAnswer: (one: Advice, action: 'done' | 'dismiss', act?: Act | null, args?: Record<string, string | number>) => void }} props */
function Recommendation({ one, onAnswer }) {
  const { rule, text, evidence, action } = one;
  const user = me.value?.id ?? '';
  const act = actOf(action, { user, date: today(), session: active(), settings: settings.value });
  const place = placeOf(action);
  const task = all('tasks').value.get(evidence?.task_id);
  const session = all('work_sessions').value.get(action?.path.split('work_sessions/')[1] ?? '');
  const key = has(`insights.do.${rule}`) ? `insights.do.${rule}` : 'insights.do.it';
  return html`<li class="insights-advice"><p>${text}</p>
    ${task ? html`<p class="insights-what">“${task.title}”</p>` : null}
    ${rule === 'review_auto_closed' && session?.end_time ? html`<${Review} session=${session} onDone=${(/** @type {Act} */ how) => onAnswer(one, 'done', how)} />` : null}
    <div class="settings-acts">
      ${action?.path === '/api/check_ins' ? [1, 2, 3, 4, 5].map((n) => html`<${Button} small key=${n} onClick=${() => onAnswer(one, 'done', checkIn(today(), n, undefined), { word: t(`energy.${n}`) })}>${n} · ${t(`energy.${n}`)}<//>`) : null}
      ${act ? html`<${Button} small kind="primary" onClick=${() => onAnswer(one, 'done', act, action?.body ?? {})}>${t(key)}<//>` : null}
      ${place ? html`<a class="btn btn-primary btn-small" href=${`#/${place}`}>${t('insights.go', { place: t(`nav.${place}`) })}</a>` : null}
      ${act || action?.path === '/api/check_ins' ? null : html`<${Button} small icon="check" onClick=${() => onAnswer(one, 'done')}>${t('insights.done')}<//>`}
      <${Button} small kind="quiet" icon="close" onClick=${() => onAnswer(one, 'dismiss')}>${t('insights.dismiss')}<//></div></li>`;
}

/** When a session that ended by itself really did. @param {{ session: any, onDone: (act: Act) => void }} props */
function Review({ session, onDone }) {
  const given = useSignal(time(session.end_time));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    onDone({ ...ended(session, wall(Date.parse(session.end_time), zone.value).minutes, given.value), say: t('settings.save.done') });
  };
  return html`<form class="settings-acts insights-review" onSubmit=${submit}>
    <label class="small">${t('insights.review', { day: near(dateOf(Date.parse(session.start_time), zone.value, settings.value.day_start)), start: time(session.start_time) })}
      <input class="field-input" type="time" required value=${given.value} onInput=${(/** @type {any} */ event) => {
        given.value = event.currentTarget.value;
      }} /></label>
    <${Button} small kind="primary" type="submit">${t('save')}<//></form>`;
}

// The story

function Narrative() {
  const kind = useSignal(/** @type {'day' | 'week'} */ ('day'));
  const back = useSignal(0);
  const here = today();
  const week = kind.value === 'week';
  const date = week ? addDays(startOfWeek(here, settings.value.week_start), -7 * back.value) : addDays(here, -back.value);
  const path = week ? `narratives/week?of=${date}` : `narratives/day?date=${date}`;
  const read = useRead(path);
  const story = /** @type {Story | null} */ (read.data);
  const step = (/** @type {number} */ by) => () => {
    back.value += by;
  };
  return html`<${Card} title=${t('insights.story')} aside=${html`<div class="settings-acts">
      <${Button} small class="insights-back" icon="chevron" label=${t('insights.before')} onClick=${step(1)} />
      <${Button} small icon="chevron" label=${t('insights.after')} disabled=${back.value === 0} onClick=${step(-1)} /></div>`}>
    <fieldset class="choice"><legend class="sr">${t('insights.story')}</legend>
      ${/** @type {const} */ (['day', 'week']).map((one) => html`<label key=${one}><input type="radio" name="story" value=${one} checked=${kind.value === one} onChange=${() => {
        kind.value = one;
        back.value = 0;
      }} /><span>${t(`insights.story.${one}`)}</span></label>`)}</fieldset>
    ${missing(path, read)}
    ${story ? html`<div class="insights-story" lang=${story.language}><h3>${story.title}</h3>${story.paragraphs.map(({ text }) => html`<p>${text}</p>`)}</div>
      <div class="settings-acts">${'share' in navigator ? html`<${Button} small kind="primary" icon="out" onClick=${() => share(story)}>${t('insights.share')}<//>` : null}
        <${Button} small onClick=${() => copy(story)}>${t('insights.copy')}<//></div>
      <details><summary class="small">${t('insights.facts')}</summary><p class="muted small">${t(`insights.by.${story.written_by}`)}</p>
        <ul class="small insights-facts">${story.paragraphs.flatMap(({ facts }) => facts).map((fact) => html`<li><a href=${root + fact.source.replace('/api/', '')}>${fact.key.replaceAll('_', ' ')}</a>: ${fact.shown ?? `${fact.value} ${fact.unit}`}</li>`)}</ul></details>` : null}
  <//>`;
}

/** @param {Story} story */
async function copy(story) {
  try {
    await navigator.clipboard.writeText(asText(story));
    say(t('insights.copied'));
  } catch {
    say(t('insights.copy.failed'), { tone: 'warn' });
  }
}

/** By what the system offers; where that fails it is copied. @param {Story} story */
async function share(story) {
  try {
    await navigator.share({ title: story.title, text: asText(story) });
  } catch (error) {
    if (/** @type {Error} */ (error).name !== 'AbortError') await copy(story);
  }
}

// The risk, and the coming days

const LEVELS = /** @type {const} */ ([['watch', 25], ['elevated', 50], ['high', 75]]);

function Risk() {
  const read = useRead('predictions');
  return html`<${Card} title=${t('insights.risk')}><${Warning} />${missing('predictions', read)}${read.data ? html`<${Load} risk=${read.data.risk} />` : null}<//>`;
}

/** The warning of the last week, all of it: on Today there is room for its beginning alone. */
function Warning() {
  const since = minute.value - 7 * 86_400_000;
  const [last] = [...all('nudges').value.values()].filter(({ kind, text, created_at: at }) => kind === 'overload_ahead' && text && Date.parse(at) > since)
    .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  return last ? html`<p class="insights-warning">${last.text}</p>` : null;
}

/** @param {{ risk: Api['RiskView'] }} props */
function Load({ risk }) {
  const { score, raw, floor, level, confidence, factors, history, in_7_days: ahead } = risk;
  if (typeof score !== 'number') return html`<${Empty} title=${t('insights.risk.none')} text=${t('insights.level.insufficient_data.text')} />`;
  const points = (/** @type {number} */ value) => number(value, { maximumFractionDigits: 1 });
  const past = history.filter((one) => typeof one.score === 'number');
  const short = (/** @type {string} */ date) => day(date, { day: 'numeric', month: 'short' });
  const last = past.at(-1);
  return html`<p class="insights-score"><strong>${number(score)}</strong> <span>${t('insights.of')}</span> <span class=${`chip${level === 'elevated' || level === 'high' ? ' chip-warm' : ''}`}>${t(`insights.level.${level}`)}</span></p>
    <p>${t(`insights.level.${level}.text`)} ${floor > (raw ?? 0) ? t('insights.floor', { raw: points(raw ?? 0), floor: number(floor) }) : ''}</p>
    <p>${t(`insights.in_7_days.${ahead.basis}`, { score: number(ahead.score ?? 0), level: t(`insights.level.${ahead.level}`) })}${' '}
      ${typeof ahead.likely_elevated === 'number' ? t('insights.likely', { percent: number(Math.round(ahead.likely_elevated * 100)) }) : ''}</p>
    <p class="muted small">${t('insights.confidence', { percent: number(Math.round(confidence * 100)) })} ${t('insights.hint')}</p>
    <h3>${t('insights.factors')}</h3>
    <ul class="insights-factors">${laid(factors).map((one) => html`<li key=${one.id}>
      <strong>${t(`insights.factor.${one.id}`)}</strong><span class="insights-points">${typeof one.points === 'number' ? t('insights.points', { n: points(one.points) }) : t('insights.unknown')}</span>
      <${Bar} from=${one.from} to=${one.to} />${one.text ? html`<span class="muted small">${one.text}</span>` : null}</li>`)}
      <li class="insights-sum"><strong>${t('insights.sum')}</strong><span class="insights-points">${t('insights.points', { n: points(raw ?? 0) })}</span><${Bar} from=${0} to=${raw ?? 0} /></li></ul>
    <p class="muted small">${t('insights.lines', { levels: LEVELS.map(([name, from]) => `${t(`insights.level.${name}`)} ${from}`).join(', ') })}</p>
    ${past.length > 1 && last ? html`<h3>${t('insights.history')}</h3><${Trend} tone="rest" most=${100} show=${number} marks=${LEVELS.map(([name, value]) => ({ value, text: t(`insights.level.${name}`) }))}
      items=${history.map((one) => ({ label: short(one.date), title: `${day(one.date)}: ${one.score ?? t('insights.unknown')}`, value: one.score ?? null }))}
      summary=${t('insights.history.said', { from: day(past[0].date), first: past[0].score ?? 0, to: day(last.date), last: last.score ?? 0, most: Math.max(...past.map((one) => one.score ?? 0)) })}
      table=${() => ({ caption: t('insights.history'), head: [t('statistics.date'), t('insights.risk')], rows: history.map((one) => [day(one.date), one.score ?? '–']) })} />` : null}`;
}

/** From nought to a hundred, with lines where a level begins. What it says stands beside it. @param {{ from: number, to: number }} props */
function Bar({ from, to }) {
  return html`<svg class="insights-bar" width="100%" height="12" aria-hidden="true"><rect class="insights-track" width="100%" y="2" height="8" rx="4" />
    ${to > from ? html`<rect class="insights-part" x=${`${from}%`} width=${`${to - from}%`} height="12" rx="2" />` : null}
    ${LEVELS.map(([, at]) => html`<rect class="insights-line" x=${`${at}%`} width="1" height="12" />`)}</svg>`;
}

/** What is forecast by dates, as charts, and of the next week, in words. */
function Ahead() {
  const forecasts = /** @type {Forecast[] | undefined} */ (useRead('predictions').data?.forecasts);
  if (!forecasts) return null;
  const of = (/** @type {string} */ target) => forecasts.filter((one) => one.target === target);
  const texts = /** @type {Record<string, (value: number) => string>} */ ({
    hours: (value) => span(Math.round(value * 60)), week_hours: (value) => span(Math.round(value * 60)),
    tasks: (value) => number(value, { maximumFractionDigits: 1 }), week_score: (value) => number(Math.round(value)),
  });
  const range = (/** @type {Forecast} */ { target, low, high }) => t('insights.range', { low: texts[target](low), high: texts[target](high) });
  const said = (/** @type {Forecast} */ one) => {
    const { key, args } = quality(one);
    return html`<p class="muted small">${t(key, args)}</p>`;
  };
  if (!forecasts.length) return html`<${Card} title=${t('insights.ahead')}><${Empty} title=${t('insights.ahead.none')} text=${t('insights.ahead.none.text')} /><//>`;
  return html`<${Card} title=${t('insights.ahead')}><p class="muted small">${t('insights.ahead.about')}</p><div class="insights-pair">
    ${['hours', 'tasks'].map((target) => {
      const list = of(target);
      if (!list.length) return null;
      const [heading, text] = [t(`insights.ahead.${target}`), texts[target]];
      return html`<div key=${target}><h3>${heading}</h3><${Bars} show=${number} summary=${`${heading}: ${list.map((one) => `${day(one.for, { weekday: 'long' })} ${text(one.value)}`).join(', ')}.`}
        items=${list.map((one) => ({ label: day(one.for, { weekday: 'short' }), title: `${day(one.for)}: ${text(one.value)}, ${range(one)}`, value: one.value, range: [one.low, one.high], now: one.for === today() }))}
        table=${() => ({ caption: heading, head: [t('statistics.date'), heading, t('insights.interval')], rows: list.map((one) => [day(one.for), text(one.value), range(one)]) })}>${said(list[0])}<//></div>`;
    })}
    ${['week_hours', 'week_score'].flatMap(of).map((one) => html`<div key=${one.target}><h3>${t(`insights.ahead.${one.target}`)}</h3>
      <p>${t('insights.ahead.week', { day: day(one.for, { day: 'numeric', month: 'long' }), value: texts[one.target](one.value), range: range(one) })}</p>${said(one)}</div>`)}
  </div><//>`;
}
