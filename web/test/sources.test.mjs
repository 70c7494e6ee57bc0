// What all files of the page keep to: nothing that a policy would refuse, every import exists, no file is long, and each says what it holds.
import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'acorn';
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

/** The tree of a script, without places in it, and of templates without the ends of lines that htm does not read. */
function tree(name, code) {
  const found = parse(code, { ecmaVersion: 2023, sourceType: ['boot.js', 'sw.js'].includes(name) ? 'script' : 'module' });
  return JSON.stringify(found, (key, value) => {
    if (key === 'start' || key === 'end') return undefined;
    if (value?.type !== 'TemplateElement') return value instanceof RegExp ? String(value) : value;
    return value.value.raw.replace(/\s*\n\s*/g, '\n').replace(/>\n|\n</g, (line) => line.trim());
  });
}

test('what is left out before a script is served changes nothing of it', async () => {
  for (const name of ours) {
    const text = await read(name);
    assert.ok(tree(name, served(name, text)) === tree(name, text), name);
  }
  // What none of them has today.
  for (const text of [
    'let a = b\n++c\n', 'a\n(b)', 'const x = y / 2 / z; // z', "f(`a ${ `b ${ {c: 1}.c } }` } /* no comment */ \\` ${'`'}`)", 'if (a) /[/]x "/.test(b)\nelse { c }',
    'a = b + +c - -d, e++ + f', "x = 'it\\'s // no comment'\ny = \"/* '\"", 'for (;;) { break }\nreturned = a ? .5 : b\n', 'async () => { await x\n}\n',
  ]) assert.equal(tree('x.js', served('x.js', text)), tree('x.js', text), text);
});

test('what is left out of a style sheet is comments, blanks and the last semicolon of a rule', async () => {
  const bare = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/;\s*}/g, '}').replace(/\s/g, '');
  for (const name of names.filter((one) => one.endsWith('.css'))) {
    const text = await read(name);
    assert.equal(bare(served(name, text)), bare(text), name);
  }
  assert.equal(served('x.css', 'a :focus ,\n b > c { --x: "; }" ; margin: calc(1px + 2px) 0 !important; }\n'),
    'a :focus,b > c{--x:"; }";margin:calc(1px + 2px) 0 !important}');
});

test('the first screen is small', async () => {
  const files = ['index.html', 'boot.js', ...[...(await read('index.html')).matchAll(/stylesheet" href="\.\/__VERSION__\/([^"]+)"/g)].map(([, path]) => path),
    ...(await closure(['js/main.js', 'js/places/today.js'])), 'js/text/en.js'];
  let bytes = 0;
  for (const name of files) bytes += await size(name);
  console.log(`first screen: ${files.length} files, ${(bytes / 1024).toFixed(1)} kB gzip`);
  // And one picture.
  assert.ok(files.length <= 19, `${files.length} files`);
  assert.ok(bytes <= 45 * 1024, `${bytes} bytes`);
});
