// Contrast of the colours, computed from app.css: axe cannot judge all of them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './closure.mjs';

const css = await readFile(join(root, 'app.css'), 'utf8');

/** The tokens of a block. @param {string} start what stands before it */
function block(start) {
  const from = css.indexOf(start);
  assert.ok(from >= 0, start);
  const text = css.slice(css.indexOf('{', from + start.length - 1), css.indexOf('}', from));
  return Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
}

const light = block(':root {');
const dark = block(':root:not(.light) {');

/** @param {string} colour */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const TEXT = 4.5;
const EDGE = 3;
const PAIRS = [
  ['ink', 'paper', TEXT], ['ink', 'surface', TEXT], ['ink', 'sunk', TEXT],
  ['muted', 'paper', TEXT], ['muted', 'surface', TEXT], ['muted', 'sunk', TEXT],
  ['edge', 'surface', EDGE], ['edge', 'paper', EDGE],
  ['accent-ink', 'accent', TEXT], ['accent-text', 'accent-soft', TEXT], ['accent-text', 'surface', TEXT], ['accent-text', 'paper', TEXT],
  ['accent', 'sunk', EDGE], ['accent', 'surface', EDGE],
  ...['water', 'meal', 'rest', 'warm'].flatMap((one) => [[one, `${one}-soft`, TEXT], [one, 'surface', TEXT], [one, 'sunk', EDGE]]),
  ['warm', 'paper', TEXT], ['paper', 'ink', TEXT],
  ['focus', 'paper', EDGE], ['focus', 'surface', EDGE], ['focus', 'sunk', EDGE],
];

for (const [scheme, tokens] of Object.entries({ light, dark })) {
  test(`contrast in ${scheme}`, () => {
    for (const [a, b, least] of PAIRS) {
      const found = contrast(tokens[a], tokens[b]);
      assert.ok(found >= least, `${a} on ${b}: ${found.toFixed(2)}, ${least} is needed`);
    }
  });
}

test('dark by the system and dark by choice are the same', () => {
  assert.deepEqual(block(':root.dark {'), dark);
  assert.deepEqual(Object.keys(dark).filter((name) => !(name in light)), []);
});

test('the page\'s colour in index.html is that of the paper', async () => {
  const html = await readFile(join(root, 'index.html'), 'utf8');
  assert.ok(html.includes(`content="${light.paper}"`) && html.includes(`content="${dark.paper}"`));
});
