// The start: the copy first, then the page, then the network. And the frame around the places: navigation, what is to be said of
// network and storage, and messages.
import { effect, html, render, useEffect, useRef } from '../vendor/preact.js';
import { get, online, signedOut } from './data/api.js';
import { start as startClock } from './data/clock.js';
import { enter, forget, hear, load, me, settings, storage, who } from './data/copy.js';
import { flush, pending, refused, start as startOutbox, trouble } from './data/outbox.js';
import { lastName } from './data/session.js';
import { failed, loaded, place, places, retry, start as startRouter } from './router.js';
import { guessed, language, reason, speak, t, worded, words } from './text.js';
import { Button, Icon, lazy, say, Toast } from './ui.js';

const Sign = lazy(() => worded(import('./sheets.js')).then((one) => one.Sign));

const Again = lazy(() => worded(import('./sheets.js')).then((one) => one.Again));
const Account = lazy(() => worded(import('./sheets.js')).then((one) => one.Account));
const KeySheet = lazy(() => worded(import('./sheets.js')).then((one) => one.KeySheet));

/** Links to the places; at the side on wide screens, at the bottom on narrow ones. */
function Navigation() {
  return html`<nav class="nav" aria-label=${t('nav.label')}>
    <a class="nav-brand" href="#/today"><img src=${new URL('../icons/icon.svg', import.meta.url).href} width="32" height="32" alt="" /><span>Avanochi</span></a>
    <ul>${places.map((one) => html`<li key=${one.name}>
      <a class="nav-link" href=${`#/${one.name}`} aria-current=${place.value === one ? 'page' : undefined}>
        <span class="nav-icon"><${Icon} name=${one.icon} size=${22} /></span><span class="nav-word">${t(`nav.${one.name}`)}</span></a></li>`)}
    </ul>
    <${Account} />
  </nav>`;
}

/** One line about what is not as usual. */
function Bar() {
  const n = pending.value;
  if (!online.value) {
    return html`<p class="bar" role="status"><${Icon} name="offline" size=${18} /><span>${n ? t('bar.offline.waiting', { n }) : t('bar.offline')}</span></p>`;
  }
  if (trouble.value) {
    return html`<p class="bar" role="status"><span>${t('bar.trouble')}</span>
      ${trouble.value.requestId ? html`<details><summary>${t('details')}</summary><code>${trouble.value.requestId}</code></details>` : null}</p>`;
  }
  if (storage.value !== 'kept') return html`<p class="bar" role="status"><span>${t(`bar.storage.${storage.value}`)}</span></p>`;
  return null;
}

/** The place that is open. The focus goes to it when another one is opened. */
function Main() {
  const ref = useRef(/** @type {HTMLElement|null} */ (null));
  const first = useRef(true);
  const here = loaded.value;
  useEffect(() => {
    if (!first.current && here) ref.current?.focus({ preventScroll: true });
    if (!first.current) scrollTo(0, 0);
    if (here) first.current = false;
  }, [here?.name]);
  return html`<main class="main" id="main" tabindex="-1" ref=${ref} data-place=${here?.name ?? ''}>
    ${failed.value ? html`<div class="trouble" role="alert"><p>${t('place.failed')}</p><${Button} onClick=${retry}>${t('again')}<//></div>` : null}
    ${here ? html`<${here.View} key=${here.name} />` : null}
  </main>`;
}

function Shell() {
  const here = loaded.value;
  useEffect(() => {
    if (here && here.name !== 'today') document.title = `${t(here.title)} · Avanochi`;
  }, [here?.name, language.value]);
  if (!me.value) return null;
  return html`
    <a class="skip" href="#main" onClick=${skip}>${t('nav.skip')}</a>
    <div class="shell">
      <${Navigation} />
      <div class="shell-page"><${Bar} /><${Main} /></div>
    </div>
    <${Toast} />
    ${signedOut.value ? html`<${Again} />` : null}
    <${KeySheet} />`;
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function App() {
  if (who.value === undefined) return null;
  return me.value ? html`<${Shell} />` : html`<${Sign} />`;
}

/** What comes behind the first screen. */
function follow() {
  words();
  import('./live.js').then((live) => {
    live.start();
    live.startWorker();
  });
  import('./sheets.js').then((keys) => keys.start());
}

async function start() {
  await Promise.all([speak(guessed()), load()]);
  // Nothing was ever kept here: whoever it is has to sign in, and needs no answer to know that.
  if (!who.peek() && storage.peek() === 'kept' && !lastName()) who.value = null;
  const opened = startRouter();
  if (who.peek()) await opened;
  render(html`<${App} />`, /** @type {Element} */ (document.getElementById('app')));
  startClock(() => {
    get('health').catch(() => {});
  });
  // The language of the settings is that of the page.
  effect(() => {
    if (me.value) speak(settings.value.language);
  });
  effect(() => {
    if (!refused.value) return;
    const { label, error } = refused.value;
    say(t('refused', { what: t(label), why: reason(error) }), { tone: 'warn', detail: error.requestId ? `${error.code} · ${error.requestId}` : null });
  });
  effect(() => {
    if (!signedOut.value && who.value) flush();
  });
  hear('signed-out', () => forget());
  hear('signed-in', ({ user }) => {
    // Somebody else: nothing of the former one may stay in this tab.
    if (who.peek()?.id !== user.id) location.reload();
    signedOut.value = false;
  });
  startOutbox();
  let behind = false;
  effect(() => {
    if (who.value === undefined || behind) return;
    behind = true;
    setTimeout(follow);
  });
  if (who.peek() === null) return;
  try {
    await enter();
  } catch {
    // Without network the copy has to do; without a copy somebody has to sign in.
    if (!who.peek()) {
      who.value = null;
      signedOut.value = false;
    }
  }
}

start();
