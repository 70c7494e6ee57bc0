// The texts of the places: the same in both languages, and none that a module asks for is missing.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import insights from '../js/text/insights-en.js';
import analisis from '../js/text/insights-es.js';
import connected from '../js/text/integrations-en.js';
import conectado from '../js/text/integrations-es.js';
import inEnglish from '../js/text/places-en.js';
import inSpanish from '../js/text/places-es.js';
import first from '../js/text/en.js';
import more from '../js/text/more-en.js';

const [en, es] = [{ ...inEnglish, ...insights, ...connected }, { ...inSpanish, ...analisis, ...conectado }];

delete globalThis.BroadcastChannel;
const { CHOICES, NUMBERS } = await import('../js/places/settings-fields.js');

const common = { ...first, ...more };
/** @param {string | { one: string, other: string }} text */
const forms = (text) => (typeof text === 'string' ? [text] : Object.values(text));
const args = (text) => [...new Set(forms(text).flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();

test('both languages have the same keys, with the same arguments', () => {
  assert.deepEqual(Object.keys(es), Object.keys(en));
  for (const key of Object.keys(en)) {
    assert.deepEqual(args(es[key]), args(en[key]), key);
    assert.equal(typeof es[key], typeof en[key], key);
    assert.ok(forms(es[key]).every((form) => form.trim()), key);
  }
});

test('each text that a module names exists, and each that exists is named', async () => {
  const folder = new URL('../js/places/', import.meta.url);
  const files = (await readdir(folder)).filter((name) => /^(week|statistics|achievement|insights|integrations|settings)/.test(name));
  const sources = await Promise.all([...files.map((name) => readFile(new URL(name, folder), 'utf8')), readFile(new URL('../js/figures.js', import.meta.url), 'utf8')]);
  const source = sources.join('\n');
  const named = new Set([...source.matchAll(/'((?:charts|week|statistics|achievements|insights|integrations|settings)\.[\w.]+)'/g)].map(([, key]) => key));
  const built = [...source.matchAll(/`((?:week|statistics|achievements|insights|integrations|settings)\.[\w.]*)\$\{|named\('([\w.]+)'/g)].map(([, start, name]) => start ?? `${name}.`);
  for (const key of named) assert.ok(key in en || key in common || built.includes(`${key}.`), key);
  for (const key of Object.keys(en)) assert.ok(named.has(key) || built.some((start) => key.startsWith(start)) || /^(settings\.\w+|error)\.\w+$/.test(key), key);
});

test('each value that can be chosen, and each unit, has a text', () => {
  for (const [path, values] of Object.entries(CHOICES)) for (const value of values) assert.ok(`settings.${path}.${value}` in en, `${path} ${value}`);
  for (const { unit } of Object.values(NUMBERS)) assert.ok(!unit || `settings.unit.${unit}` in en, unit);
});
