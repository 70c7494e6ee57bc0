// The plan of a week: columns, order, and moving with the way back.
import assert from 'node:assert/strict';
import test from 'node:test';
import { dateOf } from '../js/data/clock.js';
import './place.mjs';

const { beside, move, targets, weekOf } = await import('../js/places/week.js');

const MONDAY = '2026-11-30';
const madrid = (/** @type {string} */ instant) => dateOf(Date.parse(instant), 'Europe/Madrid', '00:00');
let made = 0;
/** @param {object} fields */
const task = (fields) => ({ id: `t${(made += 1)}`, title: 'x', completed: false, created_at: `2026-11-01T00:00:0${made % 10}Z`, priority: 'medium', ...fields });

test('open tasks stand on their date, completed ones on that of completion, in the zone of the user', () => {
  const open = task({ planned_for: '2026-12-01', estimate_minutes: 30 });
  const late = task({ completed: true, completed_at: '2026-12-01T23:30:00.000000Z', planned_for: MONDAY });
  const before = task({ completed: true, completed_at: '2026-11-29T22:30:00.000000Z' });
  const week = weekOf([open, late, before], MONDAY, madrid);
  assert.deepEqual(week.days.map(({ open: list }) => list.length), [0, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual(week.days.map(({ done }) => done.length), [0, 0, 1, 0, 0, 0, 0]);
  assert.deepEqual([week.planned, week.done, week.minutes], [1, 1, 30]);
  assert.equal(weekOf([before], '2026-11-23', madrid).days[6].done.length, 1);
});

test('what was carried over stands first, then the highest priority, then what is due first', () => {
  const fields = { planned_for: MONDAY };
  const plain = task(fields);
  const due = task({ ...fields, due_on: '2026-12-02' });
  const urgent = task({ ...fields, priority: 'urgent' });
  const carried = task({ ...fields, priority: 'low', carried_over: 1 });
  assert.deepEqual(weekOf([plain, due, urgent, carried], MONDAY, madrid).days[0].open, [carried, urgent, due, plain]);
});

test('what has no date, and what is open from before, is beside the week; what is in the trash nowhere', () => {
  const week = weekOf([task({}), task({ planned_for: '2026-11-27' }), task({ deleted_at: '2026-11-27T00:00:00Z' }), task({ planned_for: '2026-12-07' })], MONDAY, madrid);
  assert.deepEqual([week.unplanned.length, week.earlier.length, week.planned], [1, 1, 0]);
});

test('moving sends one date, and taking it back the former one', () => {
  const act = move(task({ id: 'a', planned_for: MONDAY }), '2026-12-03');
  assert.deepEqual([act.method, act.path, act.body], ['PATCH', 'tasks/a', { planned_for: '2026-12-03' }]);
  assert.deepEqual(act.effects, [{ kind: 'tasks', id: 'a', set: { planned_for: '2026-12-03' } }]);
  assert.deepEqual(act.undo.body, { planned_for: MONDAY });
  assert.deepEqual(move(task({ id: 'b' }), MONDAY).undo.body, { planned_for: null });
});

test('a task can go to the other days, to the next week and to none', () => {
  assert.deepEqual(targets(task({ planned_for: MONDAY }), MONDAY), {
    days: ['2026-12-01', '2026-12-02', '2026-12-03', '2026-12-04', '2026-12-05', '2026-12-06'], next: '2026-12-07', none: true,
  });
  assert.equal(targets(task({}), MONDAY).days.length, 7);
  assert.equal(targets(task({}), MONDAY).none, false);
});

test('by keyboard a task stays within the week', () => {
  assert.equal(beside(MONDAY, -1, MONDAY), null);
  assert.equal(beside(MONDAY, 1, MONDAY), '2026-12-01');
  assert.equal(beside('2026-12-06', 1, MONDAY), null);
  assert.equal(beside(null, 1, MONDAY), MONDAY);
  assert.equal(beside(null, -1, MONDAY), null);
});
