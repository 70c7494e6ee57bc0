// What is kept in the browser: IndexedDB, and nothing where that is forbidden. Each `write` is one transaction.
import { signal } from '../../vendor/preact.js';

/** @typedef {['put', string, any] | ['delete', string, any] | ['clear', string]} Write */

const STORES = { items: ['kind', 'id'], outbox: 'n', meta: 'name', cached: 'path' };

/** `kept`; `memory`: this browser keeps nothing for the page; `full`: the last write found no room. */
export const storage = signal(/** @type {'kept'|'memory'|'full'} */ ('kept'));

/** @type {Promise<IDBDatabase|null>|null} */
let opened = null;

function open() {
  opened ??= new Promise((resolve) => {
    const none = () => {
      storage.value = 'memory';
      resolve(null);
    };
    try {
      const asked = indexedDB.open('avanochi', 1);
      asked.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(STORES)) {
          asked.result.createObjectStore(name, { keyPath, autoIncrement: name === 'outbox' });
        }
      };
      asked.onsuccess = () => {
        const db = asked.result;
        // A newer page may change the stores in another tab.
        db.onversionchange = () => db.close();
        db.onclose = () => {
          opened = null;
        };
        resolve(db);
      };
      asked.onerror = none;
    } catch {
      none();
    }
  });
  return opened;
}

/** Everything of a store. @param {'items'|'outbox'|'meta'|'cached'} name @returns {Promise<any[]>} */
export async function readAll(name) {
  const db = await open();
  if (!db) return [];
  return new Promise((resolve) => {
    try {
      const asked = db.transaction(name).objectStore(name).getAll();
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => resolve([]);
    } catch {
      resolve([]);
    }
  });
}

/**
 * Writes all or nothing. Answers the keys of what was put, in order, or null where nothing can be kept.
 * @param {Write[]} writes @returns {Promise<any[]|null>}
 */
export async function write(writes) {
  const db = await open();
  if (!db || writes.length === 0) return null;
  return new Promise((resolve) => {
    /** @type {any[]} */
    const keys = [];
    try {
      const transaction = db.transaction([...new Set(writes.map((one) => one[1]))], 'readwrite');
      writes.forEach((one, i) => {
        const store = transaction.objectStore(one[1]);
        if (one[0] === 'put') {
          store.put(one[2]).onsuccess = (event) => {
            keys[i] = /** @type {IDBRequest} */ (event.target).result;
          };
        } else if (one[0] === 'delete') store.delete(one[2]);
        else store.clear();
      });
      transaction.oncomplete = () => {
        if (storage.peek() === 'full') storage.value = 'kept';
        resolve(keys);
      };
      const failed = () => {
        storage.value = 'full';
        resolve(null);
      };
      transaction.onabort = failed;
      transaction.onerror = failed;
    } catch {
      storage.value = 'full';
      resolve(null);
    }
  });
}

/** Whether entries are kept, so that another tab may have changed them. */
export async function kept() {
  return (await open()) !== null;
}
