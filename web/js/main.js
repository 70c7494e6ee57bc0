// The start: the copy first, then the page, then the network.
import { effect, html, render } from '../vendor/preact.js';
import { get, signedOut } from './data/api.js';
import { start as startClock } from './data/clock.js';
import { enter, forget, hear, load, me, settings, who } from './data/copy.js';
import { start as startLive } from './data/live.js';
import { flush, refused, start as startOutbox } from './data/outbox.js';
import { lastName } from './data/session.js';
import { storage } from './data/store.js';
import { start as startRouter } from './router.js';
import { guessed, reason, speak, t } from './text.js';
import { say } from './toast.js';
import { Shell } from './shell.js';
import { lazy } from './ui.js';

const Sign = lazy(() => import('./places/sign.js').then((one) => one.Sign));

function App() {
  if (who.value === undefined) return null;
  return me.value ? html`<${Shell} />` : html`<${Sign} />`;
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
    signedOut.value = false;
    if (who.peek()?.id !== user.id) who.value = user;
  });
  startOutbox();
  startLive();
  import('./keys.js').then((keys) => keys.start());
  import('./worker.js').then((worker) => worker.startWorker());
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
