// Without network: the page opens, takes changes, and sends each exactly once when the network is back.
import assert from 'node:assert/strict';
import { add, kept, row, until, waiting } from './lib.mjs';

export const flows = {
  async 'reload, add, complete and two glasses, then online: each exactly once'(bench) {
    const page = await bench.person();
    const context = bench.contexts[0];
    bench.allowed.push('Failed to load resource: net::', 'EventSource', 'ERR_FAILED');
    await add(page, 'From before');
    await page.locator('.creature svg').waitFor();
    await bench.sent(page);
    await kept(page);
    await context.setOffline(true);
    await page.reload();
    await row(page, 'From before').waitFor();
    await page.locator('.bar', { hasText: 'Offline' }).waitFor();
    await page.locator('.creature svg').waitFor();
    await add(page, 'Made offline');
    await row(page, 'Made offline').locator('.task-check').click();
    await row(page, 'From before').locator('.task-title').click();
    await page.locator('.task-form input').first().fill('Changed offline');
    await page.locator('.task-form [type=submit]').click();
    await page.locator('.tile-water').click();
    await page.locator('.tile-water').click();
    await page.locator('.now .btn-primary').click();
    await page.locator('[role=timer]').waitFor();
    await page.locator('.bar', { hasText: '6' }).waitFor();
    // A second tab has the same, and what is done there waits as well; a reload loses nothing.
    const other = await context.newPage();
    await other.goto(bench.url);
    await row(other, 'Changed offline').waitFor();
    await other.locator('.tile-meal').click();
    await until(async () => (await waiting(page)) === 7, 'seven changes wait');
    await page.locator('.bar', { hasText: '7' }).waitFor();
    await page.reload();
    await page.locator('.bar', { hasText: '7' }).waitFor();
    assert.match(await page.locator('.tile-water').innerText(), /500/);
    const started = Date.now();
    await page.waitForTimeout(1500);
    await context.setOffline(false);
    await bench.sent(page);
    const tasks = await bench.get(page, 'tasks');
    assert.deepEqual(tasks.map((task) => [task.title, task.completed]).sort(), [['Changed offline', false], ['Made offline', true]]);
    assert.deepEqual((await bench.get(page, 'hydration')).map((one) => one.ml), [250, 250]);
    assert.equal((await bench.get(page, 'meals')).length, 1);
    const sessions = await bench.get(page, 'work_sessions');
    assert.equal(sessions.length, 1);
    assert.ok(Date.parse(sessions[0].start_time) < started, 'it began when it was said, not when it was sent');
    await until(async () => (await page.locator('.bar').count()) === 0, 'no word of it any more');
    await until(async () => (await page.locator('.tasks-list .task').count()) >= 1 && (await row(page, 'Changed offline').count()) === 1, 'each is shown once');
  },

  async 'an answer that was lost makes nothing twice'(bench) {
    const page = await bench.person();
    bench.allowed.push('ERR_FAILED', 'net::');
    let lost = 0;
    await page.route('**/api/hydration', async (route) => {
      if (route.request().method() !== 'POST' || lost) return route.fallback();
      lost += 1;
      await route.fetch();
      return route.abort('failed');
    });
    await page.locator('.tile-water').click();
    await bench.sent(page);
    assert.equal(lost, 1);
    assert.equal((await bench.get(page, 'hydration')).length, 1);
  },

  async 'what was started offline is paused and ended before it was sent'(bench) {
    const page = await bench.person();
    const context = bench.contexts[0];
    bench.allowed.push('net::');
    await context.setOffline(true);
    await page.locator('.now .btn-primary').click();
    await page.locator('[role=timer]').waitFor();
    await page.waitForTimeout(1200);
    await page.locator('.now .btn-primary').click();
    await page.locator('.now-clock-paused').waitFor();
    await page.waitForTimeout(1200);
    await page.locator('.now .btn', { hasText: 'End' }).click();
    await page.locator('.now-clock-none').waitFor();
    await context.setOffline(false);
    await bench.sent(page);
    const [session] = await bench.get(page, 'work_sessions');
    assert.equal(session.pauses.length, 1);
    assert.ok(session.end_time);
  },
};
