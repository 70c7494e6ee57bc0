// The service worker: keeps the files of this version, so that the page opens without network. It never touches the API but for
// pictures that show nobody's own. The server puts the hash of all files in the place of the token.
const VERSION = '__VERSION__';
const FILES = `avanochi-${VERSION}`;
const PICTURES = 'avanochi-pictures';
const MOST_PICTURES = 80;
const PATIENCE = 2000;
const scope = new URL('./', self.location.href);

/** What a file names: modules, style sheets and pictures; but for modules between backquotes, which are of no use without network. */
function named(text, base, type) {
  const patterns = type.includes('html') ? [/(?:src|href)="([^"]+)"/g]
    : type.includes('javascript') ? [/from\s*['"](\.[^'"]+)['"]/g, /import\(\s*['"](\.[^'"]+)['"]/g, /new URL\(\s*['"](\.[^'"]+)['"]/g]
      : type.includes('manifest') ? [/"src":\s*"([^"]+)"/g] : [];
  const found = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => new URL(match[1], base)));
  return found.filter((url) => url.pathname.startsWith(`${scope.pathname}${VERSION}/`)).map((url) => url.href);
}

/** Keeps the page and everything that can be reached from it, so that no list of files has to be kept up. */
async function keep() {
  const cache = await caches.open(FILES);
  const seen = new Set([scope.href]);
  let next = [scope.href];
  while (next.length) {
    const found = await Promise.all(next.map(async (address) => {
      const answer = await fetch(address, address === scope.href ? { cache: 'no-cache' } : {});
      if (!answer.ok) throw new Error(`${answer.status} ${address}`);
      await cache.put(address, answer.clone());
      const type = answer.headers.get('content-type') ?? '';
      return type.startsWith('image/') ? [] : named(await answer.text(), address, type);
    }));
    next = [...new Set(found.flat())].filter((address) => !seen.has(address));
    for (const address of next) seen.add(address);
  }
}

self.addEventListener('install', (event) => event.waitUntil(keep()));

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith('avanochi-') && name !== FILES && name !== PICTURES) await caches.delete(name);
  }
  await self.clients.claim();
})()));

self.addEventListener('message', (event) => {
  if (event.data === 'take') self.skipWaiting();
});

/** The page: from the network if it answers soon, else as it was kept. */
async function page(request) {
  const kept = await caches.match(scope.href, { cacheName: FILES });
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  const asked = fetch(request).then((answer) => (answer.ok || answer.type === 'opaqueredirect' ? answer : kept), () => kept);
  return Promise.race([asked, late]);
}

async function file(request) {
  return (await caches.match(request, { cacheName: FILES })) ?? fetch(request);
}

/** Pictures of companions that could be anybody's are kept; the oldest go when there are many. */
async function picture(request) {
  const cache = await caches.open(PICTURES);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    const all = await cache.keys();
    for (const old of all.slice(0, Math.max(0, all.length - MOST_PICTURES))) await cache.delete(old);
  }
  return answer;
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.origin) return;
  if (request.mode === 'navigate' && url.pathname === scope.pathname) event.respondWith(page(request));
  else if (url.pathname.startsWith(`${scope.pathname}${VERSION}/`)) event.respondWith(file(request));
  else if (url.pathname.endsWith('/companion.svg') && url.searchParams.has('stage')) event.respondWith(picture(request));
});
