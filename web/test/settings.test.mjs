// The form of the settings: bounds, what is sent for a change, and beside which field a problem stands.
import assert from 'node:assert/strict';
import test from 'node:test';
import { WEEKDAYS } from '../js/calendar.js';

delete globalThis.BroadcastChannel;
const { changed, conflict, fieldOf, number, NUMBERS, patch, restore, shown, time, timeOffProblem, toggled, valueAt } = await import('../js/places/settings-fields.js');

const settings = {
  day_start: '00:00', day_target_minutes: 480, overload_minutes: 510, work_hours: { start: '09:00', end: '18:00' },
  lunch: { from: '12:00', to: '14:30' }, quiet_hours: null, focus: null, goals: { tasks: 3, focus_minutes: 120 }, reminders: { breaks: true, meals: true },
};

test('numbers are taken within their bounds, hours as minutes', () => {
  assert.deepEqual(number('day_target_minutes', '7.5'), { value: 450 });
  assert.deepEqual(number('day_target_minutes', '7,5'), { value: 450 });
  assert.equal(shown('overload_minutes', 510), 8.5);
  for (const text of ['', '0.9', '12.1', 'eight']) assert.deepEqual(number('day_target_minutes', text), { problem: { key: 'settings.problem.range', args: { min: 1, max: 12 } } });
  for (const [path, { min, max }] of Object.entries(NUMBERS)) {
    assert.deepEqual(number(path, String(shown(path, min))), { value: min }, path);
    assert.deepEqual(number(path, String(shown(path, max))), { value: max }, path);
  }
});

test('times are taken to the minute', () => {
  assert.deepEqual(time('09:05'), { value: '09:05' });
  assert.deepEqual(time('09:05:30'), { value: '09:05' });
  assert.ok('problem' in time(''));
  assert.ok('problem' in time('24:00'));
});

test('members of reminders and goals are sent alone, other objects whole, and the copy shows all', () => {
  assert.deepEqual(patch(settings, 'reminders.meals', false), { body: { reminders: { meals: false } }, set: { reminders: { breaks: true, meals: false } } });
  assert.deepEqual(patch(settings, 'work_hours.end', '17:00'), { body: { work_hours: { start: '09:00', end: '17:00' } }, set: { work_hours: { start: '09:00', end: '17:00' } } });
  assert.deepEqual(patch(settings, 'day_start', '04:00'), { body: { day_start: '04:00' }, set: { day_start: '04:00' } });
  assert.deepEqual(patch(settings, 'focus', null).body, { focus: null });
  assert.equal(settings.work_hours.end, '18:00');
  assert.equal(valueAt(settings, 'focus.work'), undefined);
});

test('taking a change back sends what was there before, objects whole where they are sent whole', () => {
  assert.deepEqual(restore(settings, 'work_hours.end').body, { work_hours: { start: '09:00', end: '18:00' } });
  assert.deepEqual(restore(settings, 'reminders.meals').body, { reminders: { meals: true } });
  assert.deepEqual(restore(settings, 'focus.work').body, { focus: null });
  assert.deepEqual(restore(settings, 'day_start').body, { day_start: '00:00' });
});

test('values that do not go together are told at the one that changed', () => {
  const after = (/** @type {string} */ path, /** @type {any} */ value) => conflict(changed(settings, path, value), path)?.key ?? null;
  assert.equal(after('work_hours.end', '09:00'), 'settings.problem.same');
  assert.equal(after('work_hours.end', '02:00'), null);
  assert.equal(after('lunch.to', '11:00'), 'settings.problem.order');
  assert.equal(after('quiet_hours', { from: '20:00', to: '20:00' }), 'settings.problem.same');
  assert.equal(after('quiet_hours', null), null);
  assert.equal(after('day_target_minutes', 540), 'settings.problem.target');
  assert.equal(after('overload_minutes', 450), 'settings.problem.overload');
  assert.equal(after('day_start', '12:01'), 'settings.problem.noon');
});

test('a refusal stands beside the field that it names, else beside that which was changed', () => {
  const known = ['work_hours.start', 'work_hours.end', 'lunch.from'];
  assert.equal(fieldOf('work_hours.end', 'work_hours.start', known), 'work_hours.end');
  assert.equal(fieldOf('work_hours', 'work_hours.start', known), 'work_hours.start');
  assert.equal(fieldOf(undefined, 'lunch.from', known), 'lunch.from');
});

test('days of work are kept in order', () => {
  assert.deepEqual(toggled(['mon', 'fri'], 'tue', WEEKDAYS), ['mon', 'tue', 'fri']);
  assert.deepEqual(toggled(['mon', 'fri'], 'mon', WEEKDAYS), ['fri']);
});

test('time off has its dates in order, a year at most, and overlaps nothing', () => {
  const others = [{ from: '2026-12-20', to: '2026-12-31' }];
  assert.equal(timeOffProblem({ from: '2026-12-01', to: '2026-12-19' }, others), null);
  assert.equal(timeOffProblem({ from: '', to: '' }, others)?.field, 'from');
  assert.equal(timeOffProblem({ from: '2026-12-02', to: '2026-12-01' }, others)?.problem.key, 'settings.problem.before');
  assert.equal(timeOffProblem({ from: '2026-01-01', to: '2026-12-31' }, [])?.field, undefined);
  assert.equal(timeOffProblem({ from: '2026-01-01', to: '2027-01-02' }, [])?.problem.key, 'settings.problem.long');
  assert.equal(timeOffProblem({ from: '2026-12-31', to: '2027-01-02' }, others)?.problem.key, 'settings.problem.overlap');
});
