// Calls of the API: the cookie signs them, a 401 is answered by one refresh, and errors are `ApiError`s.
import { signal } from '../../vendor/preact.js';
import { observe } from './clock.js';

/** The API's root, which `index.html` names relative to itself. */
export const root = typeof document === 'undefined'
  ? 'http://localhost/api/'
  : new URL(document.querySelector('meta[name="api"]')?.getAttribute('content') ?? '../api/', document.baseURI).href;

/** Whether the server could be reached the last time. */
export const online = signal(typeof navigator === 'undefined' || navigator.onLine !== false);
/** True once a request was refused and could not be signed again: the page asks for the password, and nothing is lost. */
export const signedOut = signal(false);

/** What the API refused, or that it could not be reached (`status` 0, `code` `offline`). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{code?: string, error?: string, field?: string, request_id?: string}|null} body
   * @param {number|null} [retryAfter] seconds
   */
  constructor(status, body, retryAfter) {
    super(body?.error ?? `Status ${status}`);
    this.status = status;
    this.code = body?.code ?? (status ? 'unknown' : 'offline');
    this.error = body?.error ?? '';
    this.field = body?.field;
    this.requestId = body?.request_id ?? null;
    this.retryAfter = retryAfter ?? null;
  }
}

/** @typedef {{method?: string, path: string, body?: unknown, key?: string, keepalive?: boolean, timeout?: number, text?: boolean}} Call */

/** @param {Call} call @returns {Promise<Response>} */
async function send({ method = 'GET', path, body, key, keepalive, timeout = 30_000 }) {
  /** @type {Record<string, string>} */
  const headers = { accept: 'application/json' };
  if (body !== undefined && body !== null) headers['content-type'] = 'application/json';
  if (key) headers['idempotency-key'] = key;
  const sent = Date.now();
  try {
    const answer = await fetch(root + path, {
      method, headers, keepalive, credentials: 'same-origin', cache: 'no-store',
      body: body === undefined || body === null ? undefined : JSON.stringify(body),
      signal: keepalive ? undefined : AbortSignal.timeout(timeout),
    });
    observe(answer.headers.get('date'), sent, Date.now());
    online.value = true;
    return answer;
  } catch {
    online.value = false;
    throw new ApiError(0, null);
  }
}

/** Who is signed in, as boot.js has asked. Good for one call. @type {Promise<Response>|undefined} */
let askedWho = /** @type {any} */ (globalThis).askedWho;

/** @type {Promise<boolean>|null} */
let renewing = null;

/** Renews the token by the cookie. Tabs take turns, so that the one after finds it renewed. @returns {Promise<boolean>} */
export function renew() {
  renewing ??= (async () => {
    try {
      return await alone('avanochi-renew', async () => {
        const answer = await send({ method: 'POST', path: 'auth/refresh', body: {} });
        if (answer.status === 429 || answer.status >= 500) throw await errorOf(answer);
        return answer.ok;
      });
    } finally {
      renewing = null;
    }
  })();
  return renewing;
}

/** @template T @param {string} name @param {() => Promise<T>} run @returns {Promise<T>} */
export function alone(name, run) {
  return navigator.locks ? /** @type {Promise<T>} */ (navigator.locks.request(name, run)) : run();
}

/** @param {Response} answer */
async function errorOf(answer) {
  const wait = answer.headers.get('retry-after');
  let body = null;
  try {
    body = await answer.json();
  } catch {
    // Not from the API itself: the status has to do.
  }
  return new ApiError(answer.status, body, wait ? Number(wait) || 1 : null);
}

/**
 * One call. Answers the JSON, the text with `text`, or null without a body.
 * @param {Call} call @returns {Promise<any>}
 */
export async function request(call) {
  const early = call.path === 'auth/me' ? askedWho : undefined;
  if (early) askedWho = undefined;
  let answer = await (early?.catch(() => send(call)) ?? send(call));
  const own = call.path.startsWith('auth/') && call.path !== 'auth/me';
  if (answer.status === 401 && !own) {
    if (await renew()) answer = await send(call);
    if (answer.status === 401) signedOut.value = true;
  }
  if (!answer.ok) throw await errorOf(answer);
  if (call.text) return answer.text();
  if (answer.status === 204) return null;
  const type = answer.headers.get('content-type') ?? '';
  return type.includes('json') ? answer.json() : null;
}

/** @param {string} path below the API's root, e.g. `stats` @returns {Promise<any>} */
export function get(path) {
  return request({ path });
}
