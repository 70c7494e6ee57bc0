// WCAG 2.2 AA by axe, in both schemes and three widths; motion that is not wanted; colours that are the system's.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { add, row } from './lib.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PLACES = ['today', 'week', 'statistics', 'achievements', 'insights', 'integrations', 'settings'];

/** Nothing moves while it is judged: a colour on its way is none that is shown. */
async function still(page) {
  await page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => {}))));
}

export async function judge(page, what) {
  await still(page);
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), TAGS);
  const found = violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} (${node.any[0]?.message ?? node.all[0]?.message ?? ''})`).join('; ')}`);
  assert.deepEqual(found, [], what);
}

/** @param {import('./lib.mjs').Bench} bench @param {'light'|'dark'} colorScheme */
async function everywhere(bench, colorScheme) {
  const signing = await bench.page({ colorScheme });
  await signing.locator('.sign-form').waitFor();
  await judge(signing, 'sign up');
  const page = await bench.person({ colorScheme, reducedMotion: 'reduce' });
  await add(page, 'Write the summary');
  await add(page, 'Call the dentist');
  await add(page, 'Urgent thing');
  await row(page, 'Urgent thing').locator('.task-title').click();
  await page.locator('.task-form select').first().selectOption('urgent');
  await page.locator('.task-form [type=date]').nth(1).fill('2026-01-01');
  await judge(page, 'the form of a task');
  await page.locator('.task-form [type=submit]').click();
  await row(page, 'Call the dentist').locator('.task-check').click();
  await page.locator('.now .btn-primary').click();
  await row(page, 'Write the summary').locator('.task-play').click();
  await page.locator('.energy-one').nth(2).click();
  await page.locator('.creature svg').waitFor();
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 900 });
    for (const name of PLACES) {
      await page.evaluate((one) => {
        location.hash = `#/${one}`;
      }, name);
      await page.locator(`main[data-place=${name}]`).waitFor();
      await page.waitForTimeout(300);
      await judge(page, `${name} at ${width}`);
    }
    await page.evaluate(() => {
      location.hash = '#/today';
    });
    await page.locator('main[data-place=today]').waitFor();
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.keyboard.press('?');
  await page.locator('.dialog-keys').waitFor();
  await judge(page, 'the list of keys');
  await page.keyboard.press('Escape');
  // Offline, with a message that warns.
  await bench.contexts[1].setOffline(true);
  bench.allowed.push('net::');
  await page.locator('.tile-water').click();
  await page.locator('.bar').waitFor();
  await judge(page, 'offline');
}

export const flows = {
  'no violation in light': (bench) => everywhere(bench, 'light'),
  'no violation in dark': (bench) => everywhere(bench, 'dark'),

  async 'signed out by time, and the first minute'(bench) {
    const page = await bench.person();
    await bench.contexts[0].clearCookies();
    await page.locator('.tile-water').click();
    await page.locator('dialog[open]').waitFor();
    await judge(page, 'the sheet');
    const other = await bench.page();
    await other.fill('[name=username]', `first-${Date.now()}`);
    await other.fill('[name=password]', 'blue-river-77');
    await other.click('.sign-form [type=submit]');
    await other.locator('.first').waitFor();
    await judge(other, 'the first minute');
  },

  async 'nothing moves where less motion is wanted'(bench) {
    const page = await bench.person({ reducedMotion: 'reduce' });
    await page.locator('.creature svg').waitFor();
    await page.locator('.tile-water').click();
    await page.waitForTimeout(300);
    const scene = page.locator('.scene');
    const pictures = [];
    for (let i = 0; i < 4; i += 1) {
      pictures.push((await scene.screenshot()).toString('base64'));
      await page.waitForTimeout(400);
    }
    assert.equal(new Set(pictures).size, 1);
  },

  async 'a chosen scheme is there before the first paint'(bench) {
    const page = await bench.person({ colorScheme: 'light' });
    await page.evaluate(() => localStorage.setItem('avanochi.theme', 'dark'));
    await page.reload({ waitUntil: 'commit' });
    await page.locator('.tasks').waitFor();
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), 'rgb(17, 22, 27)');
    await judge(page, 'dark by choice');
  },

  async 'the system\'s colours keep ticks and meters visible'(bench) {
    const page = await bench.person({ forcedColors: 'active' });
    await add(page, 'One');
    const borders = await page.evaluate(() => ['.task-tick', '.meter', '.tile', '.btn'].map((one) => getComputedStyle(document.querySelector(one)).borderTopStyle));
    assert.deepEqual(borders, ['solid', 'solid', 'solid', 'solid']);
  },
};
