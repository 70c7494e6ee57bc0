// In which order achievements and the entries of the ledger are shown. Pure.

/** @typedef {{ id: string, name: string, description: string, icon: string, progress: number, earned_at: string | null }} Achievement as the API shows it */
/** @typedef {{ id: string, at: string, date: string, source: { kind: string, id: string }, reason: string, xp: number, reverses?: string | null }} Entry */

/** Earned ones first, the latest at the top; then those that are nearest; what is equal stays in the order of the API. @param {Achievement[]} list */
export function ordered(list) {
  const earned = list.filter((one) => one.earned_at).sort((a, b) => String(b.earned_at).localeCompare(String(a.earned_at)));
  const open = list.filter((one) => !one.earned_at).sort((a, b) => b.progress - a.progress);
  return { earned, open };
}

/** The colour that an icon has, so that kinds are told apart at a glance; the words say it too. @param {string} icon */
export function tone(icon) {
  if (icon === 'drop') return 'water';
  if (icon === 'plate') return 'meal';
  if (['cup', 'moon', 'plug', 'calendar', 'snowflake'].includes(icon)) return 'rest';
  if (['flame', 'return', 'star', 'crown'].includes(icon)) return 'warm';
  return 'accent';
}

/**
 * The last entries by date, the latest first. What was taken back is left out with what took it back, since they come to nothing.
 * @param {Iterable<Entry>} entries @param {number} dates so many of them
 * @returns {{ date: string, xp: number, entries: Entry[] }[]}
 */
export function ledger(entries, dates) {
  const list = [...entries];
  const gone = new Set(list.flatMap(({ id, reverses }) => (reverses ? [id, reverses] : [])));
  /** @type {Map<string, Entry[]>} */
  const days = new Map();
  for (const entry of list) {
    if (gone.has(entry.id)) continue;
    const found = days.get(entry.date);
    if (found) found.push(entry);
    else days.set(entry.date, [entry]);
  }
  return [...days.keys()].sort().reverse().slice(0, dates).map((date) => {
    const found = /** @type {Entry[]} */ (days.get(date)).sort((a, b) => b.at.localeCompare(a.at));
    return { date, xp: found.reduce((sum, { xp }) => sum + xp, 0), entries: found };
  });
}
