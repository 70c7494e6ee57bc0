// Settings: who somebody is, how the page looks, when work is expected, what is aimed at, what is reminded of; time off, the companion's
// name and colours, the keys, and the end of the account.

import { html, useRef, useSignal } from '../../vendor/preact.js';
import { perform } from '../acts.js';
import { daysBetween, WEEKDAYS, weekOrder } from '../calendar.js';
import { request } from '../data/api.js';
import { all, me, revalidate, settings } from '../data/copy.js';
import { newId } from '../data/outbox.js';
import { signOut } from '../data/session.js';
import { motion, ready, setMotion, setTheme, theme } from '../looks.js';
import { on, setOn, shown, SignOut } from '../sheets.js';
import { day, t, today } from '../text.js';
import { Button, Card, Dialog, Field, Select, Switch, useRead } from '../ui.js';
import { Choice, Message, NumberField, Optional, refusal, save, tell, TextField, TimeField, timeOffProblem, Toggle, toggled, visible, worded } from './settings-fields.js';

export const title = 'nav.settings';
await ready();

export default function Settings() {
  return html`<div class="settings">
    <header class="place-head"><div><h1>${t('nav.settings')}</h1><p>${t('settings.about')}</p></div></header>
    <div class="settings-columns">
      <div class="column"><${You} /><${Page} /><${Work} /><${Aims} /></div>
      <div class="column"><${Reminders} /><${TimeOff} /><${Companion} /><${Keys} /><${Account} /></div>
    </div>
  </div>`;
}

/** A change of the account. @param {'name' | 'time_zone'} field @param {string} value */
function profile(field, value) {
  const user = me.peek();
  if (!user || user[field] === value) return;
  const act = (/** @type {string} */ next) => ({
    method: /** @type {const} */ ('PATCH'), path: `users/${user.id}`, body: { [field]: next }, answer: 'users', label: 'settings.save',
    effects: [{ kind: 'users', id: user.id, set: { id: user.id, [field]: next } }],
  });
  perform({ ...act(value), undo: act(user[field]), say: t('settings.save.done'), tells: visible }).catch((error) => tell(`user.${field}`, refusal(error)));
}

function You() {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = me.value?.time_zone ?? 'UTC';
  const zones = [...new Set(['UTC', zone, here, ...Intl.supportedValuesOf('timeZone')])].sort();
  return html`<${Card} title=${t('settings.you')} class="settings-card">
    <${TextField} path="user.name" label=${t('settings.name')} hint=${t('settings.name.hint')} given=${me.value?.name ?? ''} most=${64} autocomplete="nickname"
      send=${(/** @type {string} */ value) => profile('name', value)} />
    <div><${Select} label=${t('settings.zone')} hint=${t('settings.zone.hint')} value=${zone} options=${zones.map((value) => ({ value, label: value.replaceAll('_', ' ') }))}
      onChange=${(/** @type {string} */ value) => profile('time_zone', value)} />
      <${Message} path="user.time_zone" />
      ${here !== zone ? html`<${Button} small onClick=${() => profile('time_zone', here)}>${t('settings.zone.here', { zone: here.replaceAll('_', ' ') })}<//>` : null}</div>
  <//>`;
}

function Page() {
  return html`<${Card} title=${t('settings.page')} class="settings-card">
    <div class="settings-row"><${Choice} path="language" label=${t('settings.language')} />
      <${Select} label=${t('settings.theme')} value=${theme.value} options=${['system', 'light', 'dark'].map((value) => ({ value, label: t(`settings.theme.${value}`) }))} onChange=${setTheme} /></div>
    <div class="settings-row"><${Choice} path="week_start" label=${t('settings.week_start')} />
      <${TimeField} path="day_start" label=${t('settings.day_start')} /></div>
    <p class="field-hint">${t('settings.day_start.hint')}</p>
    <${Toggle} path="model_reads_sentences" label=${t('settings.model')} hint=${t('settings.model.hint')} />
  <//>`;
}

