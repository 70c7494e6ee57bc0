// Where the marks of charts lie: within the drawing, in proportion, and readable at any width.
import assert from 'node:assert/strict';
import test from 'node:test';
import { datesOf } from '../js/calendar.js';

delete globalThis.BroadcastChannel;
const { bars, every, heat, level, line, ticks, year } = await import('../js/figures.js');

test('ticks are round, begin at nothing and reach the most', () => {
  assert.deepEqual(ticks(8.9), [0, 6, 12]);
  assert.deepEqual(ticks(0), [0, 1, 2]);
  assert.deepEqual(ticks(35), [0, 24, 48]);
  assert.deepEqual(ticks(60), [0, 50, 100]);
  for (const most of [0.3, 1, 7, 12, 49, 51, 99, 250, 1234]) assert.ok(ticks(most)[2] >= most, `${most}`);
});

test('levels are quarters of the most', () => {
  assert.deepEqual([0, 1, 25, 26, 50, 75, 76, 100, 120].map((value) => level(value, 100)), [0, 1, 1, 2, 2, 3, 4, 4, 4]);
  assert.equal(level(0, 0), 0);
});

test('bars stand on the line, in proportion, apart, and within the width', () => {
  for (const width of [280, 326, 640, 1100]) {
    for (const count of [1, 7, 31, 53]) {
      const values = Array.from({ length: count }, (_, index) => index % 9);
      const chart = bars(values, { width, height: 200, aim: 8 });
      chart.bars.forEach((bar, index) => {
        assert.ok(bar.x >= chart.plot.left - 0.01 && bar.x + bar.width <= width + 0.01, `${width}/${count}`);
        assert.ok(Math.abs(bar.y + bar.height - chart.plot.bottom) < 1e-9);
        assert.equal(bar.height > 0, values[index] > 0);
        if (index) assert.ok(bar.x >= chart.bars[index - 1].x + chart.bars[index - 1].width);
      });
      assert.ok((chart.plot.right - chart.plot.left) / count * chart.every >= 34 || chart.every >= count);
    }
  }
  const { bars: [half, whole], plot } = bars([6, 12], { width: 400, height: 200 });
  assert.ok(Math.abs(whole.height - 2 * half.height) < 1e-9);
  assert.ok(Math.abs(whole.y - plot.top) < 1e-9);
});

test('a value too small to be seen is seen, and the aim is drawn although all is below it', () => {
  const chart = bars([0.01, 0], { width: 300, height: 200, aim: 8 });
  assert.equal(chart.bars[0].height, 2);
  assert.equal(chart.bars[1].height, 0);
  assert.ok(chart.aim !== null && chart.aim > chart.plot.top && chart.aim < chart.plot.bottom);
  assert.equal(bars([], { width: 300, height: 200 }).bars.length, 0);
});

test('a line has a gap where nothing is known', () => {
  const chart = line([1, 2, null, 3], { width: 300, height: 160 });
  assert.equal(chart.line.match(/M/g)?.length, 2);
  assert.equal(chart.area.match(/Z/g)?.length, 2);
  assert.equal(chart.points[2], null);
  assert.ok(chart.points.every((point) => point === null || (point.x <= 300 && point.y <= 160)));
  assert.doesNotMatch(line([], { width: 300, height: 160 }).line, /NaN/);
  assert.doesNotMatch(line([5], { width: 300, height: 160 }).line, /NaN/);
});

test('the map of hours fits', () => {
  for (const width of [260, 326, 500, 1100]) {
    const map = heat(width);
    assert.ok(map.x(23) + map.cell.width <= width, `${width}`);
    assert.ok(map.y(6) + map.cell.height <= map.height);
    assert.ok(map.cell.width >= 6 && map.y(1) - map.y(0) >= 20);
  }
});

test('the calendar of a year has each date once, within the drawing, in one row where there is room', () => {
  const range = { from: '2025-12-01', to: '2026-11-30' };
  for (const width of [288, 326, 700, 1100]) {
    for (const start of /** @type {const} */ (['monday', 'sunday'])) {
      const map = year(range, width, start);
      const places = datesOf(range).map((date) => map.place(date));
      assert.equal(new Set(places.map(({ x, y }) => `${x},${y}`)).size, 365);
      assert.ok(places.every(({ x, y }) => x + map.cell <= map.width && y + map.cell <= map.height));
      assert.ok(map.width <= width);
      assert.ok(map.months.length >= 10);
      assert.ok(map.months.every(({ x }) => x <= map.width));
    }
  }
  assert.equal(year(range, 1100, 'monday').rows, 1);
  assert.equal(year(range, 326, 'monday').rows, 3);
});

test('labels are as far apart as they are wide', () => {
  assert.equal(every(40, 34), 1);
  assert.equal(every(10, 34), 4);
});
