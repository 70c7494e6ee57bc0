// How the page looks in this browser: light, dark or as the system (`boot.js` applies that before the first paint), and whether the
// companion moves: always, when something happens, or never.
import { signal } from '../vendor/preact.js';
import { recall, remember } from './data/session.js';

const THEME = 'avanochi.theme';
const MOTION = 'avanochi.motion';

/** What was chosen, if it is one of these; else the first. @template {string} T @param {string} key @param {readonly T[]} among @returns {T} */
const chosen = (key, among) => among.find((one) => one === recall(key)) ?? among[0];

export const theme = signal(chosen(THEME, /** @type {const} */ (['system', 'light', 'dark'])));

/** @param {'system'|'light'|'dark'} next */
export function setTheme(next) {
  theme.value = next;
  const { classList } = document.documentElement;
  classList.remove('light', 'dark');
  if (next !== 'system') classList.add(next);
  remember(THEME, next);
}

export const motion = signal(chosen(MOTION, /** @type {const} */ (['always', 'happens', 'never'])));

/** @param {'always'|'happens'|'never'} next */
export function setMotion(next) {
  motion.value = next;
  remember(MOTION, next);
}
