// The words of the places that are not on the first screen: loaded with the first of them, in the language of the page.

import { effect, signal } from '../../vendor/preact.js';
import { filled, language, t as common } from '../text.js';

/** @typedef {import('../text.js').Text} Text */

const LOAD = { en: () => import('../text/places-en.js'), es: () => import('../text/places-es.js') };

const texts = signal(/** @type {Record<string, Text>} */ ({}));
let rules = new Intl.PluralRules('en');

/** @param {'en' | 'es'} name */
async function load(name) {
  const found = await LOAD[name]();
  // Another language may have been chosen meanwhile.
  if (language.peek() !== name) return;
  rules = new Intl.PluralRules(name);
  texts.value = found.default;
}

/** Answers once the words are there, or could not be had: then the keys stand in their place until they can be. */
export const words = load(language.peek()).catch(() => {});

let first = true;
effect(() => {
  const name = language.value;
  // Without network the former language has to do.
  if (!first) load(name).catch(() => {});
  first = false;
});

/** The text of something that the API names; what this page does not know yet is shown as it is called there. @param {string} start of the key @param {string} name */
export const named = (start, name) => (`${start}.${name}` in texts.value ? t(`${start}.${name}`) : name.replaceAll('_', ' '));

/** The text of a key, of these or of those that the whole page has. @param {string} key @param {Record<string, string | number>} [args] @returns {string} */
export function t(key, args) {
  const found = texts.value[key];
  return found === undefined ? common(key, args) : filled(found, key, args, rules);
}
