// Whether the companion may move. The system's wish for less motion holds whatever is chosen here.
import { signal } from '../vendor/preact.js';

const KEY = 'avanochi.motion';

function remembered() {
  try {
    return localStorage.getItem(KEY) !== 'still';
  } catch {
    return true;
  }
}

export const motion = signal(remembered());

/** @param {boolean} next */
export function setMotion(next) {
  motion.value = next;
  try {
    localStorage.setItem(KEY, next ? 'moves' : 'still');
  } catch {
    // For this visit alone.
  }
}
