// What lies over the page or stands in its place: signing in and up, the sheet for whoever was signed out by time, and signing out; and keys:
// single letters, never while typing, all of them off with one switch (WCAG 2.1.4). Components say what theirs do (`useKeys` in ui.js).
import { html, signal, useEffect, useRef, useState } from '../vendor/preact.js';
import { ApiError } from './data/api.js';
import { me } from './data/copy.js';
import { pending } from './data/outbox.js';
import { begin, lastName, recall, remember, signIn, signOut, signUp } from './data/session.js';
import { go, places } from './router.js';
import { language, reason, speak, t } from './text.js';
import { bound, Button, Dialog, Field, say, Select, Switch, undoLast, useFocusOnMount } from './ui.js';

const KEYS = 'avanochi.keys';
const MINIMUM = 8;

/** Where an error belongs: beside a field, or above the button. @param {ApiError} error @param {string} key */
function placed(error, key) {
  const wait = error.retryAfter ? ` ${t('sign.wait', { n: error.retryAfter })}` : '';
  const text = reason(error) + wait;
  if (error.code === 'username_taken' || error.field === 'username') return key === 'username' ? text : null;
  if (error.field === 'password') return key === 'password' ? error.error : null;
  return key === 'form' ? text : null;
}

/**
 * One form, two modes.
 * @param {{up: boolean, known?: string, onDone?: () => void}} props `known` is the name of whoever was signed out by time
 */
function Form({ up, known, onDone }) {
  const [name, setName] = useState(known ?? '');
  const [password, setPassword] = useState('');
  const [error, setError] = useState(/** @type {ApiError|null} */ (null));
  const [busy, setBusy] = useState(false);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  const first = useFocusOnMount();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      if (up) {
        await signUp(name, password, zone, language.peek());
        begin();
      } else await signIn(name, password);
      onDone?.();
    } catch (thrown) {
      setError(thrown instanceof ApiError ? thrown : new ApiError(0, null));
      setBusy(false);
    }
  };
  const at = (/** @type {string} */ key) => (error ? placed(error, key) : null);
  return html`<form class="sign-form" onSubmit=${submit}>
    <${Field} label=${t('sign.name')} name="username" autocomplete="username" autocapitalize="none" spellcheck=${false} required maxlength=${64}
      value=${name} onInput=${setName} error=${at('username')} inputRef=${known ? undefined : first} />
    <${Field} label=${t('sign.password')} name="password" type="password" autocomplete=${up ? 'new-password' : 'current-password'} required
      minlength=${up ? MINIMUM : undefined} maxlength=${256} hint=${up ? t('sign.rule', { n: MINIMUM }) : undefined}
      value=${password} onInput=${setPassword} error=${at('password')} inputRef=${known ? first : undefined} />
    ${up ? html`<p class="small muted">${t('sign.zone', { zone })}</p>` : null}
    ${at('form') ? html`<p class="field-error" role="alert">${at('form')}</p>` : null}
    <${Button} kind="primary" type="submit" busy=${busy} disabled=${busy}>${t(up ? 'sign.up' : 'sign.in')}<//>
  </form>`;
}

/** The first thing that somebody sees who is not signed in. */
export function Sign() {
  const [up, setUp] = useState(!lastName());
  useEffect(() => {
    document.title = `${t(up ? 'sign.up' : 'sign.in')} · Avanochi`;
  }, [up, language.value]);
  return html`<main class="sign" id="main">
    <div class="sign-card card">
      <div class="sign-scene"><img src=${new URL('../icons/icon.svg', import.meta.url).href} width="148" height="148" alt="" /></div>
      <div class="sign-body">
        <h1>${t(up ? 'sign.welcome' : 'sign.back')}</h1>
        <p class="muted">${t('sign.what')}</p>
        <${Form} key=${String(up)} up=${up} known=${up ? undefined : lastName() ?? undefined} />
        <p class="sign-other">${t(up ? 'sign.have' : 'sign.new')} <button type="button" class="link" onClick=${() => setUp(!up)}>${t(up ? 'sign.in' : 'sign.up')}</button></p>
      </div>
    </div>
    <div class="sign-language"><${Select} label=${t('sign.language')} value=${language.value} onChange=${speak}
      options=${[{ value: 'en', label: 'English' }, { value: 'es', label: 'Español' }]} /></div>
  </main>`;
}

