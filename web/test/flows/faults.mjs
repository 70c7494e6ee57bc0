// Faults: a server that is busy or broken, storage that is forbidden or full, a clock that is wrong, an older or newer API.
import assert from 'node:assert/strict';
import { add, row, until, waiting } from './lib.mjs';

/** Answers the first calls of a path with something else. */
async function answer(page, path, times, with_) {
  let left = times;
  await page.route(path, (route) => {
    if (route.request().method() === 'GET' || left === 0) return route.fallback();
    left -= 1;
    return route.fulfill(with_);
  });
}

const body = (code) => JSON.stringify({ error: `It is ${code}`, code, request_id: 'request-1' });

export const flows = {
  async '503 and 429 wait as long as they are told'(bench) {
    const page = await bench.person();
    bench.allowed.push('503', '429');
    await answer(page, '**/api/hydration', 1, { status: 503, headers: { 'retry-after': '2' }, contentType: 'application/json', body: body('store_unavailable') });
    const began = Date.now();
    await page.locator('.tile-water').click();
    await page.locator('.bar').waitFor();
    await bench.sent(page);
    assert.ok(Date.now() - began >= 2000);
    await answer(page, '**/api/meals', 1, { status: 429, headers: { 'retry-after': '1' }, contentType: 'application/json', body: body('too_many_attempts') });
    await page.locator('.tile-meal').click();
    await page.waitForTimeout(300);
    assert.equal(await waiting(page), 1);
    await bench.sent(page);
    assert.equal((await bench.get(page, 'hydration')).length, 1);
    assert.equal((await bench.get(page, 'meals')).length, 1);
    await until(async () => (await page.locator('.bar').count()) === 0, 'no word of it any more');
  },

  async '500 is tried again, and says so'(bench) {
    const page = await bench.person();
    bench.allowed.push('500');
    await answer(page, '**/api/tasks', 2, { status: 500, contentType: 'application/json', body: body('internal_error') });
    await add(page, 'Stubborn');
    await page.locator('.bar').waitFor();
    await page.locator('.bar summary').click();
    assert.match(await page.locator('.bar code').innerText(), /request-1/);
    await bench.sent(page);
    assert.equal((await bench.get(page, 'tasks')).length, 1);
  },

  async 'what is refused is put right and told'(bench) {
    const page = await bench.person();
    bench.allowed.push('409');
    await answer(page, '**/api/hydration', 1, { status: 409, contentType: 'application/json', body: body('too_many_entries') });
    await page.locator('.tile-water').click();
    await page.locator('.toast-warn').waitFor();
    assert.match(await page.locator('.toast-warn').innerText(), /not possible/);
    assert.match(await page.locator('.tile-water').innerText(), /\b0 ml/);
    await page.locator('.toast-detail summary').click();
    assert.match(await page.locator('.toast-detail code').innerText(), /request-1/);
  },

  async 'a task that was deleted elsewhere meanwhile'(bench) {
    const page = await bench.person();
    bench.allowed.push('404', 'net::');
    await add(page, 'Soon gone');
    await bench.sent(page);
    const [task] = await bench.get(page, 'tasks');
    await bench.contexts[0].setOffline(true);
    await row(page, 'Soon gone').locator('.task-check').click();
    await page.waitForTimeout(200);
    const other = await bench.again(page.person);
    await bench.send(other, 'DELETE', `tasks/${task.id}`);
    await bench.contexts[0].setOffline(false);
    await page.locator('.toast-warn').waitFor();
    await row(page, 'Soon gone').waitFor({ state: 'detached' });
    assert.equal(await waiting(page), 0);
  },

  async 'storage is forbidden: it works, and says what that means'(bench) {
    const context = await bench.context();
    await context.addInitScript(() => {
      Object.defineProperty(globalThis, 'indexedDB', { get() { throw new DOMException('forbidden', 'SecurityError'); } });
      Object.defineProperty(globalThis, 'localStorage', { get() { throw new DOMException('forbidden', 'SecurityError'); } });
    });
    const page = await context.newPage();
    await page.goto(bench.url);
    await page.fill('[name=username]', `forbidden-${Date.now()}`);
    await page.fill('[name=password]', 'blue-river-77');
    await page.click('.sign-form [type=submit]');
    await page.locator('.first .btn-small').click();
    await page.locator('.bar').waitFor();
    await add(page, 'Kept by the server alone');
    await until(async () => (await bench.get(page, 'tasks')).length === 1, 'it is there');
    await page.reload();
    await row(page, 'Kept by the server alone').waitFor();
  },

  async 'storage is full: what is done is sent all the same'(bench) {
    const page = await bench.person();
    await page.evaluate(() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function full(...given) {
        if (globalThis.room) return put.apply(this, given);
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await add(page, 'No room');
    await page.locator('.bar', { hasText: 'no room' }).waitFor();
    await until(async () => (await bench.get(page, 'tasks')).length === 1, 'it is there');
    await page.evaluate(() => {
      globalThis.room = true;
    });
    await add(page, 'Room again');
    await until(async () => (await page.locator('.bar').count()) === 0, 'it is kept again');
    await until(async () => (await bench.get(page, 'tasks')).length === 2, 'both are there');
  },

  async 'a clock that is an hour off, and is set meanwhile'(bench) {
    const context = await bench.context();
    await context.addInitScript(() => {
      const real = Date.now.bind(Date);
      globalThis.off = 3_600_000;
      Date.now = () => real() + globalThis.off;
    });
    const page = await context.newPage();
    await page.goto(bench.url);
    await page.fill('[name=username]', `clock-${process.pid}-${performance.now()}`);
    await page.fill('[name=password]', 'blue-river-77');
    await page.click('.sign-form [type=submit]');
    await page.locator('.first .btn-small').click();
    await page.locator('.now .btn-primary').click();
    await page.locator('[role=timer]').waitFor();
    await bench.sent(page);
    const { start_time: start } = (await bench.get(page, 'work_sessions'))[0];
    assert.ok(Math.abs(Date.parse(start) - Date.now()) < 5000, `${start} is the server's time`);
    assert.equal(await page.locator('.now-time').innerText(), '0:00');
    await page.locator('.tile-water').click();
    await bench.sent(page);
    // The clock is put right while the page is open: the timer follows the server within moments.
    await page.evaluate(() => {
      globalThis.off = 0;
    });
    await page.waitForTimeout(2500);
    assert.equal(await page.locator('.now-time').innerText(), '0:00');
    assert.ok(Number(await page.locator('.now-seconds').innerText()) < 30);
  },

  async 'a timer of a day is right after a sleep'(bench) {
    const page = await bench.person();
    const me = await bench.get(page, 'auth/me');
    const began = new Date(Date.now() - (23 * 60 + 47) * 60_000);
    await bench.send(page, 'POST', 'work_sessions/start', { user_id: me.id, at: began.toISOString() });
    await page.locator('[role=timer]').waitFor();
    await until(async () => (await page.locator('.now-time').innerText()) === '23:47', 'the time so far');
    // The clock of this machine leaps by three hours, as after a sleep or when somebody sets it: the server's is what counts.
    await page.clock.install();
    await page.reload();
    await page.locator('[role=timer]').waitFor();
    await page.clock.fastForward('03:00:00');
    await until(async () => (await page.locator('.now-time').innerText()) === '23:47', 'the time so far, again');
  },

  async 'an older API without a companion, and a newer one with more'(bench) {
    const context = await bench.context();
    bench.allowed.push('404');
    await context.route('**/api/companion*', (route) => route.fulfill({ status: 404, contentType: 'application/json', body: body('not_found') }));
    await context.route('**/api/changes', async (route) => {
      const real = await route.fetch();
      if (!real.ok()) return route.fulfill({ response: real });
      const page = await real.json();
      page.changes.push({ kind: 'holograms', id: 'x', op: 'upsert', at: '2030-01-01T00:00:00Z', item: { id: 'x', more: true } });
      return route.fulfill({ response: real, json: { ...page, extra: 1 } });
    });
    const page = await context.newPage();
    await page.goto(bench.url);
    await page.fill('[name=username]', `older-${process.pid}-${Date.now()}`);
    await page.fill('[name=password]', 'blue-river-77');
    await page.click('.sign-form [type=submit]');
    await page.locator('.first .btn-small').click();
    await page.locator('img.creature-box').waitFor();
    await add(page, 'It works');
    await bench.sent(page);
    assert.equal((await bench.get(page, 'tasks')).length, 1);
  },

  async 'the feed begins anew'(bench) {
    const page = await bench.person();
    await add(page, 'Still there');
    await bench.sent(page);
    await page.evaluate(() => new Promise((resolve) => {
      indexedDB.open('avanochi').onsuccess = (event) => {
        const change = event.target.result.transaction(['meta', 'items'], 'readwrite');
        change.objectStore('items').put({ kind: 'tasks', id: 'ghost', item: { id: 'ghost', title: 'A ghost', planned_for: '2026-01-01', created_at: '2026', tags: [], subtasks: [], spent_seconds: 0 } });
        change.objectStore('meta').delete('token');
        change.oncomplete = resolve;
      };
    }));
    await page.reload();
    await row(page, 'Still there').waitFor();
    await row(page, 'A ghost').waitFor({ state: 'detached' });
  },
};
