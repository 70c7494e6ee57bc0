// What is connected: what a form shows and sends, what helps a connection on, and whether something is under way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './place.mjs';

const { bodyOf, credentialOf, fieldOf, formOf, listed, moves, remedy } = await import('../js/places/integrations.js');

const setting = (name, value = null) => ({ name, type: '', required: false, default: value });
const github = { provider: 'github', name: 'GitHub', auth: ['oauth', 'token'], settings: [setting('outgoing', 'none'), setting('tag'), setting('repositories'), setting('new_in'), setting('assigned')] };
const caldav = { provider: 'caldav', name: 'CalDAV', auth: ['basic'], settings: [setting('outgoing', 'all'), setting('tag'), setting('url'), setting('list')] };

test('a new one has what the service takes when it is left out', () => {
  assert.deepEqual(bodyOf(caldav, { ...formOf(caldav), url: ' https://dav.example.org/ ' }), {
    name: 'CalDAV', direction: 'both', priority: 'normal', settings: { outgoing: 'all', tag: null, url: 'https://dav.example.org/', list: null },
  });
  assert.deepEqual(bodyOf(github, { ...formOf(github), repositories: 'o/a, o/b\no/a' }).settings,
    { outgoing: 'none', tag: null, repositories: ['o/a', 'o/b'], new_in: null, assigned: 'anyone' });
});

test('what is shown of one is sent as it was', () => {
  const one = { name: 'Work', direction: 'in', priority: 'high', settings: { outgoing: { tag: 'out' }, tag: 'gh', repositories: ['o/a', 'o/b'], new_in: 'o/b', assigned: 'me' } };
  assert.deepEqual(bodyOf(github, formOf(github, one)), one);
});

test('tasks that go out have a repository, which is one of them', () => {
  const form = { ...formOf(github), repositories: 'o/a o/b', outgoing: 'all' };
  assert.equal(bodyOf(github, form).settings.new_in, 'o/a');
  assert.equal(bodyOf(github, { ...form, new_in: 'o/b' }).settings.new_in, 'o/b');
  assert.equal(bodyOf(github, { ...form, new_in: 'o/c' }).settings.new_in, 'o/a');
  assert.deepEqual(listed(' \n,'), []);
});

test('a credential is what the way in needs', () => {
  const form = { ...formOf(github), token: ' t ', username: ' ann ', password: ' p ' };
  assert.equal(credentialOf(form), undefined);
  assert.deepEqual(credentialOf({ ...form, how: 'token' }), { token: 't' });
  assert.deepEqual(credentialOf({ ...form, how: 'basic' }), { username: 'ann', password: ' p ' });
});

test('what helps follows from what is wrong', () => {
  const with_ = (status, code = null, more = {}) => remedy({ status, problem: code && { code }, credential: { kind: 'token' }, ...more });
  assert.equal(with_('active'), null);
  assert.equal(with_('active', 'unreachable'), null);
  assert.equal(with_('halted', 'mass_deletion'), 'missing');
  assert.equal(with_('needs_reauth', 'wrong_credential'), 'credential');
  assert.equal(with_('needs_reauth', 'wrong_credential', { credential: { kind: 'oauth' } }), 'consent');
  assert.equal(with_('active', 'forbidden'), 'credential');
  assert.equal(with_('pending', 'choose_list'), 'settings');
  assert.equal(with_('pending', null, { credential: null, authorize_url: 'x' }), 'consent');
});

test('something is under way while a run is due, or one that was asked for is not the last', () => {
  const at = Date.parse('2026-11-30T12:00:00Z');
  const one = (status, next, last) => ({ status, next_run: next, last_run: last && { id: last } });
  assert.equal(moves(one('active', '2026-11-30T11:59:59Z', 'a'), undefined, at), true);
  assert.equal(moves(one('active', '2026-11-30T12:30:00Z', 'a'), undefined, at), false);
  assert.equal(moves(one('active', '2026-11-30T12:30:00Z', 'a'), 'b', at), true);
  assert.equal(moves(one('active', '2026-11-30T12:30:00Z', 'b'), 'b', at), false);
  assert.equal(moves(one('active', '2026-11-30T12:30:00Z', 'c'), 'b', at), false, 'another one came after it');
  assert.equal(moves(one('halted', null, 'a'), 'b', at), false);
  assert.equal(moves(one('paused', '2026-11-30T11:00:00Z', 'a'), undefined, at), false);
});

test('a message stands beside the field that an answer names', () => {
  assert.deepEqual(['settings.repositories[0]', 'settings.new_in', 'settings.outgoing.tag', 'credential.token', 'name'].map(fieldOf), ['repositories', 'repositories', 'only', 'token', 'name']);
  assert.equal(fieldOf('settings.list'), undefined);
  assert.equal(fieldOf(undefined), undefined);
});
