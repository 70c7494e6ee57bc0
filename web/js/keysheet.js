// The list of keys, which `?` shows.
import { html, useEffect, useRef } from '../vendor/preact.js';
import { on, setOn, shown } from './keys.js';
import { t } from './text.js';
import { Button, Switch } from './ui.js';

const KEYS = [['N', 'new'], ['J K ↑ ↓', 'move'], ['X', 'complete'], ['E', 'edit'], ['Del', 'delete'], ['Z', 'undo'], ['S', 'session'],
  ['⇧ S', 'end'], ['W', 'water'], ['M', 'meal'], ['B', 'break'], ['G T', 'today'], ['G W', 'week'], ['G S', 'statistics'], ['G A', 'achievements'],
  ['G ,', 'settings'], ['/', 'search'], ['Esc', 'back'], ['?', 'help']];

export function KeySheet() {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => ref.current?.showModal(), []);
  return html`<dialog class="dialog dialog-keys" ref=${ref} aria-labelledby="keys-title" onClose=${() => { shown.value = false; }}>
    <h2 id="keys-title">${t('keys.title')}</h2>
    <dl class="keys-list">${KEYS.map(([key, name]) => html`<div key=${name}><dt><kbd>${key}</kbd></dt><dd>${t(`keys.${name}`)}</dd></div>`)}</dl>
    <${Switch} label=${t('keys.on')} hint=${t('keys.hint')} checked=${on.value} onChange=${setOn} />
    <div class="dialog-acts"><${Button} kind="primary" onClick=${() => ref.current?.close()}>${t('close')}<//></div>
  </dialog>`;
}
