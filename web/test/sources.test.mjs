// What all files of the page keep to: nothing that a policy would refuse, every import exists, no file is long, and each says what it holds.
import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { closure, imports, root } from './closure.mjs';
import { served } from './served.mjs';

const names = (await readdir(root, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())
  .map((one) => relative(root, join(one.parentPath, one.name))).filter((name) => !name.startsWith('test/') && !name.includes('node_modules'));
const read = (name) => readFile(join(root, name), 'utf8');
const ours = names.filter((name) => name.endsWith('.js') && !name.startsWith('vendor/'));
const size = async (name) => gzipSync(served(name, await read(name)), { level: 9 }).length;

test('nothing that makes code or markup of text', async () => {
  for (const name of [...ours, 'index.html']) {
    const code = served(name, await read(name));
    for (const bad of [/innerHTML/, /outerHTML/, /insertAdjacentHTML/, /\beval\s*\(/, /new Function/, /DOMParser/, /document\.write/, /\sstyle="/, /dangerouslySet/, /\son(click|load|error)="/, /setAttribute\('style'/]) {
      assert.doesNotMatch(code, bad, name);
    }
  }
});

test('no address of anybody else', async () => {
  for (const name of names.filter((one) => /\.(js|css|html|webmanifest|svg)$/.test(one) && !one.startsWith('vendor/'))) {
    const found = [...(await read(name)).matchAll(/(?:https?:)?\/\/[a-z0-9-]+(\.[a-z0-9-]+)*\b[^\s'"]*/gi)].map(([one]) => one)
      .filter((one) => /^https?:/.test(one) && !one.startsWith('http://www.w3.org/') && !one.startsWith('http://localhost/'));
    assert.deepEqual(found, [], name);
  }
});

test('every import and every picture that is named exists', async () => {
  for (const name of ours.filter((one) => one !== 'sw.js')) {
    const found = imports(name, served(name, await read(name)));
    for (const path of [...found.static, ...found.later]) await access(join(root, path)).catch(() => assert.fail(`${name}: ${path}`));
  }
  for (const [, path] of (await read('index.html')).matchAll(/"\.\/__VERSION__\/([^"]+)"/g)) await access(join(root, path));
  for (const { src } of JSON.parse(await read('manifest.webmanifest')).icons) await access(join(root, src));
});

test('what the first screen needs is asked for at once', async () => {
  const needed = (await closure(['js/main.js', 'js/places/today.js'])).filter((name) => name !== 'js/main.js');
  const asked = [...(await read('index.html')).matchAll(/modulepreload" href="\.\/__VERSION__\/([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual(asked.sort(), needed);
});

test('no file of ours has 400 lines, and each says first what it holds', async () => {
  for (const name of ours) {
    const text = await read(name);
    assert.ok(text.split('\n').length <= 400, `${name}: ${text.split('\n').length} lines`);
    assert.match(text, /^\/\/ /, name);
  }
});

test('what is left out before a script is served changes nothing of it', async () => {
  for (const name of ours) {
    const text = await read(name);
    const code = served(name, text);
    execFileSync(process.execPath, ['--check', '--input-type=module', '-'], { input: code, stdio: ['pipe', 'ignore', 'pipe'] });
    // Texts stay whole: the same ones are there before and after.
    const texts = (all) => (all.match(/'(?:[^'\\\n]|\\.)*'/g) ?? []).length;
    assert.equal(texts(code), texts(text.replace(/\/\*\*[\s\S]*?\*\//g, '').split('\n').filter((line) => !line.trim().startsWith('//')).join('\n')), name);
  }
});

test('the first screen is small', async () => {
  const files = ['index.html', 'boot.js', ...[...(await read('index.html')).matchAll(/stylesheet" href="\.\/__VERSION__\/([^"]+)"/g)].map(([, path]) => path),
    ...(await closure(['js/main.js', 'js/places/today.js'])), 'js/text/en.js'];
  let bytes = 0;
  for (const name of files) bytes += await size(name);
  console.log(`first screen: ${files.length} files, ${(bytes / 1024).toFixed(1)} kB gzip`);
  assert.ok(files.length <= 24, `${files.length} files`);
  assert.ok(bytes <= 50 * 1024, `${bytes} bytes`);
});
