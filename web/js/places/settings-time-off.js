// Dates off: those that are entered, and new ones.

import { html, useRef, useSignal } from '../../vendor/preact.js';
import { daysBetween } from '../calendar.js';
import { all, me } from '../data/copy.js';
import { newId } from '../data/outbox.js';
import { perform } from '../perform.js';
import { day, today } from '../text.js';
import { Button, Card, Field, Select } from '../ui.js';
import { refusal, worded } from './settings-fields.js';
import { timeOffProblem } from './settings-form.js';
import { t } from './words.js';

/** @typedef {{ id: string, from: string, to: string, kind: string }} Off as the API shows it */

const KINDS = ['vacation', 'sick', 'holiday'];

export function TimeOff() {
  const list = /** @type {Off[]} */ ([...all('time_off').value.values()]).sort((a, b) => a.from.localeCompare(b.from));
  const here = today();
  const coming = list.filter(({ to }) => to >= here);
  const past = list.filter(({ to }) => to < here).reverse();
  return html`<${Card} title=${t('settings.off')} class="settings-card">
    <p class="field-hint">${t('settings.off.hint')}</p>
    ${coming.length ? html`<ul class="settings-off">${coming.map((one) => html`<${One} key=${one.id} one=${one} />`)}</ul>` : html`<p class="muted">${t('settings.off.none')}</p>`}
    <${Add} others=${list} />
    ${past.length ? html`<details><summary class="small">${t('settings.off.past', { n: past.length })}</summary>
      <ul class="settings-off">${past.slice(0, 50).map((one) => html`<${One} key=${one.id} one=${one} />`)}</ul></details>` : null}
  <//>`;
}

/** @param {Off} one */
const named = ({ from, to }) => {
  const options = /** @type {const} */ ({ day: 'numeric', month: 'short', year: 'numeric' });
  return from === to ? day(from, options) : t('statistics.span', { from: day(from, { day: 'numeric', month: 'short' }), to: day(to, options) });
};

/** Dates of a message as they are shown. @param {import('./settings-form.js').Problem['args']} args */
const inWords = (args) => args && Object.fromEntries(Object.entries(args).map(([name, date]) => [name, day(String(date), { day: 'numeric', month: 'long', year: 'numeric' })]));

/** @param {{ one: Off }} props */
function One({ one }) {
  const { id, from, to, kind } = one;
  const remove = () => perform({
    method: 'DELETE', path: `time_off/${id}`, effects: [{ kind: 'time_off', id, set: null }], label: 'settings.off.delete', hold: true,
    say: t('settings.off.delete.done', { dates: named(one) }),
  }).catch(() => {});
  return html`<li><div><strong>${named(one)}</strong><span class="muted small">${t(`settings.off.${kind}`)} · ${t('settings.off.days', { n: daysBetween(from, to) + 1 })}</span></div>
    <${Button} kind="quiet" icon="trash" label=${t('settings.off.remove', { dates: named(one) })} onClick=${remove} /></li>`;
}

/** @param {{ others: Off[] }} props */
function Add({ others }) {
  const from = useSignal('');
  const to = useSignal('');
  const kind = useSignal('vacation');
  const problem = useSignal(/** @type {{ field: string, text: string } | null} */ (null));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const tell = (/** @type {string} */ field, /** @type {string} */ text) => {
    problem.value = { field, text };
    /** @type {HTMLElement | null | undefined} */ (form.current?.querySelector(`[name="${field}"]`))?.focus();
  };
  const add = (/** @type {Event} */ event) => {
    event.preventDefault();
    const entered = { from: from.value, to: to.value || from.value };
    const wrong = timeOffProblem(entered, others);
    if (wrong) return tell(wrong.field, worded({ key: wrong.problem.key, args: inWords(wrong.problem.args) }));
    const id = newId();
    const fields = { ...entered, kind: kind.value };
    perform({
      method: 'POST', path: 'time_off', body: { ...fields, user_id: me.peek()?.id }, temp: id, answer: 'time_off', label: 'settings.off.add', say: null,
      effects: [{ kind: 'time_off', id, set: { id, ...fields } }],
    }).catch((error) => {
      from.value = fields.from;
      to.value = fields.to;
      tell(error.field === 'to' ? 'to' : 'from', refusal(error));
    });
    from.value = '';
    to.value = '';
    problem.value = null;
  };
  const beside = (/** @type {string} */ field) => (problem.value?.field === field ? problem.value.text : null);
  return html`<form class="settings-add" ref=${form} onSubmit=${add} novalidate>
    <div class="settings-row">
      <${Field} type="date" name="from" label=${t('settings.from')} value=${from.value} error=${beside('from')} onInput=${(/** @type {string} */ value) => {
        from.value = value;
      }} />
      <${Field} type="date" name="to" label=${t('settings.off.to')} value=${to.value} min=${from.value || undefined} error=${beside('to')} onInput=${(/** @type {string} */ value) => {
        to.value = value;
      }} />
      <${Select} label=${t('settings.off.kind')} value=${kind.value} options=${KINDS.map((value) => ({ value, label: t(`settings.off.${value}`) }))} onChange=${(/** @type {string} */ value) => {
        kind.value = value;
      }} />
    </div>
    <${Button} type="submit" icon="plus" small>${t('settings.off.add')}<//>
  </form>`;
}
