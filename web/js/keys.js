// Keys: single letters, never while typing, all of them off with one switch (WCAG 2.1.4). Components say what theirs do
// (`useKeys` in ui.js). The list of keys, which `?` shows.
import { html, signal, useEffect, useRef } from '../vendor/preact.js';
import { recall, remember } from './data/session.js';
import { go, places } from './router.js';
import { t } from './text.js';
import { bound, Button, Switch, undoLast } from './ui.js';

const KEY = 'avanochi.keys';

/** Whether single keys do something. */
export const on = signal(recall(KEY) !== 'off');
/** Whether the list of keys is shown. */
export const shown = signal(false);

/** @param {boolean} next */
export function setOn(next) {
  on.value = next;
  remember(KEY, next ? 'on' : 'off');
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

const LIST = [['N', 'new'], ['J K ↑ ↓', 'move'], ['X', 'complete'], ['E', 'edit'], ['Del', 'delete'], ['Z', 'undo'], ['S', 'session'],
  ['⇧ S', 'end'], ['W', 'water'], ['M', 'meal'], ['B', 'break'], ['G T', 'today'], ['G W', 'week'], ['G S', 'statistics'], ['G A', 'achievements'], ['G I', 'integrations'],
  ['G ,', 'settings'], ['/', 'search'], ['Esc', 'back'], ['?', 'help']];

export function KeySheet() {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => ref.current?.showModal(), [shown.value]);
  if (!shown.value) return null;
  return html`<dialog class="dialog dialog-keys" ref=${ref} aria-labelledby="keys-title" onClose=${() => { shown.value = false; }}>
    <h2 id="keys-title">${t('keys.title')}</h2>
    <dl class="keys-list">${LIST.map(([key, name]) => html`<div key=${name}><dt><kbd>${key}</kbd></dt><dd>${t(`keys.${name}`)}</dd></div>`)}</dl>
    <${Switch} label=${t('keys.on')} hint=${t('keys.hint')} checked=${on.value} onChange=${setOn} />
    <div class="dialog-acts"><${Button} kind="primary" onClick=${() => ref.current?.close()}>${t('close')}<//></div>
  </dialog>`;
}
