// Pages of the feed, what waits, and what follows from an answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { already, applied, bodyOf, judge, opsOfPage, opsOfSuccess, overlaid, renamed } from '../js/data/apply.js';

const none = () => undefined;
const change = (id, item, op = 'upsert') => ({ kind: 'tasks', id, op, item, at: '' });
const page = (changes, reset = false) => ({ changes, reset, more: false, token: 't' });
const start = () => new Map([['tasks', new Map([['a', { id: 'a', title: 'old' }]])], ['meals', new Map([['m', { id: 'm' }]])]]);
const entry = (more) => ({ key: 'k', method: 'PATCH', path: 'tasks/a', label: 'l', effects: [], acted_at: 0, hold_until: 0, tried_at: null, ...more });

test('a page puts and takes away, and twice is the same as once', () => {
  const one = page([change('b', { id: 'b' }), change('a', undefined, 'delete')]);
  const once = applied(start(), opsOfPage(one, none));
  const twice = applied(once, opsOfPage(one, (kind, id) => once.get(kind)?.get(id)));
  assert.deepEqual([...once.get('tasks').keys()], ['b']);
  assert.deepEqual(twice, once);
});

test('a reset forgets everything first, also kinds that the page does not name', () => {
  const after = applied(start(), opsOfPage(page([change('c', { id: 'c' })], true), none), true);
  assert.deepEqual([...after.get('tasks').keys()], ['c']);
  assert.equal(after.get('meals').size, 0);
});

test('kinds that do not change stay the same objects, so that nothing of theirs is drawn again', () => {
  const before = start();
  const after = applied(before, opsOfPage(page([change('a', { id: 'a', title: 'new' })]), none));
  assert.equal(after.get('meals'), before.get('meals'));
  assert.notEqual(after.get('tasks'), before.get('tasks'));
  assert.equal(before.get('tasks').get('a').title, 'old');
});

test('an item that is older than an answer that overtook it is left', () => {
  const held = () => ({ id: 'a', updated_at: '2026-01-02T00:00:00.000000Z' });
  assert.deepEqual(opsOfPage(page([change('a', { id: 'a', updated_at: '2026-01-01T00:00:00.000000Z' })]), held), []);
  assert.equal(opsOfPage(page([change('a', { id: 'a', updated_at: '2026-01-03T00:00:00.000000Z' })]), held).length, 1);
});

test('what waits lies over what is confirmed, in its order', () => {
  const confirmed = start().get('tasks');
  const entries = [
    entry({ effects: [{ kind: 'tasks', id: 'a', set: { title: 'one' } }] }),
    entry({ effects: [{ kind: 'tasks', id: 'a', set: { title: 'two', completed: true } }] }),
    entry({ temp: 'n', effects: [{ kind: 'tasks', id: 'n', set: { id: 'n', title: 'new' } }] }),
    entry({ effects: [{ kind: 'tasks', id: 'gone', set: { title: 'of something that is not there' } }] }),
  ];
  const shown = overlaid(confirmed, entries, 'tasks');
  assert.deepEqual(shown.get('a'), { id: 'a', title: 'two', completed: true });
  assert.equal(shown.get('n').title, 'new');
  assert.ok(!shown.has('gone'));
  assert.equal(overlaid(confirmed, entries, 'meals'), confirmed, 'other kinds are not even copied');
  assert.equal(overlaid(confirmed, [entry({ effects: [{ kind: 'tasks', id: 'a', set: null }] })], 'tasks').size, 0);
});

test('what the feed tells of before the answer is shown once, and what was done to it since lies over it', () => {
  const confirmed = new Map([['real', { id: 'real', client_id: 'mine', title: 'x', completed: false }]]);
  const made = entry({ method: 'POST', answer: 'tasks', temp: 'mine', body: { client_id: 'mine' }, effects: [{ kind: 'tasks', id: 'mine', set: { id: 'mine', title: 'x' } }] });
  const done = entry({ effects: [{ kind: 'tasks', id: 'mine', set: { completed: true } }] });
  assert.equal(overlaid(confirmed, [made], 'tasks'), confirmed);
  assert.deepEqual([...overlaid(confirmed, [made, done], 'tasks').values()], [{ id: 'real', client_id: 'mine', title: 'x', completed: true }]);
});

