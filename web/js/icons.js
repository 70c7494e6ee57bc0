// Icons: strokes in a square of 24, in the colour of the text. They are decoration; the words beside them say it.
import { html } from '../vendor/preact.js';

/** @type {Record<string, string>} */
const PATHS = {
  today: 'M5 5.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6.500a1 1 0 0 1 1-1ZM4 9.500h16M8 3v3M16 3v3M9 14.500l2 2 4-4',
  week: 'M5 20V12M12 20V4M19 20V9',
  statistics: 'M4 20h16M4.500 15.500l4.500-5 4 3 6.500-7.500',
  achievements: 'M8 4h8v5a4 4 0 0 1-8 0ZM8 5.500H4.500c0 3 1.500 4.500 3.500 4.500M16 5.500h3.500c0 3-1.500 4.500-3.500 4.500M12 13v4M8.500 20h7M12 17c-2 0-3 1-3 3M12 17c2 0 3 1 3 3',
  settings: 'M4 8h9M18 8h2M4 16h2M11 16h9M15.500 8m-2.500 0a2.500 2.500 0 1 0 5 0 2.500 2.500 0 1 0-5 0M8.500 16m-2.500 0a2.500 2.500 0 1 0 5 0 2.500 2.500 0 1 0-5 0',
  plus: 'M12 5v14M5 12h14',
  check: 'M5.500 12.500l4.500 4.500 8.500-9.500',
  close: 'M6 6l12 12M18 6L6 18',
  drop: 'M12 3.500c3.500 4.500 6 7.500 6 11a6 6 0 0 1-12 0c0-3.500 2.500-6.500 6-11ZM9 15a3 3 0 0 0 2.500 2.800',
  meal: 'M4 11h16a8 8 0 0 1-5 7.500v1.500H9v-1.500A8 8 0 0 1 4 11ZM9.500 4.500c-1.200 1.200-.5 2-1 3.500M14 3.500c-1.500 1.500-.5 2.500-1.200 4.500',
  cup: 'M5 10h11v6a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4ZM16 11.500h1.500a2.500 2.500 0 0 1 0 5H16M8.500 4v3M12.500 4v3',
  flame: 'M12 3.500c.5 3.500 5 5.500 5 10.500a5 5 0 0 1-10 0c0-2 1-3.300 2-4.300.3 1.300.8 2 1.700 2.300C10.500 9 10.500 6 12 3.500Z',
  bolt: 'M13 3.500L6 13.500h5l-1 7 7-10h-5Z',
  heart: 'M12 20C6 15.500 4 12.500 4 9.500a4 4 0 0 1 8-1.200A4 4 0 0 1 20 9.500c0 3-2 6-8 10.500Z',
  star: 'M12 4l2.400 5.200 5.600.7-4.100 3.900 1 5.700-4.900-2.800-4.900 2.800 1-5.700L4 9.900l5.600-.7Z',
  leaf: 'M5 19c0-9 5-14 14-14 0 9-5 13-11.500 13M5 19c2-4 5-7 9-9',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400',
  moon: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10Z',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4.500l3 1.500',
  calendar: 'M5 5.500h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6.500a1 1 0 0 1 1-1ZM4 9.500h16M8 3v3M16 3v3',
  pencil: 'M4.500 19.500l1-4.500L16 4.500l3.500 3.500L9 18.500ZM13.500 7l3.500 3.500',
  trash: 'M4.500 7h15M9 7V4.500h6V7M6.500 7l1 13h9l1-13M10 11v5M14 11v5',
  offline: 'M4 4l16 16M7.500 18.500a4.500 4.500 0 0 1-.3-9M10 6.800a6 6 0 0 1 7.500 4.700 3.800 3.800 0 0 1 2 6M16.500 18.500h-9',
  download: 'M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14',
  chevron: 'M9 5.500l6.500 6.500L9 18.500',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  undo: 'M9 6L4.500 10.500 9 15M4.500 10.500H15a5 5 0 0 1 0 10h-3',
  shield: 'M12 3.500l7 2.500v5.500c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9V6Z',
  out: 'M14 5H6v14h8M10.500 12H20M16.500 8.500L20 12l-3.500 3.500',
  search: 'M11 4.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13ZM15.800 15.800L20 20',
  bell: 'M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15ZM10 20.500h4',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.500-5.500l-1 1M14 10a4 4 0 0 0-6-.5l-3 3A4 4 0 0 0 10.500 18l1-1',
  repeat: 'M5 11V9.500a3 3 0 0 1 3-3h10M15.500 3.500l3 3-3 3M19 13v1.500a3 3 0 0 1-3 3H6M8.500 20.500l-3-3 3-3',
  flag: 'M6 20.500V4.500h11l-2.500 4 2.500 4H6',
  list: 'M9 6.500h11M9 12h11M9 17.500h11M4.500 6.500h.01M4.500 12h.01M4.500 17.500h.01',
  timer: 'M12 7a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM12 10.500V14l2.200 1.500M9.500 3.500h5M12 3.500V7',
  key: 'M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM11 12.500l8-8M16 7.500l2.500 2.500M13.500 10l2 2',
};
/** Shapes that are filled. @type {Record<string, string>} */
const FILLED = {
  play: 'M8 5.500v13l10.500-6.500Z',
  pause: 'M8 6h2.200v12H8ZM13.800 6H16v12h-2.200Z',
  stop: 'M7 7h10v10H7Z',
};

/** Takes in icons that few places show. @param {Record<string, string>} paths */
export function draw(paths) {
  Object.assign(PATHS, paths);
}

/** @param {{name: string, size?: number}} props */
export function Icon({ name, size = 20 }) {
  return FILLED[name]
    ? html`<svg class="ic" width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true"><path d=${FILLED[name]} fill="currentColor" /></svg>`
    : html`<svg class="ic" width=${size} height=${size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"
        stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name] ?? PATHS.star} /></svg>`;
}
