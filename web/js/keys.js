// Keys: single letters, never while typing, all of them off with one switch (WCAG 2.1.4). Components say what theirs do.
import { signal, useEffect } from '../vendor/preact.js';
import { places } from './places.js';
import { go } from './router.js';
import { undoLast } from './toast.js';

const KEY = 'avanochi.keys';

/** Whether single keys do something. */
export const on = signal(remembered());
/** Whether the list of keys is shown. */
export const shown = signal(false);

function remembered() {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

/** @param {boolean} next */
export function setOn(next) {
  on.value = next;
  try {
    localStorage.setItem(KEY, next ? 'on' : 'off');
  } catch {
    // For this visit alone.
  }
}

/** @type {Map<string, () => void>} */
const bound = new Map();
let leading = 0;

/** Binds keys while a component is there. @param {Record<string, () => void>} map e.g. `{ n: add, 'shift+s': end }` */
export function useKeys(map) {
  useEffect(() => {
    for (const [key, run] of Object.entries(map)) bound.set(key, run);
    return () => {
      for (const [key, run] of Object.entries(map)) if (bound.get(key) === run) bound.delete(key);
    };
  });
}

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
