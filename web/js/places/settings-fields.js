// Fields of the settings: each saves by itself, keeps what was typed until it is good, and has its message beside it. First, and pure,
// what they take and send: bounds, how a text becomes a value, which problem belongs beside which field. The API decides; what is checked
// here too is said before it is asked.

import { html, signal, useEffect, useRef, useSignal } from '../../vendor/preact.js';
import { perform } from '../acts.js';
import { me, settings } from '../data/copy.js';
import { place } from '../router.js';
import { reason, t } from '../text.js';
import { Field, Select, Switch } from '../ui.js';

/** @typedef {{ [field: string]: any }} Settings */
/** @typedef {{ key: string, args?: { [name: string]: string | number } }} Problem a text key */
/** @typedef {{ min: number, max: number, step: number, scale?: number, unit: string }} Bounds `scale`: so many of the API's in one shown; `unit` has a text, or is none */

/** @type {{ [path: string]: Bounds }} */
export const NUMBERS = {
  day_target_minutes: { min: 60, max: 720, step: 15, scale: 60, unit: 'h' },
  overload_minutes: { min: 60, max: 900, step: 15, scale: 60, unit: 'h' },
  break_after_minutes: { min: 20, max: 90, step: 1, unit: 'min' },
  hydration_goal_ml: { min: 500, max: 4000, step: 1, unit: 'ml' },
  'focus.work': { min: 5, max: 90, step: 1, unit: 'min' },
  'focus.rest': { min: 1, max: 30, step: 1, unit: 'min' },
  'focus.long_rest': { min: 5, max: 60, step: 1, unit: 'min' },
  'focus.every': { min: 2, max: 8, step: 1, unit: 'times' },
  'goals.tasks': { min: 1, max: 50, step: 1, unit: '' },
  'goals.focus_minutes': { min: 25, max: 240, step: 1, unit: 'min' },
};

/** What can be chosen, by setting; each has a text. */
export const CHOICES = {
  language: ['en', 'es'],
  week_start: ['monday', 'sunday'],
  carry_over: ['weekly', 'daily', 'never'],
  labour_rules: ['none', 'eu_base', 'de', 'be'],
};

/** What is switched on begins with these. */
export const STARTS = { focus: { work: 25, rest: 5, long_rest: 15, every: 4 }, quiet_hours: { from: '20:00', to: '08:00' } };

/** Those of which a PATCH changes single members; the other objects are sent whole. */
const MERGED = ['reminders', 'goals', 'summaries'];

/** The value at a path such as `work_hours.end`. @param {Settings} settings @param {string} path */
export const valueAt = (settings, path) => path.split('.').reduce((value, part) => value?.[part], /** @type {any} */ (settings));

/** How a number is shown. @param {string} path @param {number} value */
export const shown = (path, value) => Number((value / (NUMBERS[path].scale ?? 1)).toFixed(2));

/**
 * A number from the text of a field. @param {string} path @param {string} text
 * @returns {{ value: number } | { problem: Problem }}
 */
export function number(path, text) {
  const { min, max, scale = 1 } = NUMBERS[path];
  const value = Math.round(Number(text.trim().replace(',', '.')) * scale);
  if (text.trim() === '' || Number.isNaN(value) || value < min || value > max) {
    return { problem: { key: 'settings.problem.range', args: { min: shown(path, min), max: shown(path, max) } } };
  }
  return { value };
}

/** A time of day from the text of a field. @param {string} text @returns {{ value: string } | { problem: Problem }} */
export function time(text) {
  const found = text.match(/^([01]\d|2[0-3]):[0-5]\d/);
  return found ? { value: found[0] } : { problem: { key: 'settings.problem.time' } };
}

/** What settings are after one value changed. @param {Settings} settings @param {string} path @param {any} value @returns {Settings} */
export function changed(settings, path, value) {
  const [top, ...rest] = path.split('.');
  return { ...settings, [top]: rest.length ? changed(settings[top] ?? {}, rest.join('.'), value) : value };
}

/**
 * What to send for one changed value, and what the copy shows meanwhile.
 * @param {Settings} settings @param {string} path @param {any} value @returns {{ body: Settings, set: Settings }}
 */
export function patch(settings, path, value) {
  const [top, member] = path.split('.');
  const next = changed(settings, path, value);
  return { body: { [top]: member && MERGED.includes(top) ? { [member]: value } : next[top] }, set: { [top]: next[top] } };
}