test('a success confirms its effects, and its answer over them; what was made here gives way to it', () => {
  const held = (_, id) => (id === 'a' ? { id: 'a', title: 'old' } : undefined);
  const change_ = entry({ effects: [{ kind: 'tasks', id: 'a', set: { completed: true } }] });
  assert.deepEqual(opsOfSuccess(change_, null, held), [{ kind: 'tasks', id: 'a', item: { id: 'a', title: 'old', completed: true } }]);
  const made = entry({ method: 'POST', answer: 'tasks', temp: 'n', effects: [{ kind: 'tasks', id: 'n', set: { id: 'n' } }] });
  assert.deepEqual(opsOfSuccess(made, { id: 'real' }, held), [{ kind: 'tasks', id: 'real', item: { id: 'real' } }]);
  const gone = entry({ method: 'DELETE', effects: [{ kind: 'tasks', id: 'a', set: null }] });
  assert.deepEqual(opsOfSuccess(gone, null, held), [{ kind: 'tasks', id: 'a', item: null }]);
});

test('later calls take the name that the server gave', () => {
  const later = entry({ path: 'tasks/temp-1', body: { x: 'temp-1' }, effects: [{ kind: 'tasks', id: 'temp-1', set: {} }] });
  const next = renamed(later, 'temp-1', 'real');
  assert.deepEqual([next.path, next.body.x, next.effects[0].id], ['tasks/real', 'real', 'real']);
  const other = entry({});
  assert.equal(renamed(other, 'temp-1', 'real'), other);
});

test('what was made already is found by the id that we gave it, or by its instant', () => {
  const task = { id: 'real', client_id: 'mine' };
  const items = new Map([['mine', { id: 'mine', client_id: 'mine' }], ['real', task]]);
  assert.equal(already(entry({ method: 'POST', temp: 'mine', body: { client_id: 'mine' } }), items), task);
  const drink = { id: 'd', at: '2026-11-25T09:00:00.000000Z' };
  assert.equal(already(entry({ method: 'POST', temp: 'x', body: { at: '2026-11-25T09:00:00.000Z' } }), new Map([['d', drink]])), drink);
  assert.equal(already(entry({ method: 'POST', temp: 'x', body: { at: '2026-11-25T09:00:01.000Z' } }), new Map([['d', drink]])), null);
  assert.equal(already(entry({ method: 'PATCH' }), items), null);
});

test('a task that was made offline is not completed before the server made it', () => {
  const done = entry({ at: 'completed_at', body: { completed_at: '2026-11-25T09:00:00Z' }, effects: [{ kind: 'tasks', id: 'a', set: {} }] });
  assert.equal(bodyOf(done, () => ({ created_at: '2026-11-25T10:00:00Z' })).completed_at, '2026-11-25T10:00:00Z');
  assert.equal(bodyOf(done, () => ({ created_at: '2026-11-25T08:00:00Z' })).completed_at, '2026-11-25T09:00:00Z');
});

const error = (status, more = {}) => ({ status, code: 'x', retryAfter: null, ...more });

test('each status', () => {
  const one = entry({});
  const told = (status, more) => judge(one, error(status, more), 0, 0, 0).do;
  assert.equal(judge(one, null, 0, 0, 0).do, 'done');
  assert.equal(told(401), 'sign');
  for (const status of [400, 403, 404, 405, 409, 412, 413, 415, 422]) assert.equal(told(status), 'refuse', String(status));
  for (const status of [0, 408, 429, 500, 502, 503, 504]) assert.equal(told(status), 'wait', String(status));
  assert.equal(judge(entry({ method: 'DELETE' }), error(404), 0, 0, 0).do, 'done', 'it is away, as was wanted');
});

test('waiting is as long as the server says, else longer each time and a minute at most', () => {
  assert.deepEqual(judge(entry({}), error(429, { retryAfter: 17 }), 0, 0, 0), { do: 'wait', ms: 17_000 });
  assert.deepEqual(judge(entry({}), error(503), 0, 0, 0), { do: 'wait', ms: 5000 });
  assert.deepEqual([0, 1, 5, 50].map((n) => judge(entry({}), error(0), 0, 0, n).ms), [1000, 2000, 32_000, 60_000]);
});

test('a time of ours that is refused is left to the server if it was just now, under another key', () => {
  const now = 1_000_000_000;
  const one = entry({ method: 'POST', at: 'at', body: { at: 'x', user_id: 'u' }, acted_at: now - 3000 });
  const verdict = judge(one, error(409, { code: 'sessions_overlap' }), 5, now, 0);
  assert.equal(verdict.do, 'replace');
  assert.deepEqual(verdict.entry.body, { user_id: 'u' });
  assert.notEqual(verdict.entry.key, one.key);
  assert.equal(judge(verdict.entry, error(409, { code: 'sessions_overlap' }), 5, now, 0).do, 'refuse', 'once');
  assert.equal(judge({ ...one, acted_at: now - 3_600_000 }, error(409, { code: 'sessions_overlap' }), 5, now, 0).do, 'refuse');
  assert.equal(judge(one, error(400, { code: 'invalid_field', field: 'at' }), 5, now, 0).do, 'replace');
  assert.equal(judge(one, error(409, { code: 'too_many_entries' }), 5, now, 0).do, 'refuse');
});
