// The style sheets that places bring along: loaded with the place, so that the first screen need not wait for them.

/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

/**
 * Answers once a sheet is in use, or could not be had: a place without its looks is better than none.
 * @param {URL} url given as `new URL('../../css/….css', import.meta.url)`, by which the service worker finds it
 */
export function styled({ href }) {
  let found = loaded.get(href);
  if (!found) {
    found = new Promise((resolve) => {
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      link.href = href;
      link.onload = () => resolve();
      link.onerror = () => resolve();
      document.head.append(link);
    });
    loaded.set(href, found);
  }
  return found;
}
