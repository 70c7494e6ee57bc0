// The places of the page, and which one is open: `#/today` and so on. One more is a file in places/ and a line here. They are loaded
// when they are first opened; the one before stays until then. What is of no use without network stands between backquotes, and is not
// kept by the service worker.
import { signal } from '../vendor/preact.js';

/** @typedef {{name: string, key: string, icon: string, load: () => Promise<{default: import('../vendor/preact.js').Component, title: string}>}} Place */

/** `key` is the letter after G that goes there. @type {Place[]} */
export const places = [
  { name: 'today', key: 't', icon: 'today', load: () => import('./places/today.js') },
  { name: 'week', key: 'w', icon: 'week', load: () => import('./places/week.js') },
  { name: 'statistics', key: 's', icon: 'statistics', load: () => import('./places/statistics.js') },
  { name: 'achievements', key: 'a', icon: 'achievements', load: () => import('./places/achievements.js') },
  { name: 'insights', key: 'n', icon: 'bulb', load: () => import(`./places/insights.js`) },
  { name: 'integrations', key: 'i', icon: 'plug', load: () => import(`./places/integrations.js`) },
  { name: 'settings', key: ',', icon: 'settings', load: () => import('./places/settings.js') },
];

/** The place that is open. */
export const place = signal(/** @type {Place} */ (places[0]));
/** Its component and the key of its title, once it is loaded; an error where it could not be. */
export const loaded = signal(/** @type {{name: string, View: import('../vendor/preact.js').Component, title: string}|null} */ (null));
export const failed = signal(false);

/** What is after the `?` of the hash, e.g. of `#/week?of=2026-11-23`. */
export const query = signal(new URLSearchParams());

/** @param {string} hash @param {Place[]} among @returns {{place: Place, query: URLSearchParams}} */
export function parse(hash, among) {
  const [path, search = ''] = hash.replace(/^#\/?/, '').split('?');
  return { place: among.find((one) => one.name === path) ?? among[0], query: new URLSearchParams(search) };
}

/** @param {string} name @param {Record<string, string>} [args] */
export function go(name, args) {
  const search = args ? `?${new URLSearchParams(args)}` : '';
  location.hash = `#/${name}${search}`;
}

/** Whether it was loaded anew just now for this reason; from now on it was. */
function reloaded() {
  try {
    const before = Number(sessionStorage.getItem('avanochi.reloaded')) || 0;
    sessionStorage.setItem('avanochi.reloaded', String(Date.now()));
    return Date.now() - before < 60_000;
  } catch {
    return true;
  }
}

async function open() {
  const next = parse(location.hash, places);
  place.value = next.place;
  query.value = next.query;
  if (loaded.peek()?.name === next.place.name) return;
  try {
    const found = await next.place.load();
    failed.value = false;
    if (place.peek() === next.place) loaded.value = { name: next.place.name, View: found.default, title: found.title };
  } catch {
    // Another version may have taken the place of this one: the page is loaded anew, once.
    if (navigator.onLine && !reloaded()) location.reload();
    else failed.value = true;
  }
}

/** Opens the place of the address, and follows it from then on. */
export function start() {
  addEventListener('hashchange', open);
  return open();
}

/** Tries again what could not be loaded. */
export { open as retry };
