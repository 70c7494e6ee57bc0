// Parts that all places are made of: real controls with labels, 44 px high, and nothing that only colour says.
import { html, signal, useEffect, useId, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { cached, use } from './data/copy.js';
import { Icon } from './icons.js';
import { t } from './text.js';

/** @typedef {import('../vendor/preact.js').Child} Child */

const query = typeof matchMedia === 'undefined' ? null : matchMedia('(max-width: 1079px)');
/** Whether there is room for one column alone: what comes first on the screen comes first in the document, too. */
export const narrow = signal(query?.matches ?? false);
query?.addEventListener('change', () => {
  narrow.value = query.matches;
});

/** Gives an element the focus when it comes. @returns {import('../vendor/preact.js').Ref<any>} */
export function useFocusOnMount() {
  const ref = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => ref.current?.focus(), []);
  return ref;
}

/**
 * A component that is loaded when it is first shown. @param {() => Promise<import('../vendor/preact.js').Component<any>>} load
 * @param {() => Child} [meanwhile] what stands in its place, of the same size
 * @returns {import('../vendor/preact.js').Component<any>}
 */
export function lazy(load, meanwhile) {
  /** @type {import('../vendor/preact.js').Component<any>|null} */
  let found = null;
  return function Lazy(props) {
    const [View, setView] = useState(() => found);
    useEffect(() => {
      if (View) return;
      load().then((view) => {
        found = view;
        setView(() => view);
      }, () => {});
    }, []);
    return View ? html`<${View} ...${props} />` : meanwhile?.() ?? null;
  };
}

/** What keys do: set by the components that are there, read by keys.js. @type {Map<string, () => void>} */
export const bound = new Map();

/** Binds keys while a component is there. @param {Record<string, () => void>} map e.g. `{ n: add, 'shift+s': end }` */
export function useKeys(map) {
  // Before the next key can come: what was drawn and what keys do belong together.
  useLayoutEffect(() => {
    for (const [key, run] of Object.entries(map)) bound.set(key, run);
    return () => {
      for (const [key, run] of Object.entries(map)) if (bound.get(key) === run) bound.delete(key);
    };
  });
}

/** A read that the feed does not tell of, kept fresh while the component is there. @param {string} path @returns {import('./data/types.js').Cached} */
export function useRead(path) {
  useEffect(() => use(path), [path]);
  return cached(path).value;
}

/**
 * @param {{kind?: 'primary'|'outline'|'quiet'|'danger'|'water'|'meal'|'rest', icon?: string, onClick?: (event: any) => void, type?: 'button'|'submit',
 *   label?: string, disabled?: boolean, small?: boolean, class?: string, children?: Child, busy?: boolean}} props `label` names a button of an icon alone
 */
export function Button({ kind = 'outline', icon, onClick, type = 'button', label, disabled, small, class: more = '', busy, children }) {
  return html`<button type=${type} class=${`btn btn-${kind}${small ? ' btn-small' : ''}${children ? '' : ' btn-bare'} ${more}`} onClick=${onClick}
    disabled=${disabled} aria-label=${label} aria-busy=${busy ? 'true' : undefined} title=${children ? undefined : label}>
    ${icon ? html`<${Icon} name=${icon} size=${small ? 18 : 20} />` : null}${children ? html`<span>${children}</span>` : null}
  </button>`;
}

/**
 * A labelled field; the error stands beside it and is read with it. Everything else goes to the input itself.
 * @param {{label: string, hint?: string, error?: string|null, value: string, onInput: (value: string) => void, type?: string, multiline?: boolean,
 *   hideLabel?: boolean, inputRef?: any, [attribute: string]: any}} props
 */
export function Field({ label, hint, error, value, onInput, type = 'text', multiline, hideLabel, inputRef, ...rest }) {
  const id = useId();
  const about = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined;
  const given = {
    ...rest, id, value, ref: inputRef, class: 'field-input', 'aria-describedby': about, 'aria-invalid': error ? 'true' : undefined,
    onInput: (/** @type {any} */ event) => onInput(event.currentTarget.value),
  };
  return html`<div class="field">
    <label for=${id} class=${hideLabel ? 'sr' : 'field-label'}>${label}</label>
    ${multiline ? html`<textarea ...${given}></textarea>` : html`<input type=${type} ...${given} />`}
    ${hint ? html`<p class="field-hint" id=${`${id}-hint`}>${hint}</p>` : null}
    ${error ? html`<p class="field-error" id=${`${id}-error`}>${error}</p>` : null}
  </div>`;
}