function Work() {
  const { work_days: days, week_start: start } = settings.value;
  return html`<${Card} title=${t('settings.work')} class="settings-card">
    <fieldset class="settings-days"><legend class="field-label">${t('settings.work_days')}</legend>
      <div>${weekOrder(start).map((index) => html`<label key=${index}><input type="checkbox" checked=${days.includes(WEEKDAYS[index])}
        onChange=${() => save('work_days', toggled(settings.peek().work_days, WEEKDAYS[index], WEEKDAYS))} />
        <span aria-hidden="true">${day(`2024-01-0${index + 1}`, { weekday: 'short' })}</span><span class="sr">${day(`2024-01-0${index + 1}`, { weekday: 'long' })}</span></label>`)}</div>
      <${Message} path="work_days" /></fieldset>
    <div class="settings-row"><${TimeField} path="work_hours.start" label=${t('settings.work_hours.start')} /><${TimeField} path="work_hours.end" label=${t('settings.work_hours.end')} /></div>
    <div class="settings-row"><${NumberField} path="day_target_minutes" label=${t('settings.day_target')} /><${NumberField} path="overload_minutes" label=${t('settings.overload')} /></div>
    <div class="settings-row"><${TimeField} path="lunch.from" label=${t('settings.lunch.from')} /><${TimeField} path="lunch.to" label=${t('settings.lunch.to')} /></div>
    <${NumberField} path="break_after_minutes" label=${t('settings.break_after')} hint=${t('settings.break_after.hint')} />
    <${Optional} path="focus" label=${t('settings.focus')} hint=${t('settings.focus.hint')}>
      ${['work', 'rest', 'long_rest', 'every'].map((part) => html`<${NumberField} key=${part} path=${`focus.${part}`} label=${t(`settings.focus.${part}`)} />`)}
    <//>
    <${Choice} path="carry_over" label=${t('settings.carry_over')} hint=${t('settings.carry_over.hint')} />
    <${Choice} path="labour_rules" label=${t('settings.labour_rules')} hint=${t('settings.labour_rules.hint')} />
  <//>`;
}

function Aims() {
  return html`<${Card} title=${t('settings.goals')} class="settings-card">
    <div class="settings-row"><${NumberField} path="goals.tasks" label=${t('settings.goals.tasks')} /><${NumberField} path="goals.focus_minutes" label=${t('settings.goals.focus_minutes')} /></div>
    <${NumberField} path="hydration_goal_ml" label=${t('settings.hydration_goal')} hint=${t('settings.hydration_goal.hint')} />
  <//>`;
}

function Reminders() {
  const { daily, weekly } = settings.value.summaries;
  return html`<${Card} title=${t('settings.reminders')} class="settings-card">
    <p class="field-hint">${t('settings.reminders.hint')}</p>
    ${['breaks', 'hydration', 'meals', 'sessions', 'check_in', 'tasks'].map((kind) => html`<${Toggle} key=${kind} path=${`reminders.${kind}`} label=${t(`settings.reminders.${kind}`)} />`)}
    <${Optional} path="quiet_hours" label=${t('settings.quiet_hours')} hint=${t('settings.quiet_hours.hint')}>
      <${TimeField} path="quiet_hours.from" label=${t('settings.from')} /><${TimeField} path="quiet_hours.to" label=${t('settings.to')} />
    <//>
    <h3>${t('settings.summaries')}</h3>
    <${Toggle} path="summaries.daily" label=${t('settings.summaries.daily')} /><${Toggle} path="summaries.weekly" label=${t('settings.summaries.weekly')} />
    ${daily || weekly ? html`<${TimeField} path="summaries.at" label=${t('settings.summaries.at')} />` : null}
  <//>`;
}

// Time off

/** @typedef {import('../data/types.js').Kinds['time_off']} Off */

const KINDS = ['vacation', 'sick', 'holiday'];

