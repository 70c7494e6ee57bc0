// Whether the companion moves: always, when something happens, or never.
import { signal } from '../vendor/preact.js';

const KEY = 'avanochi.motion';
/** @typedef {'always'|'happens'|'never'} Motion */

export const motion = signal(remembered());

/** @returns {Motion} */
function remembered() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'happens' || kept === 'never' ? kept : 'always';
  } catch {
    return 'always';
  }
}

/** @param {Motion} next */
export function setMotion(next) {
  motion.value = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // For this visit alone.
  }
}