/** @param {{label: string, checked: boolean, onChange: (checked: boolean) => void, hint?: string, disabled?: boolean}} props */
export function Switch({ label, checked, onChange, hint, disabled }) {
  const id = useId();
  return html`<div class="switch">
    <div><label for=${id}>${label}</label>${hint ? html`<p class="field-hint" id=${`${id}-hint`}>${hint}</p>` : null}</div>
    <input id=${id} type="checkbox" role="switch" class="switch-input" checked=${checked} disabled=${disabled}
      aria-describedby=${hint ? `${id}-hint` : undefined} onChange=${(/** @type {any} */ event) => onChange(event.currentTarget.checked)} />
  </div>`;
}

/** @param {{label: string, value: string, options: {value: string, label: string}[], onChange: (value: string) => void, hint?: string, hideLabel?: boolean}} props */
export function Select({ label, value, options, onChange, hint, hideLabel }) {
  const id = useId();
  return html`<div class="field">
    <label for=${id} class=${hideLabel ? 'sr' : 'field-label'}>${label}</label>
    <select id=${id} class="field-input" aria-describedby=${hint ? `${id}-hint` : undefined}
      onChange=${(/** @type {any} */ event) => onChange(event.currentTarget.value)}>
      ${options.map((one) => html`<option key=${one.value} value=${one.value} selected=${one.value === value}>${one.label}</option>`)}
    </select>
    ${hint ? html`<p class="field-hint" id=${`${id}-hint`}>${hint}</p>` : null}
  </div>`;
}

/** A section with a heading. @param {{title?: string, count?: number|string|null, class?: string, aside?: Child, children?: Child, flush?: boolean}} props */
export function Card({ title, count, class: more = '', aside, children, flush }) {
  const id = useId();
  return html`<section class=${`card ${flush ? 'card-flush' : ''} ${more}`} aria-labelledby=${title ? id : undefined}>
    ${title ? html`<header class="card-head"><h2 id=${id}>${title}${count === undefined || count === null ? null : html`<span class="card-count">${count}</span>`}</h2>${aside}</header>` : null}
    ${children}
  </section>`;
}

/** Asks before what cannot be undone; for nothing else. @param {{title: string, open: boolean, onClose: () => void, children?: Child}} props */
export function Dialog({ title, open, onClose, children }) {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  const id = useId();
  useEffect(() => {
    if (open && !ref.current?.open) ref.current?.showModal();
    if (!open && ref.current?.open) ref.current.close();
  }, [open]);
  return html`<dialog class="dialog" ref=${ref} aria-labelledby=${id} onClose=${onClose}>
    ${open ? html`<h2 id=${id}>${title}</h2>${children}` : null}
  </dialog>`;
}

/** What will be here, and one thing to do. @param {{title: string, text?: string, children?: Child, picture?: Child}} props */
export function Empty({ title, text, children, picture }) {
  return html`<div class="empty">${picture}<div><p class="empty-title">${title}</p>${text ? html`<p class="empty-text">${text}</p>` : null}${children}</div></div>`;
}

/** How far something is, 0 to 1. @param {{value: number, label: string, tone?: 'accent'|'water'|'meal'|'rest'|'warm', text?: string}} props */
export function Meter({ value, label, tone = 'accent', text }) {
  const part = Math.max(0, Math.min(1, value || 0));
  return html`<div class=${`meter meter-${tone}`} role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100"
    aria-valuenow=${Math.round(part * 100)} aria-valuetext=${text ?? `${Math.round(part * 100)} %`}><i style=${{ transform: `scaleX(${part})` }}></i></div>`;
}

/** A read that failed: the sentence, the request id behind "Details", and a way to try again. @param {{error: any, again?: () => void}} props */
export function Trouble({ error, again }) {
  return html`<div class="trouble" role="alert"><p>${error.status === 0 ? t('error.offline') : t('error.read')}</p>
    ${error.requestId ? html`<details><summary>${t('details')}</summary><code>${error.code} · ${error.requestId}</code></details>` : null}
    ${again ? html`<${Button} small onClick=${again}>${t('again')}<//>` : null}</div>`;
}
