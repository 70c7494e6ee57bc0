// What follows from how a call of the outbox went. Pure.

/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {{do: 'done'} | {do: 'wait', ms: number} | {do: 'sign'} | {do: 'refuse'} | {do: 'replace', entry: Entry}} Verdict */

/** How long something can be taken back, in ms. */
export const HOLD = 8000;
const RECENT = 120_000;

/**
 * @param {Entry} entry
 * @param {{status: number, code: string, field?: string, retryAfter: number|null}|null} error null: it was taken
 * @param {number} local the local clock, in ms @param {number} server the server's clock, in ms
 * @param {number} failures how often in a row it had to wait
 * @returns {Verdict}
 */
export function judge(entry, error, local, server, failures) {
  if (!error) return { do: 'done' };
  const { status } = error;
  if (status === 401) return { do: 'sign' };
  if (status === 429 || status === 503) return { do: 'wait', ms: Math.max(1, error.retryAfter ?? 5) * 1000 };
  if (status === 0 || status === 408 || status >= 500) return { do: 'wait', ms: Math.min(60_000, 1000 * 2 ** Math.min(failures, 6)) };
  // What is to be deleted and is not there is as it should be.
  if (status === 404 && entry.method === 'DELETE') return { do: 'done' };
  // Our clock may lie a little before what the server has: what was done just now can take the server's time.
  const time = entry.at && entry.body && entry.body[entry.at] && server - entry.acted_at < RECENT;
  if (time && (error.code === 'sessions_overlap' || error.field === entry.at)) {
    const { [String(entry.at)]: _, ...body } = /** @type {Record<string, any>} */ (entry.body);
    return { do: 'replace', entry: { ...entry, body, at: undefined, key: `${entry.key}-now`, tried_at: local } };
  }
  return { do: 'refuse' };
}
