// What the statistics sum: by month, weekday and hour, week; and the addresses of the tables.
import assert from 'node:assert/strict';
import test from 'node:test';
import { daysBetween } from '../js/calendar.js';

delete globalThis.BroadcastChannel;
const { best, clock, hours, months, path, sum, until, values, weeks, within, yearBefore } = await import('../js/figures.js');

/** @param {string} date @param {number} hour @param {number} seconds @param {number} [tasks] */
const day = (date, hour, seconds, tasks = 0) => ({
  date, focus_seconds: seconds, completed_tasks: tasks, focus_by_hour: Array.from({ length: 24 }, (_, index) => (index === hour ? seconds : 0)),
});
const days = [day('2026-10-31', 9, 3600, 1), day('2026-11-23', 10, 7200, 2), day('2026-11-29', 21, 1800), day('2026-11-30', 10, 1800, 4)];

test('sums of a range', () => {
  assert.deepEqual(sum(within(days, { from: '2026-11-23', to: '2026-11-29' })), { hours: 2.5, tasks: 2 });
  assert.deepEqual(sum([]), { hours: 0, tasks: 0 });
  const year = months(days, '2026-01-01');
  assert.equal(year.length, 12);
  assert.deepEqual([year[9].hours, year[10].hours, year[11].hours], [1, 3, 0]);
});

test('hours of weekdays are added up, and the best is found', () => {
  const map = hours(days);
  assert.equal(map.rows[0][10], 9000);
  assert.equal(map.rows[6][21], 1800);
  assert.deepEqual(best(map), { weekday: 0, hour: 10 });
  assert.equal(best(hours([])), null);
});

test('weeks begin where the settings say', () => {
  assert.deepEqual(weeks(days, '2026-11-30', 2, 'monday').map(({ date, hours: all, tasks }) => [date, all, tasks]),
    [['2026-11-23', 2.5, 2], ['2026-11-30', 0.5, 4]]);
  assert.deepEqual(weeks(days, '2026-11-30', 2, 'sunday').map(({ hours: all }) => all), [2, 1]);
});

test('a range ends today, and the year that is read is that which the API answers by itself', () => {
  assert.deepEqual(until({ from: '2026-11-30', to: '2026-12-06' }, '2026-12-02'), { from: '2026-11-30', to: '2026-12-02' });
  assert.deepEqual(until({ from: '2026-11-23', to: '2026-11-29' }, '2026-12-02'), { from: '2026-11-23', to: '2026-11-29' });
  assert.equal(daysBetween(yearBefore('2026-11-30'), '2026-11-30') + 1, 365);
});

test('addresses of tables and of the same as JSON', () => {
  const range = { from: '2026-11-23', to: '2026-11-29' };
  assert.equal(path('u1', 'metrics', range, 'csv'), 'stats/u1/metrics?from=2026-11-23&to=2026-11-29&format=csv');
  assert.equal(path('u1', 'days', range), 'stats/u1/days?from=2026-11-23&to=2026-11-29');
  assert.equal(path('u1', 'days'), 'stats/u1/days');
  assert.equal(path('a/b', 'days', range).startsWith('stats/a%2Fb/'), true);
});

test('metrics by key, and hours in words are rounded once', () => {
  assert.deepEqual(values({ metrics: [{ key: 'breaks', value: 3 }, { key: 'day_start', value: null }] }), { breaks: 3, day_start: null });
  assert.deepEqual(values(null), {});
  assert.deepEqual(clock(35.2), { hours: 35, minutes: 12, total: 2112 });
  assert.deepEqual(clock(1.999), { hours: 2, minutes: 0, total: 120 });
});