/** What puts back what was at a path before: an object that is sent whole is put back whole. @param {Settings} former @param {string} path */
export function restore(former, path) {
  const top = path.split('.')[0];
  const at = MERGED.includes(top) ? path : top;
  return patch(former, at, valueAt(former, at));
}

/** What is wrong between several values, if anything, and at which. @param {Settings} settings @param {string} path the one that changed @returns {Problem | null} */
export function conflict(settings, path) {
  const top = path.split('.')[0];
  const { work_hours: work, lunch, quiet_hours: quiet, day_start: start } = settings;
  if (top === 'work_hours' && work.start === work.end) return { key: 'settings.problem.same' };
  if (top === 'lunch' && lunch.from >= lunch.to) return { key: 'settings.problem.order' };
  if (top === 'quiet_hours' && quiet && quiet.from === quiet.to) return { key: 'settings.problem.same' };
  if (top === 'day_start' && start > '12:00') return { key: 'settings.problem.noon' };
  if (/^(day_target|overload)_minutes$/.test(top) && settings.overload_minutes < settings.day_target_minutes) {
    return { key: top === 'overload_minutes' ? 'settings.problem.overload' : 'settings.problem.target' };
  }
  return null;
}

/**
 * The field that an answer names, or that which was changed: a message always stands beside one.
 * @param {string | undefined} field as the API names it @param {string} path @param {string[]} known
 */
export function fieldOf(field, path, known) {
  if (!field) return path;
  return known.includes(field) ? field : path;
}

/** Days of the week with one put in or taken out, from Monday on. @param {string[]} days @param {string} day @param {readonly string[]} order */
export const toggled = (days, day, order) => order.filter((one) => (one === day) !== days.includes(one));

/**
 * Whether dates off can be entered. @param {{ from: string, to: string }} entered @param {Iterable<{ from: string, to: string }>} others
 * @returns {{ field: 'from' | 'to', problem: Problem } | null}
 */
export function timeOffProblem({ from, to }, others) {
  if (!from) return { field: 'from', problem: { key: 'settings.problem.date' } };
  if (!to || to < from) return { field: 'to', problem: { key: to ? 'settings.problem.before' : 'settings.problem.date' } };
  if (Date.parse(to) - Date.parse(from) > 365 * 86_400_000) return { field: 'to', problem: { key: 'settings.problem.long' } };
  for (const other of others) {
    if (from <= other.to && other.from <= to) return { field: 'from', problem: { key: 'settings.problem.overlap', args: { from: other.from, to: other.to } } };
  }
  return null;
}

// What is shown

/** Messages by the path of the field beside which they stand. */
export const problems = signal(/** @type {Record<string, string>} */ ({}));
/** The paths that are shown, for messages that name another field than the one that was changed. @type {Set<string>} */
const known = new Set();
/** So long after the last change a value is sent: a time is typed in parts, a number in steps. */
const SETTLED = 700;

/** @param {string} path @param {string | null} text */
export function tell(path, text) {
  const { [path]: _former, ...rest } = problems.peek();
  problems.value = text ? { ...rest, [path]: text } : rest;
}

/** Whether messages can be seen. */
export const visible = () => place.peek().name === 'settings';

/** @param {Problem} problem */
export const worded = ({ key, args }) => t(key, args);

/** What the API said of a value. @param {any} error */
export const refusal = (error) => (error.code === 'invalid_field' && error.error ? error.error : reason(error));

/** Sends one changed setting; what does not go together is told without asking. @param {string} path @param {any} value */
export function save(path, value) {
  const former = settings.peek();
  if (JSON.stringify(valueAt(former, path)) === JSON.stringify(value)) return tell(path, null);
  const problem = conflict(changed(former, path, value), path);
  if (problem) return tell(path, worded(problem));
  tell(path, null);
  const id = /** @type {string} */ (me.peek()?.id);
  const act = (/** @type {{ body: any, set: any }} */ { body, set }) => ({
    method: /** @type {const} */ ('PATCH'), path: 'settings', body, answer: 'settings', label: 'settings.save',
    effects: [{ kind: 'settings', id, set: { ...set, id, user_id: id } }],
  });
  perform({ ...act(patch(former, path, value)), undo: act(restore(former, path)), say: t('settings.save.done'), tells: visible })
    .catch((error) => tell(fieldOf(error.field, path, [...known]), refusal(error)));
}

