// English. The same keys as in es.js; `{name}` is put in, forms are chosen by `n`. Keys begin with the part they are of.

import places from './places-en.js';

/** @type {Record<string, import('../text.js').Text>} */
export default {
  ...places,
  'nav.label': 'Places',
  'nav.skip': 'Skip to the content',
  'nav.today': 'Today',
  'nav.week': 'Week',
  'nav.statistics': 'Statistics',
  'nav.achievements': 'Achievements',
  'nav.settings': 'Settings',
};
