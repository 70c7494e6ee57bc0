// Everything by keyboard alone.
import assert from 'node:assert/strict';
import { newName, PASSWORD, row, until } from './lib.mjs';

const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');

export const flows = {
  async 'from signing up to signing out'(bench) {
    const page = await bench.page();
    const { keyboard } = page;
    await page.locator('.sign-form').waitFor();
    await keyboard.type(newName());
    await keyboard.press('Tab');
    await keyboard.type(PASSWORD);
    await keyboard.press('Enter');
    await page.locator('.first-form').waitFor();
    await keyboard.press('Enter');
    await until(async () => (await page.inputValue('.first-form input')) === '', 'the second step');
    await keyboard.type('First thing');
    await keyboard.press('Enter');
    await page.locator('.first-ask').waitFor();
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await until(async () => (await page.locator('.first-ask').innerText()).includes('water'), 'the last step');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.locator('.tasks').waitFor();

    await keyboard.press('n');
    for (const title of ['Second thing', 'Third thing']) {
      await keyboard.type(title);
      await keyboard.press('Enter');
    }
    await keyboard.press('Escape');
    await until(async () => (await focused(page)).includes('Third thing'), 'back in the list, at the new task');
    await keyboard.press('k');
    await until(async () => (await focused(page)).includes('Second thing'), 'one up');
    await keyboard.press('ArrowUp');
    await until(async () => (await focused(page)).includes('First thing'), 'one more up');
    await keyboard.press('j');
    await until(async () => (await focused(page)).includes('Second thing'), 'one down');
    await keyboard.press('x');
    await until(async () => (await row(page, 'Second thing').locator('.task-check').getAttribute('aria-checked')) === 'true', 'completed');
    await keyboard.press('z');
    await until(async () => (await row(page, 'Second thing').locator('.task-check').getAttribute('aria-checked')) === 'false', 'undone');
    await keyboard.press('e');
    await page.locator('.task-form').waitFor();
    await keyboard.press('End');
    await keyboard.type(' more');
    await keyboard.press('Enter');
    await row(page, 'Second thing more').waitFor();
    await until(async () => (await focused(page)).includes('Second thing more'), 'the focus is back on the row');
    await keyboard.press('Delete');
    await row(page, 'Second thing').waitFor({ state: 'detached' });
    await until(async () => (await focused(page)).includes('Third thing'), 'the focus goes to the neighbour');
    await keyboard.press('s');
    await page.locator('.now-clock-paused').waitFor();
    await keyboard.press('s');
    await until(async () => (await page.locator('.now-clock-paused').count()) === 0, 'it goes on');
    await keyboard.press('Shift+S');
    await page.locator('.now-clock-none').waitFor();
    for (const key of ['w', 'm', 'b']) await keyboard.press(key);
    await until(async () => (await page.locator('.tile-water').innerText()).includes('500'), 'a glass more');
    await keyboard.press('/');
    await until(() => page.evaluate(() => document.activeElement?.getAttribute('type') === 'search'), 'the search');
    await keyboard.type('third');
    await until(async () => (await page.locator('.tasks-list .task').count()) === 1, 'one is found');
    await keyboard.press('Escape');
    await page.locator('.tasks-search').waitFor({ state: 'detached' });
    // Typing never triggers keys.
    await page.locator('.add-input').focus();
    await keyboard.type('wxz');
    assert.equal(await page.inputValue('.add-input'), 'wxz');
    await keyboard.press('Control+A');
    await keyboard.press('Delete');
    await page.locator('h1').click();
    await keyboard.press('?');
    await page.locator('.dialog-keys').waitFor();
    await keyboard.press('Escape');
    await page.locator('.dialog-keys').waitFor({ state: 'detached' });
    for (const [key, name] of [['w', 'week'], ['s', 'statistics'], ['a', 'achievements'], ['n', 'insights'], [',', 'settings'], ['t', 'today']]) {
      await keyboard.press('g');
      await keyboard.press(key);
      await page.locator(`main[data-place=${name}]`).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'main', 'the focus goes to the place');
    }
    await page.locator('.nav-account .btn').focus();
    await bench.sent(page);
    await keyboard.press('Enter');
    await page.locator('.sign-form').waitFor();
  },

  async 'keys can be turned off'(bench) {
    const page = await bench.person();
    await page.keyboard.press('?');
    await page.locator('.dialog-keys [role=switch]').click();
    await page.keyboard.press('Escape');
    await page.locator('.dialog-keys').waitFor({ state: 'detached' });
    await page.keyboard.press('w');
    await page.waitForTimeout(300);
    assert.match(await page.locator('.tile-water').innerText(), /\b0 ml/);
    assert.deepEqual(await bench.get(page, 'hydration'), []);
  },

  async 'the focus is always seen, and every control has a name'(bench) {
    const page = await bench.person();
    await page.fill('.add-input', 'One');
    await page.press('.add-input', 'Enter');
    await page.locator('body').click({ position: { x: 700, y: 5 } });
    const seen = [];
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press('Tab');
      const one = await page.evaluate(() => {
        const at = document.activeElement;
        if (!at || at === document.body) return null;
        const around = at.closest('.add-box') ?? at;
        return { name: at.getAttribute('aria-label') || at.labels?.[0]?.textContent || at.textContent.trim(), ring: getComputedStyle(around).outlineStyle, what: at.outerHTML.slice(0, 80) };
      });
      if (!one) break;
      assert.ok(one.name, `no name: ${one.what}`);
      assert.notEqual(one.ring, 'none', `no ring: ${one.what}`);
      seen.push(one.name);
    }
    assert.ok(seen.length > 15, seen.join(', '));
  },
};
