// How changes are laid over each other, and what follows from an answer. Pure: pages of the feed onto what is confirmed, what waits
// to be sent onto that, and what becomes of a call that was answered one way or another.

/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./types.js').Entry} Entry */
/** @typedef {import('./types.js').Page} Page */
/** @typedef {{kind: string, id: string, item: Item|null}} Op what becomes of an item; null: it is gone. */

/**
 * What a page changes. An item that is older than the one there is left: an answer can overtake the feed.
 * @param {Page} page @param {(kind: string, id: string) => Item|undefined} held @returns {Op[]}
 */
export function opsOfPage(page, held) {
  /** @type {Op[]} */
  const ops = [];
  for (const change of page.changes) {
    if (change.op === 'delete') {
      ops.push({ kind: change.kind, id: change.id, item: null });
    } else if (change.item) {
      const before = page.reset ? undefined : held(change.kind, change.id);
      if (!before || !older(change.item, before)) ops.push({ kind: change.kind, id: change.id, item: change.item });
    }
  }
  return ops;
}

/** @param {Item} item @param {Item} than */
function older(item, than) {
  return Boolean(item.updated_at && than.updated_at && item.updated_at < than.updated_at);
}

/**
 * The maps after some operations; those that do not change stay the same objects.
 * @param {Map<string, Map<string, Item>>} kinds @param {Op[]} ops @param {boolean} [reset]
 */
export function applied(kinds, ops, reset) {
  /** @type {Map<string, Map<string, Item>>} */
  const next = reset ? new Map([...kinds.keys()].map((kind) => [kind, new Map()])) : new Map(kinds);
  const fresh = new Set(reset ? next.keys() : []);
  for (const { kind, id, item } of ops) {
    if (!fresh.has(kind)) {
      next.set(kind, new Map(next.get(kind)));
      fresh.add(kind);
    }
    const map = /** @type {Map<string, Item>} */ (next.get(kind));
    if (item) map.set(id, item);
    else map.delete(id);
  }
  return next;
}

/**
 * What the screen shows of a kind: what is confirmed with what waits.
 * @param {Map<string, Item>} confirmed @param {Entry[]} entries @param {string} kind
 */
export function overlaid(confirmed, entries, kind) {
  /** @type {Map<string, Item>|null} */
  let next = null;
  for (const entry of entries) {
    for (const effect of entry.effects) {
      if (effect.kind !== kind) continue;
      next ??= new Map(confirmed);
      if (effect.set === null) next.delete(effect.id);
      else if (next.has(effect.id) || effect.id === entry.temp || effect.set.id) {
        next.set(effect.id, { ...next.get(effect.id), ...effect.set });
      }
    }
  }
  return next ?? confirmed;
}

/**
 * What a success means for what is confirmed: the effects, and the answer over them.
 * @param {Entry} entry @param {Item|null} answer @param {(kind: string, id: string) => Item|undefined} held @returns {Op[]}
 */
export function opsOfSuccess(entry, answer, held) {
  /** @type {Op[]} */
  const ops = [];
  for (const effect of entry.effects) {
    if (effect.id === entry.temp) continue;
    const before = held(effect.kind, effect.id);
    if (effect.set === null) ops.push({ kind: effect.kind, id: effect.id, item: null });
    else if (before || effect.set.id) ops.push({ kind: effect.kind, id: effect.id, item: { ...before, ...effect.set } });
  }
  const id = answer && idOf(answer);
  if (entry.answer && answer && id) {
    const before = held(entry.answer, id);
    if (!before || !older(answer, before)) ops.push({ kind: entry.answer, id, item: answer });
  }
  return ops;
}

/**
 * What an entry made, if it is there already: by the id that we gave it, or by its instant.
 * @param {Entry} entry @param {Map<string, Item>} items of the kind of its answer
 */
export function already(entry, items) {
  const { body, temp } = entry;
  if (entry.method !== 'POST' || !temp || !body) return null;
  for (const item of items.values()) {
    if (item.id === temp) continue;
    if (body.client_id ? item.client_id === body.client_id : body.at && Date.parse(item.at ?? item.start_time) === Date.parse(body.at)) return item;
  }
  return null;
}

/**
 * The body as it can be sent: a task that was made here may be younger for the server than its completion.
 * @param {Entry} entry @param {(kind: string, id: string) => Item|undefined} held
 */
export function bodyOf(entry, held) {
  const { body } = entry;
  const made = entry.at === 'completed_at' && held('tasks', entry.effects[0]?.id)?.created_at;
  return made && body && Date.parse(made) > Date.parse(body.completed_at) ? { ...body, completed_at: made } : body;
}

/** Singles of a user have the user's id. @param {Item} item @returns {string|undefined} */
export function idOf(item) {
  return item.id ?? item.user_id;
}

/** An entry with another id in the place of one that was made here. @param {Entry} entry @param {string} from @param {string} to @returns {Entry} */
export function renamed(entry, from, to) {
  if (entry.temp === from || !JSON.stringify(entry).includes(from)) return entry;
  return JSON.parse(JSON.stringify(entry).replaceAll(from, to));
}

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
