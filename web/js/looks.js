// How the page looks in this browser: light, dark or as the system (`boot.js` applies that before the first paint), whether the companion
// moves, and the style sheets that the first screen does not wait for.
import { signal } from '../vendor/preact.js';
import { recall, remember } from './data/session.js';
import { words } from './text.js';

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

/** Answers once a sheet is in use, or could not be had: a place without its looks is better than none. @param {URL} url @returns {Promise<void>} */
export function styled({ href }) {
  return new Promise((resolve) => {
    const done = () => resolve();
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload: done, onerror: done }));
  });
}

/** @type {Promise<unknown>|undefined} */
let places;

/** Waits for what the places besides Today have in common: their words, in whose place the keys stand if they cannot be had, and their looks. */
export const ready = () => (places ??= Promise.all([words(), words('places'), styled(new URL('../places.css', import.meta.url))]));
