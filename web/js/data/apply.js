// How changes are laid over each other. Pure: pages of the feed onto what is confirmed, and what waits to be sent onto that.

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

/** Singles of a user have the user's id. @param {Item} item @returns {string|undefined} */
export function idOf(item) {
  return item.id ?? item.user_id;
}

/** An entry with another id in the place of one that was made here. @param {Entry} entry @param {string} from @param {string} to @returns {Entry} */
export function renamed(entry, from, to) {
  if (entry.temp === from || !JSON.stringify(entry).includes(from)) return entry;
  return JSON.parse(JSON.stringify(entry).replaceAll(from, to));
}
