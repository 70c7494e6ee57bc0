// Dates: weeks, months, ranges.
import assert from 'node:assert/strict';
import test from 'node:test';
import { addDays, addMonths, datesOf, daysBetween, rangeOf, startOfWeek, weekday } from '../js/calendar.js';

test('dates are added over months, leap days and changes of the clock', () => {
  assert.equal(addDays('2026-02-28', 1), '2026-03-01');
  assert.equal(addDays('2028-02-28', 1), '2028-02-29');
  assert.equal(addDays('2026-10-25', 1), '2026-10-26');
  assert.equal(addDays('2027-01-01', -1), '2026-12-31');
  assert.equal(daysBetween('2026-03-28', '2026-03-30'), 2);
  assert.equal(addMonths('2026-12-01', 1), '2027-01-01');
  assert.equal(addMonths('2026-01-01', -1), '2025-12-01');
});

test('a week begins on Monday or on Sunday', () => {
  assert.equal(weekday('2026-11-30'), 0);
  assert.equal(startOfWeek('2026-11-29', 'monday'), '2026-11-23');
  assert.equal(startOfWeek('2026-11-29', 'sunday'), '2026-11-29');
  assert.equal(startOfWeek('2026-11-28', 'sunday'), '2026-11-22');
});

test('ranges are those of the calendar', () => {
  assert.deepEqual(rangeOf('week', '2026-11-25', 0, 'monday'), { from: '2026-11-23', to: '2026-11-29' });
  assert.deepEqual(rangeOf('week', '2026-11-25', 1, 'sunday'), { from: '2026-11-15', to: '2026-11-21' });
  assert.deepEqual(rangeOf('month', '2026-03-31', 1, 'monday'), { from: '2026-02-01', to: '2026-02-28' });
  assert.deepEqual(rangeOf('month', '2026-01-15', 1, 'monday'), { from: '2025-12-01', to: '2025-12-31' });
  assert.deepEqual(rangeOf('year', '2026-06-01', 2, 'monday'), { from: '2024-01-01', to: '2024-12-31' });
  assert.equal(datesOf(rangeOf('year', '2024-06-01', 0, 'monday')).length, 366);
});
