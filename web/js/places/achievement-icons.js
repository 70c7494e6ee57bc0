// The icons that the API names for achievements, where they differ from those of the page; strokes in a square of 24.

/** The page's icon for a name of the API. @type {Record<string, string>} */
const SAME = { check: 'check', timer: 'clock', flame: 'flame', drop: 'drop', plate: 'meal', cup: 'cup', calendar: 'calendar', moon: 'moon', link: 'link', star: 'star' };

/** @type {Record<string, string>} */
const PATHS = {
  stack: 'M12 4l8 4-8 4-8-4ZM4 12l8 4 8-4M4 16l8 4 8-4',
  sparkle: 'M11 4l1.700 5.300L18 11l-5.300 1.700L11 18l-1.700-5.300L4 11l5.300-1.700ZM18.500 16v4M16.500 18h4',
  sunrise: 'M4 18h16M7 18a5 5 0 0 1 10 0M12 4v4M9.500 6.200L12 4l2.500 2.200M5 11.500l1.500 1.200M19 11.500l-1.500 1.200',
  focus: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 12h.01',
  wave: 'M3.500 9.500c2.800-3 5.700-3 8.500 0s5.700 3 8.500 0M3.500 15.500c2.800-3 5.700-3 8.500 0s5.700 3 8.500 0',
  return: 'M8 5L4 9l4 4M4 9h10a5.500 5.500 0 0 1 0 11H9',
  plug: 'M9 4v4M15 4v4M6.500 8h11v3a5.500 5.500 0 0 1-11 0ZM12 16.500V20',
  ruler: 'M4 16L16 4l4 4L8 20ZM8 12l2 2M11 9l2 2M14 6l2 2',
  snowflake: 'M12 3.500v17M4.600 7.800l14.800 8.400M19.400 7.800L4.600 16.200M9.500 5l2.500 2 2.500-2M9.500 19l2.500-2 2.500 2',
  egg: 'M12 3.500c3.500 0 6 5.500 6 9.500a6 6.500 0 0 1-12 0c0-4 2.500-9.500 6-9.500ZM8 13l2.500-1.500L12 13.500l2-2 2 1.500',
  paw: 'M12 12c2.500 0 5 2.800 5 5 0 1.800-1.300 2.500-2.500 2.300-1.700-.3-3.300-.3-5 0C8.300 19.500 7 18.800 7 17c0-2.200 2.500-5 5-5ZM6 9.500v1M10 5.500v1.500M14 5.500v1.500M18 9.500v1',
  crown: 'M4.500 18h15M5 15L4 7.500l4.500 3L12 5l3.500 5.500 4.500-3L19 15Z',
};

/** @param {string} icon as the API names it @returns {{ name: string } | { path: string }} */
export const iconOf = (icon) => (PATHS[icon] ? { path: PATHS[icon] } : { name: SAME[icon] ?? 'star' });