/** Over the page once the sign-in ran out. What is on the page, and what waits to be sent, stays as it is. */
export function Again() {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => ref.current?.showModal(), []);
  const n = pending.value;
  return html`<dialog class="dialog" ref=${ref} aria-labelledby="again-title" onCancel=${(/** @type {Event} */ event) => event.preventDefault()}>
    <h2 id="again-title">${t('sign.again')}</h2>
    <p>${n ? t('sign.kept.waiting', { n }) : t('sign.kept')}</p>
    <${Form} up=${false} known=${lastName() ?? ''} />
    <${SignOut} small />
  </dialog>`;
}

/** A button that signs out, and asks first if something waits to be sent. @param {{small?: boolean, bare?: boolean}} props */
export function SignOut({ small, bare }) {
  const [asking, setAsking] = useState(false);
  const n = pending.value;
  const out = async () => {
    try {
      await signOut();
    } catch (thrown) {
      setAsking(false);
      say(t('sign.out.failed', { why: reason(thrown instanceof ApiError ? thrown : new ApiError(0, null)) }), { tone: 'warn' });
    }
  };
  return html`<${Button} icon="out" small=${small} kind=${bare ? 'quiet' : 'outline'} label=${bare ? t('sign.out') : undefined}
      onClick=${() => (n ? setAsking(true) : out())}>${bare ? null : t('sign.out')}<//>
    <${Dialog} title=${t('sign.out')} open=${asking} onClose=${() => setAsking(false)}>
      <p>${t('sign.out.waiting', { n })}</p>
      <div class="dialog-acts"><${Button} onClick=${() => setAsking(false)}>${t('cancel')}<//><${Button} kind="danger" onClick=${out}>${t('sign.out.anyway')}<//></div>
    <//>`;
}

/** Who is signed in, with the way out; at the foot of the navigation. */
export function Account() {
  return html`<div class="nav-account"><span class="nav-who" title=${me.value?.name}>${me.value?.name}</span><${SignOut} small bare /></div>`;
}

// Keys

/** Whether single keys do something. */
export const on = signal(recall(KEYS) !== 'off');
/** Whether the list of keys is shown. */
export const shown = signal(false);

/** @param {boolean} next */
export function setOn(next) {
  on.value = next;
  remember(KEYS, next ? 'on' : 'off');
}

let leading = 0;

/** Whether a key belongs to the field that has the focus. @param {EventTarget|null} target */
function typing(target) {
  return target instanceof HTMLElement
    && (target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName)
      || target instanceof HTMLInputElement && !['checkbox', 'radio', 'button'].includes(target.type));
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (!on.peek() || typing(event.target) || document.querySelector('dialog[open]')) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const name = event.shiftKey && /^[a-z]$/.test(key) ? `shift+${key}` : key;
  if (Date.now() - leading < 1500) {
    leading = 0;
    const found = places.find((one) => one.key === key);
    if (found) {
      event.preventDefault();
      go(found.name);
      return;
    }
  }
  if (name === 'g') leading = Date.now();
  else if (name === '?') shown.value = true;
  else if (name === 'z') {
    if (undoLast()) event.preventDefault();
  } else {
    const run = bound.get(name);
    if (!run) return;
    event.preventDefault();
    run();
  }
}

export function start() {
  addEventListener('keydown', pressed);
}

const LIST = [['N', 'keys.new'], ['J K ↑ ↓', 'keys.move'], ['X', 'keys.complete'], ['E', 'keys.edit'], ['Del', 'delete'], ['Z', 'undo'], ['S', 'keys.session'],
  ['⇧ S', 'act.end'], ['W', 'today.water'], ['M', 'today.meal'], ['B', 'today.break'], ...places.map(({ key, name }) => [`G ${key.toUpperCase()}`, `nav.${name}`]),
  ['/', 'tasks.search'], ['Esc', 'keys.back'], ['?', 'keys.help']];

export function KeySheet() {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => ref.current?.showModal(), [shown.value]);
  if (!shown.value) return null;
  return html`<dialog class="dialog dialog-keys" ref=${ref} aria-labelledby="keys-title" onClose=${() => { shown.value = false; }}>
    <h2 id="keys-title">${t('keys.title')}</h2>
    <dl class="keys-list">${LIST.map(([key, name]) => html`<div key=${name}><dt><kbd>${key}</kbd></dt><dd>${t(name)}</dd></div>`)}</dl>
    <${Switch} label=${t('keys.on')} hint=${t('keys.hint')} checked=${on.value} onChange=${setOn} />
    <div class="dialog-acts"><${Button} kind="primary" onClick=${() => ref.current?.close()}>${t('close')}<//></div>
  </dialog>`;
}
