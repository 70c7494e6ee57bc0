// Runs all flows in a real browser against the real program with a fresh data folder, and stand-ins for the services that it connects.
//   AVANOCHI_BIN    the program; target/debug/avanochi of this tree by default. The stand-ins are `sandbox` beside it
//   AVANOCHI_URL    the address of a page that is served already, in the place of the program
//   CHROMIUM        the browser; /usr/bin/chromium by default
//   Arguments are parts of the names of the flows that are to be run.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { Bench } from './lib.mjs';

const here = import.meta.dirname;
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

const LONGEST = 90_000;

async function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts the stand-ins, and answers the settings by which the program reaches them. @param {string} path */
async function services(path) {
  const child = spawn(path, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${path} ended`)));
    child.stdout.on('data', (part) => {
      said += part;
      if (said.includes('until this is interrupted')) resolve();
    });
  });
  return { settings: Object.fromEntries([...said.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value])), said, stop: () => child.kill() };
}

/** Starts the program, and answers the page's address and what ends it. */
async function serve() {
  if (process.env.AVANOCHI_URL) return { url: process.env.AVANOCHI_URL, stop: async () => {} };
  const bin = process.env.AVANOCHI_BIN ?? join(here, '../../../target/debug/avanochi');
  const stand = await services(join(dirname(bin), 'sandbox'));
  const data = await mkdtemp(join(tmpdir(), 'avanochi-flows-'));
  const port = await freePort();
  const child = spawn(bin, ['--data', data, '--port', String(port)], {
    cwd: data, stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...stand.settings, JWT_SECRET: 'a secret of the browser tests, 32+', AVANOCHI_LOG: 'error' },
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const url = `http://127.0.0.1:${port}/app/`;
  for (let i = 0; ; i += 1) {
    try {
      if ((await fetch(url)).ok) break;
    } catch {
      // Not yet.
    }
    if (i === 100 || child.exitCode !== null) throw new Error(`the program does not answer at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    stand.stop();
    await rm(data, { recursive: true, force: true });
  };
  return { url, services: stand, stop };
}

const wanted = process.argv.slice(2);
const server = await serve();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
let passed = 0;
const failed = [];
try {
  for (const file of (await readdir(here)).filter((name) => name.endsWith('.mjs') && !['run.mjs', 'lib.mjs'].includes(name)).sort()) {
    const { flows } = await import(`./${file}`);
    for (const [name, run] of Object.entries(flows)) {
      const title = `${file.replace('.mjs', '')}: ${name}`;
      if (wanted.length && !wanted.some((word) => title.includes(word))) continue;
      const bench = new Bench(browser, server.url, server.services);
      const began = Date.now();
      let timer;
      try {
        const late = new Promise((_, reject) => {
          timer = setTimeout(() => reject(new Error(`not done within ${LONGEST / 1000} s`)), LONGEST);
        });
        await Promise.race([run(bench), late]);
        bench.judge();
        passed += 1;
        console.log(`ok    ${title} (${((Date.now() - began) / 1000).toFixed(1)} s)${bench.notes.length ? `  ${bench.notes.join(', ')}` : ''}`);
      } catch (error) {
        failed.push(title);
        console.log(`FAIL  ${title}\n      ${String(error?.stack ?? error).split('\n').slice(0, 8).join('\n      ')}`);
        await bench.picture(join(tmpdir(), `avanochi-${title.replace(/\W+/g, '-')}.png`));
      } finally {
        clearTimeout(timer);
        await bench.close();
      }
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length || !passed ? 1 : 0;
