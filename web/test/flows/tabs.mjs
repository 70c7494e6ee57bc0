// Several tabs and several devices: one stream for all tabs, and the same everywhere within moments.
import assert from 'node:assert/strict';
import { add, row, until, waiting } from './lib.mjs';

export const flows = {
  async 'eight tabs are usable, with one stream'(bench) {
    const page = await bench.person();
    const context = bench.contexts[0];
    const streams = new Set();
    context.on('request', (request) => request.url().includes('changes/stream') && streams.add(request));
    context.on('requestfinished', (request) => streams.delete(request));
    context.on('requestfailed', (request) => streams.delete(request));
    const tabs = [page];
    for (let i = 1; i < 8; i += 1) {
      const tab = await context.newPage();
      await tab.goto(bench.url);
      await tab.locator('.tasks').waitFor();
      tabs.push(tab);
    }
    assert.ok(streams.size <= 1, `${streams.size} streams more`);
    await add(tabs[7], 'From the eighth');
    for (const tab of tabs) await row(tab, 'From the eighth').waitFor({ timeout: 2000 });
    await tabs[3].locator('.now .btn-primary').click();
    for (const tab of tabs) await tab.locator('[role=timer]').waitFor({ timeout: 2000 });
    // The leading tab closes, and the next takes over.
    await page.close();
    await bench.send(tabs[1], 'POST', 'hydration', { ml: 300 });
    await until(async () => (await tabs[5].locator('.tile-water').innerText()).includes('300'), 'the next leads', 4000);
  },

  async 'another device agrees within two seconds'(bench) {
    const page = await bench.person();
    const other = await bench.again(page.person);
    await other.locator('.tasks').waitFor();
    await other.waitForTimeout(500);
    await add(page, 'Seen on both');
    let began = Date.now();
    await row(other, 'Seen on both').waitFor({ timeout: 2000 });
    bench.notes.push(`task ${Date.now() - began} ms`);
    await row(other, 'Seen on both').locator('.task-check').click();
    began = Date.now();
    await until(async () => (await page.locator('.fold').count()) === 1, 'it is done on the first', 2000);
    bench.notes.push(`done ${Date.now() - began} ms`);
    await page.locator('.now .btn-primary').click();
    await other.locator('[role=timer]').waitFor({ timeout: 2000 });
    const [a, b] = await Promise.all([page, other].map((one) => one.locator('.now-seconds').innerText()));
    assert.ok(Math.abs(Number(a) - Number(b)) <= 1, `${a} and ${b}`);
  },

  async 'two tabs that start a session at once have one'(bench) {
    const page = await bench.person();
    const tab = await bench.contexts[0].newPage();
    await tab.goto(bench.url);
    await tab.locator('.tasks').waitFor();
    await Promise.all([page, tab].map((one) => one.locator('.now .btn-primary').click()));
    await Promise.all([page, tab].map((one) => one.locator('[role=timer]').waitFor()));
    await bench.sent(page);
    await until(async () => (await bench.get(page, 'work_sessions')).length === 1, 'one session');
  },

  async 'two devices that start at once have one, and one of them is told'(bench) {
    const page = await bench.person();
    const other = await bench.again(page.person);
    bench.allowed.push('400 (Bad Request)', '409 (Conflict)');
    await other.locator('.tasks').waitFor();
    await Promise.all([bench.contexts[0].setOffline(true), bench.contexts[1].setOffline(true)]);
    bench.allowed.push('net::');
    await Promise.all([page, other].map((one) => one.locator('.now .btn-primary').click()));
    await Promise.all([bench.contexts[0].setOffline(false), bench.contexts[1].setOffline(false)]);
    await until(async () => (await waiting(page)) + (await waiting(other)) === 0, 'both are answered', 20_000);
    assert.equal((await bench.get(page, 'work_sessions')).length, 1);
    await Promise.all([page, other].map((one) => one.locator('[role=timer]').waitFor()));
    const told = await Promise.all([page, other].map((one) => one.locator('.toast-warn').count()));
    assert.equal(told[0] + told[1], 1, 'the conflict is shown once');
  },

  async 'signing out reaches all tabs'(bench) {
    const page = await bench.person();
    const tab = await bench.contexts[0].newPage();
    await tab.goto(bench.url);
    await tab.locator('.tasks').waitFor();
    await page.locator('.nav-account .btn').click();
    await Promise.all([page, tab].map((one) => one.locator('.sign-form').waitFor()));
  },
};
