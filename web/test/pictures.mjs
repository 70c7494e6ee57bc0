// The pictures of README: Today of the person of `avanochi demo`, in light, in dark and on a phone.
//   AVANOCHI_BIN, CHROMIUM: as in flows/run.mjs
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const here = import.meta.dirname;
const out = join(here, '../../docs/pictures');
const port = 7391;
const url = `http://127.0.0.1:${port}/app/`;
const WIDE = { width: 1280, height: 900 };

const PICTURES = [
  { name: 'today-light', viewport: WIDE, colorScheme: 'light' },
  { name: 'today-dark', viewport: WIDE, colorScheme: 'dark' },
  { name: 'today-phone', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
];

const data = join(await mkdtemp(join(tmpdir(), 'avanochi-pictures-')), 'demo');
const bin = process.env.AVANOCHI_BIN ?? join(here, '../../target/debug/avanochi');
const child = spawn(bin, ['--data', data, '--port', String(port), 'demo'], { stdio: ['ignore', 'ignore', 'inherit'] });
const ended = new Promise((resolve) => child.on('exit', resolve));
try {
  for (let tries = 0; !(await fetch(url).then((answer) => answer.ok, () => false)); tries += 1) {
    if (tries > 300 || child.exitCode !== null) throw new Error('the demo does not answer');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await mkdir(out, { recursive: true });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  for (const { name, ...options } of PICTURES) {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce', timezoneId: 'Europe/Madrid', locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(url);
    await page.locator('.sign-other .link').click();
    await page.fill('[name=username]', 'demo');
    await page.fill('[name=password]', 'look around');
    await page.click('.sign-form [type=submit]');
    await page.locator('.tasks').waitFor();
    await page.waitForLoadState('networkidle').catch(() => {});
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(out, `${name}.png`) });
    await context.close();
  }
  await browser.close();
} finally {
  child.kill('SIGTERM');
  await ended;
  await rm(data, { recursive: true, force: true });
}
