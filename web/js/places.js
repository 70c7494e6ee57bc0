// The places of the page. One more is a file in places/ and a line here.

/** @typedef {{name: string, key: string, icon: string, load: () => Promise<{default: import('../vendor/preact.js').Component, title: string}>}} Place */

/** `key` is the letter after G that goes there. @type {Place[]} */
export const places = [
  { name: 'today', key: 't', icon: 'today', load: () => import('./places/today.js') },
  { name: 'week', key: 'w', icon: 'week', load: () => import('./places/week.js') },
  { name: 'statistics', key: 's', icon: 'statistics', load: () => import('./places/statistics.js') },
  { name: 'achievements', key: 'a', icon: 'achievements', load: () => import('./places/achievements.js') },
  { name: 'settings', key: ',', icon: 'settings', load: () => import('./places/settings.js') },
];
