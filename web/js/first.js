// The first minute: which of its steps is open. Each can be skipped; where it stands is kept until it is done.
import { signal } from '../vendor/preact.js';

const KEY = 'avanochi.first';
/** In order. */
export const STEPS = ['name', 'task', 'start', 'water'];

/** The step that is open; null: the first minute is over. */
export const step = signal(/** @type {string|null} */ (remembered()));

function remembered() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept && STEPS.includes(kept) ? kept : null;
  } catch {
    return null;
  }
}

/** @param {string|null} next */
function set(next) {
  step.value = next;
  try {
    if (next) localStorage.setItem(KEY, next);
    else localStorage.removeItem(KEY);
  } catch {
    // For this visit alone.
  }
}

export function begin() {
  set(STEPS[0]);
}

/** Goes on, or ends. */
export function next() {
  set(STEPS[STEPS.indexOf(step.peek() ?? '') + 1] ?? null);
}

export function end() {
  set(null);
}
