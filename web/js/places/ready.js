// What the places besides Today need before they are shown, and the first screen does not wait for: their words and their style sheet.

import { has, t, words } from '../text.js';

/** Answers once the sheet is in use, or could not be had: a place without its looks is better than none. @returns {Promise<void>} */
function styled() {
  return new Promise((resolve) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = new URL('../../places.css', import.meta.url).href;
    link.onload = () => resolve();
    link.onerror = () => resolve();
    document.head.append(link);
  });
}

/** Of words that could not be had the keys stand in their place until they can be. */
export const ready = Promise.all([words(), words('places'), styled()]);

/** The text of something that the API names; what this page does not know yet is shown as it is called there. @param {string} start of the key @param {string} name */
export const named = (start, name) => (has(`${start}.${name}`) ? t(`${start}.${name}`) : name.replaceAll('_', ' '));
