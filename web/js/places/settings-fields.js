// Fields of the settings: each saves by itself, keeps what was typed until it is good, and has its message beside it.

import { html, signal, useEffect, useRef, useSignal } from '../../vendor/preact.js';
import { perform } from '../acts.js';
import { me, settings } from '../data/copy.js';
import { reason, t } from '../text.js';
import { Field, Select, Switch } from '../ui.js';
import { changed, CHOICES, conflict, fieldOf, number, NUMBERS, patch, restore, shown, STARTS, time, valueAt } from './settings-form.js';

/** @typedef {import('./settings-form.js').Problem} Problem */

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
  const id = me.peek()?.id;
  const act = (/** @type {{ body: any, set: any }} */ { body, set }) => ({
    method: /** @type {const} */ ('PATCH'), path: 'settings', body, answer: 'settings', label: 'settings.save',
    effects: [{ kind: 'settings', id, set: { ...set, id, user_id: id } }],
  });
  perform({ ...act(patch(former, path, value)), undo: act(restore(former, path)), say: t('settings.save.done') })
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
