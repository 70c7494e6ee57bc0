// What Today makes of tasks, sessions and entries.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunks, hours, matches, mealAt, moodOf, plain, range, sorted, stageOf, stretches, workedMinutes } from '../js/today/plan.js';
import { minutesOf } from '../js/data/clock.js';

const task = (id, more) => ({ id, title: id, created_at: id, priority: 'medium', carried_over: 0, tags: [], completed: false, ...more });
const today = '2026-11-25';
const split = (tasks, lingering = new Map()) => sorted(tasks, today, (at) => at.slice(0, 10), lingering);
const ids = (list) => list.map((one) => one.id);

test('tasks by where they stand', () => {
  const { now, someday, later, done } = split([
    task('a', { planned_for: today }), task('b', { due_on: '2026-11-20' }), task('c'), task('d', { due_on: '2026-12-24', planned_for: '2026-11-27' }),
    task('e', { planned_for: today, priority: 'urgent' }), task('f', { planned_for: today, carried_over: 2 }),
    task('g', { completed: true, completed_at: `${today}T09:00:00Z` }), task('h', { completed: true, completed_at: `${today}T10:00:00Z` }),
    task('i', { completed: true, completed_at: '2026-11-20T10:00:00Z' }),
  ]);
  assert.deepEqual(ids(now), ['f', 'e', 'a', 'b']);
  assert.deepEqual(ids(someday), ['c']);
  assert.deepEqual(ids(later), ['d']);
  assert.deepEqual(ids(done), ['h', 'g'], 'of today, the latest first');
});

test('completed just now, a task stays where it is', () => {
  const tasks = [task('a', { planned_for: today }), task('b', { planned_for: today, completed: true, completed_at: `${today}T09:00:00Z`, client_id: 'mine' })];
  assert.deepEqual(ids(split(tasks, new Map([['mine', 1]])).now), ['a', 'b']);
  assert.deepEqual(ids(split(tasks).done), ['b']);
});

test('what waits to be sent stands last, whatever the clocks say, so that nothing moves when the server names it', () => {
  const tasks = [task('z', { created_at: '2026-11-25T09:00:05Z', planned_for: today, client_id: 'one' }), task('two', { created_at: '2026-11-25T09:00:03Z', planned_for: today, client_id: 'two' })];
  assert.deepEqual(ids(split(tasks).now), ['z', 'two']);
});

test('a search finds each word, regardless of case and accents', () => {
  const one = task('x', { title: 'Llamar al Médico', notes: 'por la mañana', tags: ['Salud'] });
  for (const words of [['medico'], ['llam', 'salud'], ['manana']]) assert.ok(matches(one, words.map(plain)), words.join());
  assert.ok(!matches(one, ['medico', 'dentista']));
});

test('parts of a list hold all of it', () => {
  assert.deepEqual(chunks([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  assert.deepEqual(chunks([], 2), []);
});

const at = (time) => `2026-11-25T${time}:00Z`;

test('a session is stretches of work between its pauses', () => {
  const session = { start_time: at('09:00'), end_time: null, pauses: [{ from: at('10:00'), to: at('10:15') }, { from: at('11:00'), to: null }] };
  const now = Date.parse(at('12:00'));
  assert.deepEqual(stretches(session, now).map(([a, b]) => (b - a) / 60_000), [60, 45]);
  assert.equal(workedMinutes([session], 0, now), 105);
  assert.equal(workedMinutes([session], Date.parse(at('10:30')), now), 30, 'of a session over midnight, the part of today');
});

test('the ribbon goes over the work hours and what lies outside of them, in full hours', () => {
  assert.deepEqual(range([600], 540, 1080), { from: 480, to: 1140 });
  assert.deepEqual(range([370, 1310], 540, 1080), { from: 360, to: 1320 });
  assert.deepEqual(range([600], 1320, 360), { from: 0, to: 1440 }, 'work over midnight');
  assert.deepEqual(hours(480, 1140, 6), [8, 10, 12, 14, 16, 18]);
  assert.ok(hours(0, 1440, 5).length <= 5);
});

test('meals, moods and stages', () => {
  const lunch = { from: '12:00', to: '14:30' };
  assert.deepEqual([480, 700, 780, 900, 1200].map((minutes) => mealAt(minutes, lunch, minutesOf)), ['breakfast', 'snack', 'lunch', 'snack', 'dinner']);
  assert.equal(moodOf(null, 600), 'calm');
  assert.equal(moodOf({ hydration: { behind_ml: 700 } }, 600), 'thirsty');
  assert.equal(moodOf({ hydration: { behind_ml: 0 }, lunch: { due: true } }, 780), 'hungry');
  assert.equal(moodOf({ break: { overdue: true } }, 780), 'tired');
  assert.equal(moodOf({ break: { continuous_minutes: 0 } }, 1400), 'sleeping');
  assert.deepEqual([1, 2, 5, 10, 20, 40].map(stageOf), ['egg', 'hatchling', 'child', 'teen', 'adult', 'elder']);
});
