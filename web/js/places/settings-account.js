// The companion's name and colours, the keys, signing out, and the end of the account.

import { html, useSignal } from '../../vendor/preact.js';
import { ApiError, request } from '../data/api.js';
import { all, me, revalidate } from '../data/copy.js';
import { pending } from '../data/outbox.js';
import { signOut } from '../data/session.js';
import { on, setOn, shown } from '../keys.js';
import { motion, setMotion } from '../motion.js';
import { perform } from '../perform.js';
import { number } from '../text.js';
import { say } from '../toast.js';
import { Button, Card, Dialog, Field, Select, Switch, useRead } from '../ui.js';
import { refusal, tell, TextField } from './settings-fields.js';
import { t } from './words.js';

const PALETTES = ['green', 'violet', 'orange', 'pink', 'blue'];

export function Companion() {
  const { data } = useRead('companion');
  // The copy has what was changed here at once; the answer has what was never changed too.
  const { name, palette } = { ...data, ...all('companion').value.get(me.value?.id) };
  return html`<${Card} title=${t('settings.companion')} class="settings-card">
    ${data ? html`<${Looks} companion=${{ name, palette }} />` : null}
    <${Select} label=${t('settings.motion')} hint=${t('settings.motion.hint')} value=${motion.value} onChange=${setMotion}
      options=${['always', 'happens', 'never'].map((value) => ({ value, label: t(`settings.motion.${value}`) }))} />
  <//>`;
}

/** @param {{ companion: { name: string | null, palette: string | null } }} props */
function Looks({ companion }) {
  const change = (/** @type {'name' | 'palette'} */ field, /** @type {string | null} */ value) => {
    const act = (/** @type {string | null} */ next) => ({
      method: /** @type {const} */ ('PATCH'), path: 'companion', body: { [field]: next }, label: 'settings.save',
      effects: [{ kind: 'companion', id: me.peek()?.id, set: { [field]: next } }],
    });
    perform({ ...act(value), undo: act(companion[field]), say: t('settings.save.done') })
      .then(() => revalidate('companion'), (error) => tell(`companion.${field}`, refusal(error)));
  };
  const options = [{ value: '', label: t('settings.palette.own') }, ...PALETTES.map((value) => ({ value, label: t(`settings.palette.${value}`) }))];
  return html`<div class="settings-row">
    <${TextField} path="companion.name" label=${t('settings.companion.name')} given=${companion.name ?? ''} most=${40} send=${(/** @type {string} */ value) => value !== companion.name && change('name', value)} />
    <${Select} label=${t('settings.palette')} value=${companion.palette ?? ''} options=${options} onChange=${(/** @type {string} */ value) => change('palette', value || null)} />
  </div>`;
}

export function Keys() {
  return html`<${Card} title=${t('settings.keys')} class="settings-card">
    <${Switch} label=${t('settings.keys.on')} hint=${t('settings.keys.hint')} checked=${on.value} onChange=${setOn} />
    <${Button} small icon="key" onClick=${() => {
      shown.value = true;
    }}>${t('settings.keys.show')}<//>
  <//>`;
}

export function Account() {
  const asked = useSignal(false);
  const busy = useSignal(false);
  const waiting = useSignal(false);
  const typed = useSignal('');
  const problem = useSignal(/** @type {string | null} */ (null));
  const name = me.value?.name ?? '';
  const out = async () => {
    if (pending.peek() > 0 && !waiting.value) {
      waiting.value = true;
      return;
    }
    try {
      await signOut();
    } catch (error) {
      say(error instanceof ApiError && error.status === 0 ? t('settings.out.offline') : refusal(error), { tone: 'warn' });
    }
  };
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
    ${waiting.value ? html`<p class="field-error" role="alert">${t('settings.out.waiting', { n: number(pending.value) })}</p>` : null}
    <div class="settings-acts">
      <${Button} icon="out" onClick=${out}>${t(waiting.value ? 'settings.out.anyway' : 'settings.out')}<//>
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
