// Messages: one at a time, in one place, readable, with Undo for 8 seconds, which a pointer or the focus holds.
import { html, signal, useEffect, useRef } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './text.js';

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
