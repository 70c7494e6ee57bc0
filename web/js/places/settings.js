// Settings: who somebody is, how the page looks, when work is expected, what is aimed at, what is reminded of.

import { html } from '../../vendor/preact.js';
import { WEEKDAYS, weekOrder } from '../calendar.js';
import { me, settings } from '../data/copy.js';
import { perform } from '../perform.js';
import { day } from '../text.js';
import { setTheme, theme } from '../theme.js';
import { Button, Card, Select } from '../ui.js';
import { Account, Companion, Keys } from './settings-account.js';
import { Choice, Message, NumberField, Optional, refusal, save, tell, TextField, TimeField, Toggle } from './settings-fields.js';
import { toggled } from './settings-form.js';
import { TimeOff } from './settings-time-off.js';
import { styled } from './style.js';
import { t, words } from './words.js';

export const title = 'nav.settings';
await Promise.all([words, styled(new URL('../../css/settings.css', import.meta.url))]);

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
  perform({ ...act(value), undo: act(user[field]), say: t('settings.save.done') }).catch((error) => tell(`user.${field}`, refusal(error)));
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
