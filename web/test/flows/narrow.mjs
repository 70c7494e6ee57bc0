// A phone: everything at 360 px, nothing sideways at 320 px or with large text.
import assert from 'node:assert/strict';
import { add, row, until } from './lib.mjs';

const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const PLACES = ['today', 'week', 'statistics', 'achievements', 'insights', 'integrations', 'settings'];

export const flows = {
  async 'an everyday at 360 px, by touch'(bench) {
    const page = await bench.person({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
    await add(page, 'A rather long title of a task that needs more than one line on a phone');
    await row(page, 'A rather long').locator('.task-check').tap();
    await page.locator('.toast-act').tap();
    await until(async () => (await row(page, 'A rather long').locator('.task-check').getAttribute('aria-checked')) === 'false', 'undone');
    await page.locator('.tile-water').tap();
    await page.locator('.now .btn-primary').tap();
    await page.locator('[role=timer]').waitFor();
    await page.locator('.now .btn', { hasText: 'End' }).tap();
    await page.locator('.now-clock-none').waitFor();
    await row(page, 'A rather long').locator('.task-title').tap();
    await page.locator('.task-form').waitFor();
    assert.equal(await sideways(page), 0);
    await page.keyboard.press('Escape');
    for (const name of PLACES) {
      await page.locator(`.nav-link[href="#/${name}"]`).tap();
      await page.locator(`main[data-place=${name}]`).waitFor();
      assert.equal(await sideways(page), 0, name);
    }
    await bench.sent(page);
  },

  async 'targets are large enough'(bench) {
    const page = await bench.person({ viewport: { width: 360, height: 740 } });
    await add(page, 'One');
    const small = await page.evaluate(() => [...document.querySelectorAll('button, a[href], input, select, summary')].map((one) => {
      const box = (one.closest('.add-box') ?? one).getBoundingClientRect();
      return { what: one.outerHTML.slice(0, 90), width: box.width, height: box.height };
    }).filter(({ width, height }) => width > 1 && (width < 24 || height < 24)));
    assert.deepEqual(small, []);
  },

  async 'nothing goes sideways at 320 px and at 200 % text'(bench) {
    const page = await bench.person({ viewport: { width: 320, height: 640 }, locale: 'es-ES' });
    await add(page, 'Una tarea con un título bastante largo y una palabra extraordinariamenteinterminablementelarga');
    for (const size of ['100%', '200%']) {
      await page.evaluate((one) => {
        document.documentElement.style.fontSize = one;
      }, size);
      for (const name of PLACES) {
        await page.evaluate((one) => {
          location.hash = `#/${one}`;
        }, name);
        await page.locator(`main[data-place=${name}]`).waitFor();
        // While a place takes the place of another its texts are still laid out.
        await until(async () => (await sideways(page)) === 0, `${name} at ${size} fits`, 2000);
      }
    }
  },
};