function TimeOff() {
  const list = [...all('time_off').value.values()].sort((a, b) => a.from.localeCompare(b.from));
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

/** Dates of a message as they are shown. @param {import('./settings-fields.js').Problem['args']} args */
const inWords = (args) => args && Object.fromEntries(Object.entries(args).map(([name, date]) => [name, day(String(date), { day: 'numeric', month: 'long', year: 'numeric' })]));

/** @param {{ one: Off }} props */
function One({ one }) {
  const { id, from, to, kind } = one;
  const remove = () => perform({
    method: 'DELETE', path: `time_off/${id}`, effects: [{ kind: 'time_off', id, set: null }], label: 'settings.off.delete', hold: true,
    say: t('settings.off.delete.done', { dates: named(one) }),
  }).catch(() => {});
  return html`<li><div><strong>${named(one)}</strong><span class="muted small">${t(`settings.off.${kind}`)} · ${t('statistics.days', { n: daysBetween(from, to) + 1 })}</span></div>
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
      method: 'POST', path: 'time_off', body: { ...fields, user_id: me.peek()?.id }, temp: id, answer: 'time_off', label: 'settings.off.add', say: null, tells: visible,
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

// The companion, the keys and the account

const PALETTES = ['green', 'violet', 'orange', 'pink', 'blue'];

function Companion() {
  const { data } = useRead('companion');
  // The copy has what was changed here at once; the answer has what was never changed too.
  const { name, palette } = { ...data, ...all('companion').value.get(/** @type {string} */ (me.value?.id)) };
  return html`<${Card} title=${t('settings.companion')} class="settings-card">
    ${data ? html`<${Looks} companion=${{ name, palette }} />` : null}
    <${Select} label=${t('settings.motion')} hint=${t('settings.motion.hint')} value=${motion.value} onChange=${setMotion}
      options=${['always', 'happens', 'never'].map((value) => ({ value, label: t(`settings.motion.${value}`) }))} />
  <//>`;
}

/** @param {{ companion: Pick<import('../data/types.js').Kinds['companion'], 'name' | 'palette'> }} props */
function Looks({ companion }) {
  const change = (/** @type {'name' | 'palette'} */ field, /** @type {string | null} */ value) => {
    const act = (/** @type {string | null} */ next) => ({
      method: /** @type {const} */ ('PATCH'), path: 'companion', body: { [field]: next }, label: 'settings.save',
      effects: [{ kind: 'companion', id: /** @type {string} */ (me.peek()?.id), set: { [field]: next } }],
    });
    perform({ ...act(value), undo: act(companion[field] ?? null), say: t('settings.save.done') })
      .then(() => revalidate('companion'), (error) => tell(`companion.${field}`, refusal(error)));
  };
  const options = [{ value: '', label: t('settings.palette.own') }, ...PALETTES.map((value) => ({ value, label: t(`settings.palette.${value}`) }))];
  return html`<div class="settings-row">
    <${TextField} path="companion.name" label=${t('settings.companion.name')} given=${companion.name ?? ''} most=${40} send=${(/** @type {string} */ value) => value !== companion.name && change('name', value)} />
    <${Select} label=${t('settings.palette')} value=${companion.palette ?? ''} options=${options} onChange=${(/** @type {string} */ value) => change('palette', value || null)} />
  </div>`;
}

function Keys() {
  return html`<${Card} title=${t('keys.title')} class="settings-card">
    <${Switch} label=${t('keys.on')} hint=${t('keys.hint')} checked=${on.value} onChange=${setOn} />
    <${Button} small icon="key" onClick=${() => {
      shown.value = true;
    }}>${t('settings.keys.show')}<//>
  <//>`;
}

function Account() {
  const asked = useSignal(false);
  const busy = useSignal(false);
  const typed = useSignal('');
  const problem = useSignal(/** @type {string | null} */ (null));
  const name = me.value?.name ?? '';
  const erase = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (typed.value.trim() !== name) {
      problem.value = t('settings.erase.differs');
      return;
    }
    busy.value = true;
    try {
      await request({ method: 'DELETE', path: `users/${me.peek()?.id}` });
      await signOut();
    } catch (error) {
      busy.value = false;
      problem.value = refusal(error);
    }
  };
  return html`<${Card} title=${t('settings.account')} class="settings-card">
    <div class="settings-acts">
      <${SignOut} />
      <${Button} kind="danger" icon="trash" onClick=${() => {
        typed.value = '';
        problem.value = null;
        asked.value = true;
      }}>${t('settings.erase')}<//>
    </div>
    <${Dialog} title=${t('settings.erase')} open=${asked.value} onClose=${() => {
      asked.value = false;
    }}>
      <p>${t('settings.erase.about')}</p>
      <form onSubmit=${erase} class="settings-card">
        <${Field} label=${t('settings.erase.type', { name })} value=${typed.value} error=${problem.value} autocomplete="off" onInput=${(/** @type {string} */ value) => {
          typed.value = value;
          problem.value = null;
        }} />
        <div class="dialog-acts"><${Button} onClick=${() => {
          asked.value = false;
        }}>${t('settings.erase.keep')}<//><${Button} kind="danger" type="submit" busy=${busy.value} disabled=${busy.value}>${t('settings.erase.do')}<//></div>
      </form>
    <//>
  <//>`;
}
