// The clock: time with pauses, an offset from answers, a clock that was set, and dates as the user lives them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, dateOf, elapsed, jumped, minutesOf, offsetAfter, parts, wall } from '../js/data/clock.js';

const at = (time) => Date.parse(`2026-11-25T${time}Z`);
const iso = (time) => new Date(at(time)).toISOString();

test('a session without pauses lasts from its start until now, and once ended until its end', () => {
  const session = { start_time: iso('09:00:00'), end_time: null, pauses: [] };
  assert.equal(elapsed(session, at('09:47:12')), (47 * 60 + 12) * 1000);
  assert.equal(elapsed({ ...session, end_time: iso('10:00:00') }, at('12:00:00')), 3_600_000);
});

test('pauses are taken out, also one that goes on, and only what of them lies within', () => {
  const pauses = [{ from: iso('09:10:00'), to: iso('09:20:00') }, { from: iso('09:30:00'), to: null }];
  assert.equal(elapsed({ start_time: iso('09:00:00'), pauses }, at('11:00:00')), 20 * 60_000);
  assert.equal(elapsed({ start_time: iso('09:15:00'), pauses: [pauses[0]] }, at('09:30:00')), 10 * 60_000);
  assert.equal(elapsed({ start_time: iso('09:00:00'), end_time: iso('09:12:00'), pauses }, at('11:00:00')), 10 * 60_000);
});

test('a clock that is behind never shows less than nothing', () => {
  assert.equal(elapsed({ start_time: iso('09:00:00') }, at('08:59:00')), 0);
});

test('after a sleep of a day the time is right at once, since nothing is counted up', () => {
  const session = { start_time: iso('09:00:00'), pauses: [] };
  assert.deepEqual(parts(elapsed(session, at('09:00:00') + 86_400_000 + 5000)), { clock: '24:00', seconds: '05', minutes: 1440 });
});

test('the offset follows the server when the clock is an hour off, and stands still within a second and a half', () => {
  const server = at('12:00:00');
  const local = server + 3_600_000;
  const offset = offsetAfter(0, server, local, local + 100);
  assert.ok(Math.abs(local + offset - server) < 1000);
  assert.equal(offsetAfter(offset, server + 1000, local + 1200, local + 1300), offset, 'no trembling');
  assert.equal(offsetAfter(0, server, server + 900, server + 950), 0);
  assert.notEqual(offsetAfter(offset, server, server, server + 100), offset, 'the clock was put right');
});

test('a slow answer moves the offset only by more than it may be wrong', () => {
  const server = at('12:00:00');
  assert.equal(offsetAfter(0, server, server - 4000, server + 4000), 0);
});

test('a clock that was set is told from time that passed', () => {
  const before = { wall: 1_000_000, mono: 500 };
  assert.equal(jumped(before, { wall: 1_001_000, mono: 1500 }), false);
  assert.equal(jumped(before, { wall: 1_001_000 + 3_600_000, mono: 1500 }), true);
  assert.equal(jumped(before, { wall: 1_001_000 - 3_600_000, mono: 1500 }), true);
});

test('a date begins when the user says so, in the zone of the user', () => {
  const early = Date.parse('2026-11-25T02:30:00Z');
  assert.equal(dateOf(early, 'Europe/Madrid', '00:00'), '2026-11-25');
  assert.equal(dateOf(early, 'Europe/Madrid', '04:00'), '2026-11-24');
  assert.equal(dateOf(early, 'America/Los_Angeles', '00:00'), '2026-11-24');
  assert.deepEqual(wall(early, 'Europe/Madrid'), { date: '2026-11-25', minutes: 210 });
  assert.equal(wall(early, 'No/Such_Zone').minutes, 150, 'a zone that the browser does not know is UTC');
  assert.equal(minutesOf('07:45'), 465);
  assert.equal(addDays('2026-12-31', 1), '2027-01-01');
});
