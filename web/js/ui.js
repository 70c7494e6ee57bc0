// Parts that all places are made of: icons, real controls with labels, 44 px high, nothing that only colour says; and messages.
import { html, signal, useEffect, useId, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { cached, use } from './data/copy.js';
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

/** What keys do: set by the components that are there, read by sheets.js. @type {Map<string, () => void>} */
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

/**
 * A read that the feed does not tell of, kept fresh while the component is there. @template {string} P @param {P} path
 * @returns {import('./data/types.js').Cached<import('./data/types.js').Read<P>>}
 */
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

// Icons: strokes in a square of 24, in the colour of the text. They are decoration; the words beside them say it.

/** @type {Record<string, string>} */
const PATHS = {
  today: 'M5 5.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1ZM4 9.5h16M8 3v3M16 3v3M9 14.5l2 2 4-4',
  week: 'M5 20V12M12 20V4M19 20V9',
  statistics: 'M4 20h16M4.5 15.5l4.5-5 4 3 6.5-7.5',
  achievements: 'M8 4h8v5a4 4 0 0 1-8 0ZM8 5.5H4.5c0 3 1.5 4.5 3.5 4.5M16 5.5h3.5c0 3-1.5 4.5-3.5 4.5M12 13v4M8.5 20h7M12 17c-2 0-3 1-3 3M12 17c2 0 3 1 3 3',
  settings: 'M4 8h9M18 8h2M4 16h2M11 16h9M15.5 8m-2.5 0a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0M8.5 16m-2.5 0a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0',
  bulb: 'M8.5 15.5a6.5 6.5 0 1 1 7 0V18h-7ZM10 21h4',
  plug: 'M9 4v4M15 4v4M6.5 8h11v3a5.5 5.5 0 0 1-11 0ZM12 16.5V20',
  plus: 'M12 5v14M5 12h14',
  check: 'M5.5 12.5l4.5 4.5 8.5-9.5',
  close: 'M6 6l12 12M18 6L6 18',
  drop: 'M12 3.5c3.5 4.5 6 7.5 6 11a6 6 0 0 1-12 0c0-3.5 2.5-6.5 6-11ZM9 15a3 3 0 0 0 2.5 2.8',
  meal: 'M4 11h16a8 8 0 0 1-5 7.5v1.5H9v-1.5A8 8 0 0 1 4 11ZM9.5 4.5c-1.2 1.2-.5 2-1 3.5M14 3.5c-1.5 1.5-.5 2.5-1.2 4.5',
  cup: 'M5 10h11v6a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4ZM16 11.5h1.5a2.5 2.5 0 0 1 0 5H16M8.5 4v3M12.5 4v3',
  flame: 'M12 3.5c.5 3.5 5 5.5 5 10.5a5 5 0 0 1-10 0c0-2 1-3.3 2-4.3.3 1.3.8 2 1.7 2.3C10.5 9 10.5 6 12 3.5Z',
  heart: 'M12 20C6 15.5 4 12.5 4 9.5a4 4 0 0 1 8-1.2A4 4 0 0 1 20 9.5c0 3-2 6-8 10.5Z',
  star: 'M12 4l2.4 5.2 5.6.7-4.1 3.9 1 5.7-4.9-2.8-4.9 2.8 1-5.7L4 9.9l5.6-.7Z',
  trash: 'M4.5 7h15M9 7V4.5h6V7M6.5 7l1 13h9l1-13M10 11v5M14 11v5',
  offline: 'M4 4l16 16M7.5 18.5a4.5 4.5 0 0 1-.3-9M10 6.8a6 6 0 0 1 7.5 4.7 3.8 3.8 0 0 1 2 6M16.5 18.5h-9',
  download: 'M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14',
  chevron: 'M9 5.5l6.5 6.5L9 18.5',
  undo: 'M9 6L4.5 10.5 9 15M4.5 10.5H15a5 5 0 0 1 0 10h-3',
  out: 'M14 5H6v14h8M10.5 12H20M16.5 8.5L20 12l-3.5 3.5',
  search: 'M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.8 15.8L20 20',
  repeat: 'M5 11V9.5a3 3 0 0 1 3-3h10M15.5 3.5l3 3-3 3M19 13v1.5a3 3 0 0 1-3 3H6M8.5 20.5l-3-3 3-3',
  flag: 'M6 20.5V4.5h11l-2.5 4 2.5 4H6',
  timer: 'M12 7a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM12 10.5V14l2.2 1.5M9.5 3.5h5M12 3.5V7',
  key: 'M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM11 12.5l8-8M16 7.5l2.5 2.5M13.5 10l2 2',
};
/** Shapes that are filled. @type {Record<string, string>} */
const FILLED = {
  play: 'M8 5.5v13l10.5-6.5Z',
  pause: 'M8 6h2.2v12H8ZM13.8 6H16v12h-2.2Z',
  stop: 'M7 7h10v10H7Z',
};

/** Takes in icons that few places show. @param {Record<string, string>} paths */
export function draw(paths) {
  Object.assign(PATHS, paths);
}

/** @param {{name: string, size?: number}} props */
export function Icon({ name, size = 20 }) {
  return FILLED[name]
    ? html`<svg class="ic" width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true"><path d=${FILLED[name]} fill="currentColor" /></svg>`
    : html`<svg class="ic" width=${size} height=${size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"
        stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name] ?? PATHS.star} /></svg>`;
}

// Messages: one at a time, in one place, readable, with Undo for 8 seconds, which a pointer or the focus holds.

/** @typedef {{text: string, undo: (() => void)|null, action: {label: string, run: () => void}|null, tone: 'plain'|'warn', detail: string|null, id: number}} Message */

const SHOWN = 8000;
let last = 0;

/** @type {import('../vendor/preact.js').Signal<Message|null>} */
export const message = signal(/** @type {Message|null} */ (null));

/**
 * Says something, in the place of what was said before.
 * @param {string} text
 * @param {{undo?: () => void, action?: {label: string, run: () => void}, tone?: 'plain'|'warn', detail?: string|null}} [more]
 */
export function say(text, { undo, action, tone = 'plain', detail } = {}) {
  message.value = { text, undo: undo ?? null, action: action ?? null, tone, detail: detail ?? null, id: ++last };
}

/** Takes back what the message is about. True: there was something. */
export function undoLast() {
  const one = message.peek();
  if (!one?.undo) return false;
  message.value = null;
  one.undo();
  return true;
}

export function hush() {
  message.value = null;
}

/** The place of messages. It is always there, so that a screen reader hears what comes into it. */
export function Toast() {
  const one = message.value;
  const held = useRef(false);
  useEffect(() => {
    if (!one) return undefined;
    let left = SHOWN;
    const clock = setInterval(() => {
      if (!held.current && !document.hidden) left -= 250;
      if (left <= 0 && message.peek()?.id === one.id) hush();
    }, 250);
    return () => clearInterval(clock);
  }, [one?.id]);
  const hold = (/** @type {boolean} */ on) => () => {
    held.current = on;
  };
  return html`<div class="toast-place" role="status" aria-live="polite">
    ${one ? html`<div class=${`toast toast-${one.tone}`} key=${one.id} onMouseEnter=${hold(true)} onMouseLeave=${hold(false)}
        onFocusIn=${hold(true)} onFocusOut=${hold(false)}>
      <span class="toast-text">${one.text}</span>
      ${one.detail ? html`<details class="toast-detail"><summary>${t('details')}</summary><code>${one.detail}</code></details>` : null}
      ${one.undo ? html`<button type="button" class="toast-act" onClick=${undoLast}><${Icon} name="undo" size=${18} />${t('undo')}</button>` : null}
      ${one.action ? html`<button type="button" class="toast-act" onClick=${one.action.run}>${one.action.label}</button>` : null}
      <button type="button" class="toast-close" aria-label=${t('close')} onClick=${hush}><${Icon} name="close" size=${18} /></button>
    </div>` : null}
  </div>`;
}
