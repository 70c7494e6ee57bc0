// The places beside Today for everybody: no violation that axe finds, in both schemes, on wide and narrow screens and with
// everything opened, nothing wider than the window, in both languages, and a long list that can be scrolled.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { until } from './lib.mjs';

const PLACES = ['week', 'statistics', 'achievements', 'insights', 'integrations', 'settings'];
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** A person with a few of everything: sessions, tasks of all kinds, time off. */
async function everything(bench, options) {
  const page = await bench.person(options);
  const { id } = await bench.get(page, 'auth/me');
  const today = new Date().toISOString().slice(0, 10);
  for (let back = 1; back <= 5; back += 1) {
    const start = new Date(Date.now() - back * 86_400_000);
    start.setUTCHours(8, 0, 0, 0);
    await bench.send(page, 'POST', 'work_sessions', { user_id: id, start_time: start.toISOString(), end_time: new Date(start.getTime() + back * 5_400_000).toISOString() });
  }
  const fields = [{ planned_for: today, estimate_minutes: 600, priority: 'urgent' }, { planned_for: today, due_on: today }, { estimate_minutes: 20 }, { planned_for: today }];
  const tasks = [];
  for (const [index, more] of fields.entries()) tasks.push(await bench.send(page, 'POST', 'tasks', { user_id: id, title: `A task with an exceptionallylongword number ${index}`, ...more }));
  await bench.send(page, 'PATCH', `tasks/${tasks[3].id}`, { action: 'complete' });
  await bench.send(page, 'POST', 'time_off', { user_id: id, from: `${new Date().getFullYear() + 1}-05-01`, to: `${new Date().getFullYear() + 1}-05-07`, kind: 'vacation' });
  return page;
}

async function open(bench, page, place) {
  await page.goto(`${bench.url}#/${place}`);
  await page.locator(`main[data-place=${place}] h1`).waitFor();
  if (place === 'statistics') await page.locator('.chart-heat-4').first().waitFor();
  if (place === 'insights') await page.locator('.insights-story').waitFor();
  if (place === 'achievements') await page.locator('.achievements-badge').first().waitFor();
}

/** What axe finds now. */
async function violations(page, what) {
  await page.evaluate(axe);
  // A colour on its way is none that is shown.
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))));
  const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules }), RULES);
  return found.violations.map(({ id, nodes }) => `${what}: ${id} at ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

async function accessible(bench, scheme, locale) {
  const page = await everything(bench, { colorScheme: scheme, locale });
  const found = [];
  for (const place of PLACES) {
    await open(bench, page, place);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await until(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${place} fits into ${width}`);
      found.push(...(await violations(page, `${place} ${width}`)));
    }
    // What opens: the menu of a task, the tables, and the question before the end.
    if (place === 'week') await page.locator('.week-move').first().click();
    if (place === 'statistics' || place === 'insights') for (const summary of await page.locator('main summary').all()) await summary.click();
    if (place === 'settings') await page.locator('.settings-acts .btn-danger').click();
    found.push(...(await violations(page, `${place} opened`)));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${place} fits when opened`);
    if (place === 'settings') await page.keyboard.press('Escape');
  }
  assert.deepEqual(found, []);
  assert.deepEqual(await bench.violations(), []);
}

export const flows = {
  'axe finds nothing in light, in English': (bench) => accessible(bench, 'light', 'en-GB'),
  'axe finds nothing in dark, in Spanish': (bench) => accessible(bench, 'dark', 'es-ES'),

  async 'text at twice the size needs no scrolling sideways'(bench) {
    const page = await everything(bench);
    for (const place of PLACES) {
      await open(bench, page, place);
      await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
      await until(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${place} fits with large text`);
    }
  },

  async 'a place can be gone through by keyboard alone'(bench) {
    const page = await everything(bench);
    await open(bench, page, 'settings');
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await page.locator('main[data-place=week] h1').waitFor();
    // Of all cards one is a stop; the arrows go to the others.
    const stops = new Set();
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press('Tab');
      stops.add(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''));
    }
    assert.ok([...stops].filter((one) => one.startsWith('Move “')).length >= 1);
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.locator('.choice input').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.statistics p', { hasText: String(new Date().getFullYear()) }).first().waitFor();
    assert.equal(await page.getByRole('radio', { name: 'Month' }).isChecked(), true);
  },

  async 'two thousand tasks leave the week quick'(bench) {
    const page = await bench.person();
    const { id } = await bench.get(page, 'auth/me');
    for (let i = 0; i < 40; i += 1) {
      const operations = Array.from({ length: 50 }, (_, index) => ({ op: 'create', user_id: id, title: `Task ${i * 50 + index}` }));
      await bench.send(page, 'POST', 'tasks/bulk', { operations });
    }
    await page.goto(`${bench.url}#/week`);
    await until(async () => (await page.locator('.week-tray .card-count').first().innerText()) === '2,000', 'all are here', 30_000);
    const longest = await page.evaluate(() => new Promise((resolve) => {
      let most = 0;
      let last = performance.now();
      const end = last + 2000;
      const frame = (now) => {
        most = Math.max(most, now - last);
        last = now;
        scrollBy(0, 40);
        if (now < end) requestAnimationFrame(frame);
        else resolve(most);
      };
      requestAnimationFrame((now) => {
        last = now;
        frame(now);
      });
    }));
    bench.notes.push(`longest frame ${Math.round(longest)} ms`);
    assert.ok(await page.locator('.week-card').count() <= 60);
  },
};
