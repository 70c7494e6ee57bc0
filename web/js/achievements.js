// What is shown of achievements and of the ledger: in which order, in which colours, with which icons.
import { draw } from './ui.js';

// As the API names them, where the page has none of that name.
draw({
  calendar: 'M5 5.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1ZM4 9.5h16M8 3v3M16 3v3',
  moon: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.5-5.5l-1 1M14 10a4 4 0 0 0-6-.5l-3 3A4 4 0 0 0 10.5 18l1-1',
  plate: 'M12 6a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM12 9.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM2.5 5v14M21.5 5v14',
  stack: 'M12 4l8 4-8 4-8-4ZM4 12l8 4 8-4M4 16l8 4 8-4',
  sparkle: 'M11 4l1.7 5.3L18 11l-5.3 1.7L11 18l-1.7-5.3L4 11l5.3-1.7ZM18.5 16v4M16.5 18h4',
  sunrise: 'M4 18h16M7 18a5 5 0 0 1 10 0M12 4v4M9.5 6.2L12 4l2.5 2.2M5 11.5l1.5 1.2M19 11.5l-1.5 1.2',
  focus: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 12h.01',
  wave: 'M3.5 9.5c2.8-3 5.7-3 8.5 0s5.7 3 8.5 0M3.5 15.5c2.8-3 5.7-3 8.5 0s5.7 3 8.5 0',
  return: 'M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11H9',
  ruler: 'M4 16L16 4l4 4L8 20ZM8 12l2 2M11 9l2 2M14 6l2 2',
  snowflake: 'M12 3.5v17M4.6 7.8l14.8 8.4M19.4 7.8L4.6 16.2M9.5 5l2.5 2 2.5-2M9.5 19l2.5-2 2.5 2',
  egg: 'M12 3.5c3.5 0 6 5.5 6 9.5a6 6.5 0 0 1-12 0c0-4 2.5-9.5 6-9.5ZM8 13l2.5-1.5L12 13.5l2-2 2 1.5',
  paw: 'M12 12c2.5 0 5 2.8 5 5 0 1.8-1.3 2.5-2.5 2.3-1.7-.3-3.3-.3-5 0C8.3 19.5 7 18.8 7 17c0-2.2 2.5-5 5-5ZM6 9.5v1M10 5.5v1.5M14 5.5v1.5M18 9.5v1',
  crown: 'M4.5 18h15M5 15L4 7.5l4.5 3L12 5l3.5 5.5 4.5-3L19 15Z',
});

/** @typedef {import('./data/types.js').Api['AchievementView']} Achievement */
/** @typedef {import('./data/types.js').Kinds['progress_ledger']} Entry */

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
