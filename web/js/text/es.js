// Español: las mismas claves que en en.js. `{name}` se sustituye; `n` elige la forma.

import places from './places-es.js';

/** @type {Record<string, import('../text.js').Text>} */
export default {
  ...places,
  'nav.label': 'Lugares',
  'nav.skip': 'Ir al contenido',
  'nav.today': 'Hoy',
  'nav.week': 'Semana',
  'nav.statistics': 'Estadísticas',
  'nav.achievements': 'Logros',
  'nav.settings': 'Ajustes',
};
