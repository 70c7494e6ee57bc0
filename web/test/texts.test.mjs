// Words: the same keys and arguments in both languages, forms that are chosen, and no key that nothing knows.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './closure.mjs';
import { served } from './served.mjs';

delete globalThis.BroadcastChannel;
globalThis.navigator ??= { onLine: true, language: 'en' };
const { filled } = await import('../js/text.js');

const files = (await readdir(join(root, 'js/text'))).filter((name) => name.endsWith('en.js'));
const args = (text) => [...new Set((typeof text === 'string' ? text : Object.values(text).join()).match(/\{\w+\}/g) ?? [])].sort();
const all = {};

for (const name of files) {
  const en = (await import(`../js/text/${name}`)).default;
  const es = (await import(`../js/text/${name.replace(/en\.js$/, 'es.js')}`)).default;
  Object.assign(all, en);

  test(`${name}: the same keys, arguments and forms in both languages`, () => {
    assert.deepEqual(Object.keys(es).sort(), Object.keys(en).sort());
    for (const key of Object.keys(en)) {
      assert.equal(typeof es[key], typeof en[key], key);
      assert.deepEqual(args(es[key]), args(en[key]), key);
      const texts = typeof es[key] === 'string' ? [es[key]] : Object.values(es[key]);
      assert.ok(texts.every((text) => text.trim()), key);
    }
  });
}

test('every key that the code names has a text', async () => {
  for (const name of (await readdir(join(root, 'js'), { recursive: true })).filter((one) => one.endsWith('.js') && !one.startsWith('text/'))) {
    const code = served(name, await readFile(join(root, 'js', name), 'utf8'));
    for (const [, key] of code.matchAll(/\bt\('([\w.-]+)'/g)) assert.ok(key in all, `${name}: ${key}`);
  }
});

test('every act has a label, and what is said of it where it is not silent', async () => {
  const code = served('js/acts.js', await readFile(join(root, 'js/acts.js'), 'utf8'));
  for (const [, key] of code.matchAll(/'(act\.\w+)'/g)) assert.ok(key in all, key);
});

test('arguments and forms', () => {
  const rules = new Intl.PluralRules('en');
  const text = { one: '1 change', other: '{n} changes' };
  assert.equal(filled(text, 'k', { n: 1 }, rules), '1 change');
  assert.equal(filled(text, 'k', { n: 5 }, rules), '5 changes');
  assert.equal(filled('{a} and {b}', 'k', { a: 'x', b: 2 }, rules), 'x and 2');
  assert.equal(filled('{a} and {c}', 'k', { a: '{c}' }, rules), '{c} and {c}', 'what is put in is not looked at again');
  assert.equal(filled(undefined, 'some.key', {}, rules), 'some.key');
});
