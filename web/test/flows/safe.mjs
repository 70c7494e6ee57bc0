// What anybody types is shown as text; the policy is never violated; nothing is asked of anybody else.
import assert from 'node:assert/strict';
import { add, until } from './lib.mjs';

const MARKUP = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>"\'>{{7*7}}${7*7}';

export const flows = {
  async 'markup in every field is text'(bench) {
    const page = await bench.person();
    const me = await bench.get(page, 'auth/me');
    await bench.send(page, 'PATCH', `users/${me.id}`, { name: MARKUP.slice(0, 60) });
    const task = { user_id: me.id, notes: MARKUP, tags: ['<b>tag</b>', '<img src=x>'], priority: 'high', planned_for: '2026-01-01' };
    await bench.send(page, 'POST', 'tasks', { ...task, title: MARKUP });
    await bench.send(page, 'POST', 'check_ins', { energy: 3, note: MARKUP });
    await bench.send(page, 'POST', 'work_sessions/start', { user_id: me.id });
    await add(page, `${MARKUP} typed`);
    await page.locator('.task').nth(1).waitFor();
    assert.equal(await page.locator('.task-title').first().innerText(), MARKUP);
    await page.locator('.task-title').first().click();
    await page.locator('.task-form').waitFor();
    assert.equal(await page.inputValue('.task-form textarea'), MARKUP);
    await page.keyboard.press('Escape');
    await page.locator('.task-play').first().click();
    await page.locator('.task-check').first().click();
    assert.match(await page.locator('.toast-text').innerText(), /<img src=x/);
    await until(async () => (await page.locator('.nav-who').innerText()).includes('<img'), 'the name');
    for (const name of ['week', 'statistics', 'achievements', 'settings', 'today']) {
      await page.evaluate((one) => {
        location.hash = `#/${one}`;
      }, name);
      await page.locator(`main[data-place=${name}]`).waitFor();
      await page.waitForTimeout(300);
    }
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.evaluate(() => document.querySelectorAll('#app img[src=x], #app script').length), 0);
    assert.deepEqual(await bench.violations(), []);
  },

  async 'an address with markup opens Today'(bench) {
    const page = await bench.person();
    await page.goto(`${bench.url}#/<img src=x onerror=window.hit=1>?q=<script>`);
    await page.locator('main[data-place=today]').waitFor();
    assert.equal(await page.evaluate(() => window.hit), undefined);
  },

  async 'the page is served with its policy, and text cannot become code'(bench) {
    const page = await bench.person();
    const answer = await page.request.get(bench.url);
    const policy = answer.headers()['content-security-policy'] ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "require-trusted-types-for 'script'"]) {
      assert.ok(policy.includes(part), `${part} is not in ${policy}`);
    }
    assert.ok(!policy.includes('unsafe'));
    assert.doesNotMatch(await answer.text(), /<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=/);
  },
};
