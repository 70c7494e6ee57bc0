// Words: `t` finds the text of a key in the language in use, and numbers, times and dates are told as that language does.
import { computed, signal } from '../vendor/preact.js';
import { dateOf, now } from './data/clock.js';
import { recall, remember } from './data/session.js';
import { me, settings } from './data/copy.js';

/** @typedef {string | {one: string, other: string, many?: string}} Text */

const KEY = 'avanochi.language';
/** What the first screen needs, what comes right behind it, what the other places say, and what those say that need the network. */
const PARTS = {
  first: { en: () => import('./text/en.js'), es: () => import('./text/es.js') },
  more: { en: () => import('./text/more-en.js'), es: () => import('./text/more-es.js') },
  places: { en: () => import('./text/places-en.js'), es: () => import('./text/places-es.js') },
  insights: { en: () => import(`./text/insights-en.js`), es: () => import(`./text/insights-es.js`) },
  integrations: { en: () => import(`./text/integrations-en.js`), es: () => import(`./text/integrations-es.js`) },
};

/** `en` or `es`. */
export const language = signal(/** @type {'en'|'es'} */ ('en'));
const texts = signal(/** @type {Record<string, Text>} */ ({}));
let rules = new Intl.PluralRules('en');
/** Parts besides the first that were asked for, until they are there. @type {Map<Exclude<keyof typeof PARTS, 'first'>, Promise<void>>} */
const asked = new Map();

/** Asks for a part of the texts. Without network the former language, or the keys, have to do. @param {Exclude<keyof typeof PARTS, 'first'>} [part] */
export function words(part = 'more') {
  const name = language.peek();
  const found = asked.get(part) ?? PARTS[part][name]().then((more) => {
    if (language.peek() === name) texts.value = { ...texts.peek(), ...more.default };
  }, () => {});
  asked.set(part, found);
  return found;
}

/** Waits for the texts that come behind with something that needs them. @template T @param {Promise<T>} part @returns {Promise<T>} */
export async function worded(part) {
  await words();
  return part;
}

/** What this browser prefers until somebody is signed in. */
export function guessed() {
  return (recall(KEY) ?? navigator.language).startsWith('es') ? 'es' : 'en';
}

/** Changes the language of the page. @param {string} name */
export async function speak(name) {
  const next = name === 'es' ? 'es' : 'en';
  const found = await PARTS.first[next]();
  rules = new Intl.PluralRules(next);
  texts.value = { ...texts.peek(), ...found.default };
  language.value = next;
  const parts = [...asked.keys()];
  asked.clear();
  for (const part of parts) words(part);
  document.documentElement.lang = next;
  remember(KEY, next);
}

/**
 * The text of a key. `{name}` stands for an argument; of a text with forms, `n` chooses.
 * @param {string} key @param {Record<string, string|number>} [args] @returns {string}
 */
export function t(key, args) {
  return filled(texts.value[key], key, args, rules);
}

/** Whether there is such a text. @param {string} key */
export function has(key) {
  return key in texts.value;
}

/** @param {Text|undefined} text @param {string} key @param {Record<string, string|number>|undefined} args @param {Intl.PluralRules} plural */
export function filled(text, key, args, plural) {
  if (text === undefined) return key;
  let found = text;
  if (typeof found !== 'string') {
    const form = /** @type {'one'|'other'|'many'} */ (plural.select(Number(args?.n ?? 0)));
    found = found[form] ?? found.other;
  }
  return args ? found.replace(/\{(\w+)\}/g, (all, name) => (name in args ? String(args[name]) : all)) : found;
}

/** The user's zone. */
export const zone = computed(() => me.value?.time_zone ?? 'UTC');

/** @type {Map<string, Intl.DateTimeFormat|Intl.NumberFormat>} */
const formats = new Map();

/** @template T @param {string} key @param {() => T} make @returns {T} */
function kept(key, make) {
  if (!formats.has(key)) formats.set(key, /** @type {any} */ (make()));
  return /** @type {any} */ (formats.get(key));
}

/** A number. @param {number} value @param {Intl.NumberFormatOptions} [options] */
export function number(value, options = {}) {
  return kept(`n${language.value}${JSON.stringify(options)}`, () => new Intl.NumberFormat(language.value, options)).format(value);
}

/** `09:24` of an instant on the user's clock. @param {string|number} at */
export function time(at) {
  return kept(`t${zone.value}`, () => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone.value }))
    .format(typeof at === 'string' ? Date.parse(at) : at);
}

/** A date of the calendar (`2026-11-25`) in words. @param {string} date @param {Intl.DateTimeFormatOptions} [options] */
export function day(date, options = { weekday: 'long', day: 'numeric', month: 'long' }) {
  const locale = language.value === 'en' ? 'en-GB' : language.value;
  return kept(`d${locale}${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }))
    .format(Date.parse(`${date}T12:00:00Z`));
}

/** The date that it is for the user, or that an instant was. @param {number} [at] */
export function today(at = now()) {
  return dateOf(at, zone.value, settings.value.day_start);
}

/** `4 h 10`, `47 min`. @param {number} minutes */
export function span(minutes) {
  const whole = Math.floor(minutes);
  if (whole < 60) return t('span.minutes', { m: whole });
  return whole % 60 ? t('span.both', { h: Math.floor(whole / 60), m: String(whole % 60).padStart(2, '0') }) : t('span.hours', { h: whole / 60 });
}

/** A date near today in a word, else short. @param {string} date */
export function near(date) {
  const away = Math.round((Date.parse(date) - Date.parse(today())) / 86_400_000);
  if (away === 0) return t('near.today');
  if (away === 1) return t('near.tomorrow');
  if (away === -1) return t('near.yesterday');
  return day(date, { weekday: 'short', day: 'numeric', month: 'short' });
}

/** The text of something that the API names; what this page does not know yet is shown as it is called there. @param {string} start of the key @param {string} name */
export const named = (start, name) => (has(`${start}.${name}`) ? t(`${start}.${name}`) : name.replaceAll('_', ' '));

/** The sentence for an error: by its code where there is one, else what the server said. @param {{code: string, error?: string}} error */
export function reason(error) {
  return has(`error.${error.code}`) ? t(`error.${error.code}`) : error.error || t('error.unknown');
}