/**
 * A text that is being typed: what is shown, and when it is good enough to be sent.
 * @param {string} path @param {string} given @param {(text: string) => { value: any } | { problem: Problem }} parse @param {(value: any) => void} send
 */
function useDraft(path, given, parse, send) {
  const draft = useSignal(/** @type {string | null} */ (null));
  const timer = useRef(/** @type {any} */ (undefined));
  const settle = () => {
    clearTimeout(timer.current);
    if (draft.peek() === null) return;
    const found = parse(/** @type {string} */ (draft.peek()));
    if ('problem' in found) return tell(path, worded(found.problem));
    draft.value = null;
    send(found.value);
  };
  useEffect(() => {
    known.add(path);
    return () => {
      // What was typed last is sent, although the place is left before it settled.
      settle();
      known.delete(path);
      tell(path, null);
    };
  }, []);
  return {
    value: draft.value ?? given,
    error: problems.value[path],
    onInput: (/** @type {string} */ text) => {
      draft.value = text;
      clearTimeout(timer.current);
    },
    onChange: () => {
      clearTimeout(timer.current);
      timer.current = setTimeout(settle, SETTLED);
    },
    onBlur: settle,
    onKeyDown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter') settle();
    },
  };
}

/** A number of the settings. @param {{ path: string, label: string, hint?: string }} props */
export function NumberField({ path, label, hint }) {
  const { min, max, step, unit } = NUMBERS[path];
  const draft = useDraft(path, String(shown(path, valueAt(settings.value, path))), (text) => number(path, text), (value) => save(path, value));
  return html`<${Field} ...${draft} type="number" inputmode="decimal" min=${shown(path, min)} max=${shown(path, max)} step=${shown(path, step)}
    label=${unit ? `${label} (${t(`settings.unit.${unit}`)})` : label} hint=${hint} />`;
}

/** A time of day. @param {{ path: string, label: string, hint?: string }} props */
export function TimeField({ path, label, hint }) {
  const draft = useDraft(path, valueAt(settings.value, path) ?? '', time, (value) => save(path, value));
  return html`<${Field} ...${draft} type="time" label=${label} hint=${hint} />`;
}

/** A text with a way of its own to be sent. @param {{ path: string, label: string, hint?: string, given: string, most: number, send: (value: string) => void, [attribute: string]: any }} props */
export function TextField({ path, label, hint, given, most, send, ...rest }) {
  const parse = (/** @type {string} */ text) => (text.trim() ? { value: text.trim() } : { problem: { key: 'settings.problem.empty' } });
  const draft = useDraft(path, given, parse, send);
  return html`<${Field} ...${rest} ...${draft} label=${label} hint=${hint} maxlength=${most} />`;
}

/** One of several values, each with a text. @param {{ path: keyof typeof CHOICES, label: string, hint?: string }} props */
export function Choice({ path, label, hint }) {
  const options = CHOICES[path].map((value) => ({ value, label: t(`settings.${path}.${value}`) }));
  return html`<div><${Select} label=${label} hint=${hint} value=${settings.value[path]} options=${options} onChange=${(/** @type {string} */ value) => save(path, value)} />
    <${Message} path=${path} /></div>`;
}

/** What is on or off. @param {{ path: string, label: string, hint?: string }} props */
export function Toggle({ path, label, hint }) {
  return html`<div><${Switch} label=${label} hint=${hint} checked=${Boolean(valueAt(settings.value, path))} onChange=${(/** @type {boolean} */ on) => save(path, on)} />
    <${Message} path=${path} /></div>`;
}

/** What may be left out: off is null, on begins with usual values. @param {{ path: 'focus' | 'quiet_hours', label: string, hint?: string, children?: any }} props */
export function Optional({ path, label, hint, children }) {
  const on = settings.value[path] !== null;
  return html`<div><${Switch} label=${label} hint=${hint} checked=${on} onChange=${(/** @type {boolean} */ next) => save(path, next ? STARTS[path] : null)} />
    <${Message} path=${path} />${on ? html`<div class="settings-row">${children}</div>` : null}</div>`;
}

/** The message beside a control that has no place of its own for one. @param {{ path: string }} props */
export function Message({ path }) {
  useEffect(() => {
    known.add(path);
    return () => {
      known.delete(path);
    };
  }, [path]);
  const text = problems.value[path];
  return text ? html`<p class="field-error" role="alert">${text}</p>` : null;
}
