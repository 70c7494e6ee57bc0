// Insights: what follows from the answers of the API, and what a recommendation sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './place.mjs';

const { actOf, asText, ended, laid, placeOf, quality } = await import('../js/places/insights.js');
const { bars, line } = await import('../js/figures.js');

const factor = (id, points) => ({ id, points, value: points, text: '' });

test('factors lie end to end, the largest first, and add up; what is not known is last and nothing', () => {
  const found = laid([factor('a', 2.5), factor('b', null), factor('c', 8), factor('d', 0)]);
  assert.deepEqual(found.map(({ id, from, to }) => [id, from, to]), [['c', 0, 8], ['a', 8, 10.5], ['d', 10.5, 10.5], ['b', 10.5, 10.5]]);
});

test('a forecast says how near it was, or that this is not known', () => {
  const one = { target: 'hours', for: '2026-11-30', value: 1, low: 0, high: 2, model: 'ets', mase: 0.8, baseline_mase: 1, n: 90 };
  assert.deepEqual(quality(one), { key: 'insights.quality.better', args: { n: 90, percent: 20 } });
  assert.equal(quality({ ...one, model: 'seasonal_naive' }).key, 'insights.quality.last');
  assert.equal(quality({ ...one, mase: null, baseline_mase: null }).key, 'insights.quality.rough');
});

test('a story as text has its title and its paragraphs', () => {
  assert.equal(asText({ title: 'Monday', paragraphs: [{ text: 'One.', facts: [] }, { text: 'Two.', facts: [] }], language: 'en', written_by: 'rules' }), 'Monday\n\nOne.\n\nTwo.');
});

test('what is to be looked at leads to its place', () => {
  const to = (path) => placeOf({ method: 'GET', path });
  assert.deepEqual(['/api/tasks/7', '/api/tasks?view=overdue', '/api/tasks?view=upcoming', '/api/tasks/summary', '/api/tasks?view=today&sort=-priority', '/api/connections/7/authorize', '/api/work_sessions/7'].map(to),
    ['today', 'week', 'week', 'statistics', 'today', 'integrations', null]);
  assert.equal(placeOf({ method: 'POST', path: '/api/tasks' }), null);
  assert.equal(placeOf(null), null);
});

const now = { user: 'u', date: '2026-11-30', session: null, settings: { quiet_hours: null, focus: { work: 25 } } };

test('a call is an act with what takes it back', () => {
  const water = actOf({ method: 'POST', path: '/api/hydration', body: { ml: 250 } }, now);
  assert.deepEqual([water.path, water.body.ml, water.undo.method], ['hydration', 250, 'DELETE']);
  assert.equal(actOf({ method: 'POST', path: '/api/rests/start', body: { kind: 'lunch' } }, now).body.kind, 'lunch');
  const start = actOf({ method: 'POST', path: '/api/work_sessions/start', body: { user_id: 'u' } }, now);
  assert.equal(start.undo.method, 'DELETE');
  const session = { id: 's', start_time: '2026-11-30T08:00:00Z', end_time: null };
  const end = { method: 'POST', path: '/api/work_sessions/s/end', body: {} };
  assert.equal(actOf(end, { ...now, session }).hold, true);
  assert.equal(actOf(end, now).path, 'work_sessions/s/end');
});

test('settings are put back as they were', () => {
  const quiet = { from: '20:00', to: '08:00' };
  const act = actOf({ method: 'PATCH', path: '/api/settings', body: { quiet_hours: quiet } }, now);
  assert.deepEqual([act.body, act.undo.body], [{ quiet_hours: quiet }, { quiet_hours: null }]);
  assert.deepEqual(act.effects, [{ kind: 'settings', id: 'u', set: { quiet_hours: quiet, id: 'u', user_id: 'u' } }]);
});

test('nothing is called that is to be looked at, that needs a number of the person, or that is not of this API', () => {
  assert.equal(actOf(null, now), null);
  assert.equal(actOf({ method: 'GET', path: '/api/tasks' }, now), null);
  assert.equal(actOf({ method: 'POST', path: '/api/check_ins' }, now), null);
  assert.equal(actOf({ method: 'POST', path: 'https://example.org/' }, now), null);
});

test('a session ended when the person says, no later than was guessed', () => {
  const session = { id: 's', end_time: '2026-11-30T16:00:00.000Z' };
  const end = (text) => ended(session, 17 * 60, text);
  assert.deepEqual(end('17:00').body, {});
  assert.equal(Date.parse(end('15:30').body.end_time), Date.parse('2026-11-30T14:30:00Z'));
  assert.equal(Date.parse(end('23:00').body.end_time), Date.parse('2026-11-29T22:00:00Z'), 'the evening before');
  assert.equal(end('15:30').effects[0].set.needs_review, false);
  assert.deepEqual([end('15:30').undo.body, end('17:00').undo], [{ end_time: session.end_time }, undefined]);
});

test('ranges and named values are within a chart', () => {
  const chart = bars([4, 8], { width: 400, height: 200, most: 20 });
  assert.ok(chart.y(20) >= chart.plot.top && chart.y(0) === chart.plot.bottom);
  const trend = line([12, 30], { width: 400, height: 170, most: 100 });
  assert.ok(trend.y(100) >= trend.plot.top && trend.y(75) < trend.y(50));
});
