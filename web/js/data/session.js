// Signing in, up and out, for all tabs; what this browser remembers; and which step of the first minute is open.
import { signal } from '../../vendor/preact.js';
import { request } from './api.js';
import { enter, forget, tell, who } from './copy.js';

const KEY = 'avanochi.user';

/** What this browser remembers beside the copy; null: nothing, or it keeps nothing for the page. @param {string} key */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Where nothing can be kept it holds for this visit alone. @param {string} key @param {string|null} value null forgets it */
export function remember(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // See above.
  }
}

/** The name that was signed in with last, so that it need not be typed again. */
export const lastName = () => recall(KEY);

/** @param {string} username @param {string} password */
export async function signIn(username, password) {
  await request({ method: 'POST', path: 'auth/login', body: { username, password } });
  remember(KEY, username.trim());
  await enter();
  tell({ type: 'signed-in', user: who.peek() });
}

/**
 * What was guessed of language and zone is set before the page is shown; the user can change it later.
 * @param {string} username @param {string} password @param {string} zone an IANA name @param {string} language
 */
export async function signUp(username, password, zone, language) {
  const user = await request({ method: 'POST', path: 'auth/register', body: { username, password } });
  await request({ method: 'POST', path: 'auth/login', body: { username, password } });
  remember(KEY, username.trim());
  try {
    if (language !== 'en') await request({ method: 'PATCH', path: 'settings', body: { language } });
    await request({ method: 'PATCH', path: `users/${user.id}`, body: { time_zone: zone } });
  } catch {
    // A zone that the server does not know: UTC, and the settings change it.
  }
  await enter();
  tell({ type: 'signed-in', user: who.peek() });
}

/** Signs out, and empties the copy, what waits and the caches of pictures. */
export async function signOut() {
  await request({ method: 'POST', path: 'auth/logout', body: {} });
  await forget();
  tell({ type: 'signed-out' });
  if ('caches' in globalThis) {
    for (const name of await caches.keys()) if (name.startsWith('avanochi-pictures')) await caches.delete(name);
  }
  for (const name of [FIRST, 'avanochi.draft']) remember(name, null);
  location.hash = '#/today';
}

// The first minute: each step can be skipped, and where it stands is kept until it is done.

const FIRST = 'avanochi.first';
/** In order. */
export const STEPS = ['name', 'task', 'start', 'water'];

/** The step that is open; null: the first minute is over. */
export const step = signal(STEPS.find((one) => one === recall(FIRST)) ?? null);

/** @param {string|null} next */
function setStep(next) {
  step.value = next;
  remember(FIRST, next);
}

/** Opens the first of them. */
export function begin() {
  setStep(STEPS[0]);
}

/** Goes on, or ends. */
export function next() {
  setStep(STEPS[STEPS.indexOf(step.peek() ?? '') + 1] ?? null);
}

export function end() {
  setStep(null);
}
