// The service worker: registered with an address that the one Trusted Types policy lets through, renewed when nobody looks.
import { t } from './text.js';
import { say } from './ui.js';

/** @param {string} address @returns {any} */
function trusted(address) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return address;
  return types.createPolicy('avanochi', { createScriptURL: (/** @type {string} */ url) => url }).createScriptURL(address);
}

export async function startWorker() {
  if (!('serviceWorker' in navigator)) return;
  let reloading = false;
  const had = Boolean(navigator.serviceWorker.controller);
  try {
    const registration = await navigator.serviceWorker.register(trusted('./sw.js'), { scope: './', updateViaCache: 'none' });
    /** @param {ServiceWorker} waiting */
    const ready = (waiting) => {
      const take = () => waiting.postMessage('take');
      say(t('version.new'), { action: { label: t('version.reload'), run: take } });
      document.addEventListener('visibilitychange', () => {
        if (document.hidden) take();
      });
    };
    if (registration.waiting && had) ready(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const next = registration.installing;
      next?.addEventListener('statechange', () => {
        if (next.state === 'installed' && navigator.serviceWorker.controller) ready(next);
      });
    });
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (!had || reloading) return;
      reloading = true;
      location.reload();
    });
  } catch {
    // Not allowed here: the page works without, but not offline.
  }
}
