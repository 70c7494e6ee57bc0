// The style sheets that places bring along: loaded with the place, so that the first screen need not wait for them.

/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

/**
 * Answers once the sheet of that name is in use, or could not be had: a place without its looks is better than none.
 * @param {string} name of a file in css/
 */
export function styled(name) {
  let found = loaded.get(name);
  if (!found) {
    found = new Promise((resolve) => {
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      link.href = new URL(`../../css/${name}.css`, import.meta.url).href;
      link.onload = () => resolve();
      link.onerror = () => resolve();
      document.head.append(link);
    });
    loaded.set(name, found);
  }
  return found;
}
