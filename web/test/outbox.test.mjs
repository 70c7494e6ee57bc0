// The outbox against a server that is made up: order, one at a time, keys, undo, names. Nothing is kept here, as in a browser that forbids it.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

globalThis.navigator ??= { onLine: true };
delete globalThis.BroadcastChannel;
const { act, flush, idNow, pending, refused, withdraw } = await import('../js/data/outbox.js');
const { all, entries } = await import('../js/data/copy.js');
const { signedOut } = await import('../js/data/api.js');

/** What was asked, and what is answered: a function of the call. */
let asked = [];
let under = 0;
let most = 0;
let reply = () => ({ status: 204 });
globalThis.fetch = async (url, init) => {
  under += 1;
  most = Math.max(most, under);
  await new Promise((resolve) => setTimeout(resolve, 5));
  under -= 1;
  const call = { path: url.replace('http://localhost/api/', ''), method: init.method, key: init.headers['idempotency-key'], body: init.body ? JSON.parse(init.body) : null };
  asked.push(call);
  const { status, json, headers } = reply(call);
  if (status === 0) throw new TypeError('no network');
  return new Response(json ? JSON.stringify(json) : null, { status, headers: { 'content-type': 'application/json', ...headers } });
};

const drink = (temp, more) => ({ method: 'POST', path: 'hydration', label: 'l', answer: 'hydration', temp, body: { ml: 250 }, effects: [{ kind: 'hydration', id: temp, set: { id: temp, ml: 250 } }], ...more });
const until = async (check) => {
  for (let i = 0; i < 400 && !check(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(check());
};

afterEach(() => {
  asked = [];
  most = 0;
  entries.value = [];
  reply = () => ({ status: 204 });
});

test('in order, one at a time, each with a key of its own', async () => {
  let made = 0;
  reply = () => ({ status: 201, json: { id: `real-${made += 1}`, ml: 250 } });
  for (let i = 0; i < 5; i += 1) act({ ...drink(`order-${i}`), body: { ml: 100 + i } });
  assert.equal(pending.value, 5);
  assert.equal(all('hydration').value.size, 5, 'shown at once');
  await until(() => pending.value === 0);
  assert.deepEqual(asked.map((call) => call.body.ml), [100, 101, 102, 103, 104]);
  assert.equal(new Set(asked.map((call) => call.key)).size, 5);
  assert.equal(most, 1);
  assert.ok(all('hydration').value.has('real-5'));
  assert.ok(!all('hydration').value.has('order-4'));
});

test('no answer: the same key again', async () => {
  let times = 0;
  reply = () => (times++ ? { status: 201, json: { id: 'again', ml: 250 } } : { status: 0 });
  act(drink('lost'));
  await until(() => pending.value === 0);
  assert.equal(asked.length, 2);
  assert.equal(asked[0].key, asked[1].key);
});

test('what the server names is meant by what comes after, also before the answer', async () => {
  reply = (call) => (call.method === 'POST' ? { status: 201, json: { id: 'named', ml: 250 } } : { status: 204 });
  const { answer } = act(drink('own-name'));
  act({ method: 'DELETE', path: 'hydration/own-name', label: 'l', effects: [{ kind: 'hydration', id: 'own-name', set: null }] });
  assert.equal((await answer).id, 'named');
  await until(() => pending.value === 0);
  assert.equal(asked[1].path, 'hydration/named');
  assert.equal(idNow('own-name'), 'named');
  assert.ok(!all('hydration').value.has('named'));
  act({ method: 'DELETE', path: 'hydration/own-name', label: 'l' });
  await until(() => pending.value === 0);
  assert.equal(asked[2].path, 'hydration/named');
});

test('a call that was kept under the name that was made here is sent under that of the server', async () => {
  reply = (call) => (call.method === 'POST' ? { status: 201, json: { id: 'of-the-server', ml: 250 } } : { status: 204 });
  await act(drink('made-here')).answer;
  entries.value = [{ key: 'late', method: 'DELETE', path: 'hydration/made-here', label: 'l', effects: [], acted_at: 0, hold_until: 0, tried_at: null }];
  flush();
  await until(() => pending.value === 0);
  assert.equal(asked.at(-1).path, 'hydration/of-the-server');
});

test('what is refused is put right, told, and the rest goes on', async () => {
  let first = true;
  reply = () => {
    const refuse = first;
    first = false;
    return refuse ? { status: 409, json: { code: 'too_many_entries', error: 'Too many', request_id: 'r' } } : { status: 201, json: { id: 'fine', ml: 250 } };
  };
  const { answer } = act(drink('refused'));
  act(drink('fine-here'));
  await assert.rejects(answer, { status: 409, code: 'too_many_entries' });
  await until(() => pending.value === 0);
  assert.equal(refused.value.error.requestId, 'r');
  assert.ok(!all('hydration').value.has('refused'));
  assert.ok(all('hydration').value.has('fine'));
});

test('what is refused is not told beside where it is shown already, but still where it cannot be seen any more', async () => {
  reply = () => ({ status: 409, json: { code: 'too_many_entries' } });
  for (const seen of [true, false]) {
    refused.value = null;
    await assert.rejects(act({ ...drink(`seen-${seen}`), tells: () => seen }).answer, { status: 409 });
    assert.equal(refused.value === null, seen);
  }
});

test('401 keeps everything until somebody signs in', async () => {
  reply = () => ({ status: 401, json: { code: 'unauthorized' } });
  act(drink('kept'));
  await until(() => signedOut.value);
  assert.equal(pending.value, 1);
  assert.ok(asked.some((call) => call.path === 'auth/refresh'), 'it was tried to renew the token');
  reply = () => ({ status: 201, json: { id: 'later', ml: 250 } });
  signedOut.value = false;
  flush();
  await until(() => pending.value === 0);
  assert.ok(all('hydration').value.has('later'));
});

test('what waits for its undo is not sent, can be withdrawn, and goes first when something else is done', async () => {
  const end = { method: 'POST', path: 'work_sessions/s/end', label: 'l', hold: true, effects: [] };
  const { key } = act(end);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(asked.length, 0);
  assert.equal(await withdraw(key), true);
  assert.equal(pending.value, 0);
  act(end);
  act({ method: 'POST', path: 'work_sessions/start', label: 'l', effects: [] });
  await until(() => pending.value === 0);
  assert.deepEqual(asked.map((call) => call.path), ['work_sessions/s/end', 'work_sessions/start']);
  assert.equal(await withdraw(key), false);
});

test('an entry that was tried a day ago is looked for among the changes before it is sent', async () => {
  reply = (call) => (call.path.startsWith('changes')
    ? { status: 200, json: { changes: [{ kind: 'hydration', id: 'old', op: 'upsert', at: '', item: { id: 'old', ml: 250, at: '2026-11-24T09:00:00.000000Z' } }], more: false, reset: false, token: 't' } }
    : { status: 201, json: { id: 'twice' } });
  entries.value = [{ ...drink('old-temp'), body: { ml: 250, at: '2026-11-24T09:00:00.000Z' }, key: 'old-key', acted_at: 0, hold_until: 0, tried_at: Date.now() - 24 * 3_600_000 }];
  flush();
  await until(() => pending.value === 0);
  assert.deepEqual(asked.map((call) => call.path), ['changes']);
  assert.ok(all('hydration').value.has('old'));
});
