// In which order achievements stand, and what of the ledger is shown.
import assert from 'node:assert/strict';
import test from 'node:test';

delete globalThis.BroadcastChannel;
const { Icon } = await import('../js/ui.js');
const { ledger, ordered } = await import('../js/achievements.js');

/** @param {string} id @param {number} progress @param {string | null} [earned_at] */
const one = (id, progress, earned_at = null) => ({ id, name: id, description: '', icon: 'star', progress, earned_at });

test('earned ones stand first, the latest at the top, then those that are nearest', () => {
  const { earned, open } = ordered([one('a', 0), one('b', 1, '2026-11-01T00:00:00Z'), one('c', 0.5), one('d', 1, '2026-11-02T00:00:00Z'), one('e', 0.5)]);
  assert.deepEqual(earned.map(({ id }) => id), ['d', 'b']);
  assert.deepEqual(open.map(({ id }) => id), ['c', 'e', 'a']);
});

test('the ledger is shown by date, without what was taken back', () => {
  /** @param {string} id @param {string} date @param {number} xp @param {string} [reverses] */
  const entry = (id, date, xp, reverses) => ({ id, date, xp, at: `${date}T10:00:0${xp % 10}Z`, source: { kind: 'tasks', id }, reason: 'tasks', ...(reverses ? { reverses } : {}) });
  const days = ledger([entry('1', '2026-11-01', 10), entry('2', '2026-11-02', 12), entry('3', '2026-11-02', -12, '2'), entry('4', '2026-11-02', 13), entry('5', '2026-11-03', 1), entry('6', '2026-11-01', 5)], 2);
  assert.deepEqual(days.map(({ date, xp }) => [date, xp]), [['2026-11-03', 1], ['2026-11-02', 13]]);
  assert.deepEqual(ledger([], 5), []);
});

test('each icon of the API has a drawing', () => {
  const drawn = (name) => JSON.stringify(Icon({ name }).props);
  for (const icon of ['check', 'timer', 'stack', 'sparkle', 'sunrise', 'focus', 'wave', 'flame', 'return', 'drop', 'plate', 'cup', 'plug', 'calendar', 'moon', 'ruler', 'snowflake', 'egg', 'paw', 'crown', 'link']) {
    assert.notEqual(drawn(icon), drawn('star'), `${icon} is the one for what is not known`);
  }
});
