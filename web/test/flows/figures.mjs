// Statistics and achievements: what was done is in the figures, each chart is a table too, and files are what the API has.
import assert from 'node:assert/strict';
import { until } from './lib.mjs';

/** A person with a week behind: a session of two hours on each of the last seven dates, and a task that is done. */
async function week(bench, options) {
  const page = await bench.person(options);
  const { id } = await bench.get(page, 'auth/me');
  for (let back = 1; back <= 7; back += 1) {
    const start = new Date(Date.now() - back * 86_400_000);
    start.setUTCHours(9, 0, 0, 0);
    await bench.send(page, 'POST', 'work_sessions', { user_id: id, start_time: start.toISOString(), end_time: new Date(start.getTime() + 7_200_000).toISOString() });
  }
  const task = await bench.send(page, 'POST', 'tasks', { user_id: id, title: '<b>Pay</b> the invoices' });
  await bench.send(page, 'PATCH', `tasks/${task.id}`, { action: 'complete' });
  return page;
}

async function statistics(bench, locale, words) {
  const page = await week(bench, { locale, acceptDownloads: true });
  await page.goto(`${bench.url}#/statistics`);
  await page.locator('.statistics h1', { hasText: words.title }).waitFor();
  await page.locator('[data-tile=done] strong', { hasText: '1' }).waitFor();
  // The last year has all of it, whatever day of the week it is.
  await page.getByRole('radio', { name: words.year, exact: true }).check({ force: true });
  await page.locator('[data-tile=focus] strong', { hasText: '14 h' }).waitFor();
  assert.equal(await page.locator('.chart-bar').count(), 12);
  // Each drawing says its result, and is a table for whoever cannot see it.
  const drawings = await page.locator('.chart svg[role=img]').all();
  assert.equal(drawings.length, 5);
  for (const drawing of drawings) assert.ok(((await drawing.getAttribute('aria-label')) ?? '').length > 10);
  for (const summary of await page.locator('.chart-table summary').all()) await summary.click();
  await until(async () => (await page.locator('.chart-table table').count()) === 5, 'all tables are shown');
  assert.ok((await page.locator('.chart-table').first().innerText()).includes('14 h') || (await page.locator('.chart-table tbody tr').count()) >= 12);
  // One step back, nothing happened.
  await page.getByRole('button', { name: words.before }).click();
  await page.locator('[data-tile=focus] strong', { hasText: '0 min' }).waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator('.statistics-files a').first().click()]);
  assert.match(file.suggestedFilename(), /^metrics-\d{4}-01-01-\d{4}-12-31\.csv$/);
  assert.deepEqual(await bench.violations(), []);
}

export const flows = {
  'the statistics in English': (bench) => statistics(bench, 'en-GB', { title: 'Statistics', year: 'Year', before: 'Earlier' }),
  'the statistics in Spanish': (bench) => statistics(bench, 'es-ES', { title: 'Estadísticas', year: 'Año', before: 'Anterior' }),

  async 'achievements stand in order, with what the last days gave'(bench) {
    const page = await week(bench);
    await page.goto(`${bench.url}#/achievements`);
    await page.locator('.achievements-badge').first().waitFor();
    assert.equal(await page.locator('.achievements-badge').count(), (await bench.get(page, 'achievements')).length);
    const earned = page.locator('.achievements-part').first();
    assert.equal(await earned.locator('.achievements-locked').count(), 0);
    await earned.locator('[data-id=first_task]').waitFor();
    const parts = await page.locator('.achievements-part').last().locator('[role=meter]').evaluateAll((all) => all.map((one) => Number(one.getAttribute('aria-valuenow'))));
    assert.deepEqual(parts, [...parts].sort((a, b) => b - a));
    await page.locator('.achievements-ledger', { hasText: '<b>Pay</b> the invoices' }).waitFor();
    assert.equal(await page.locator('.achievements-ledger b').count(), 0);
  },

  async 'the places stay where they are without network'(bench) {
    const page = await week(bench);
    for (const place of ['statistics', 'achievements', 'week', 'settings']) {
      await page.goto(`${bench.url}#/${place}`);
      await page.locator(`main[data-place=${place}] h1`).waitFor();
    }
    await page.goto(`${bench.url}#/statistics`);
    await page.locator('[data-tile=done] strong', { hasText: '1' }).waitFor();
    await page.context().setOffline(true);
    bench.allowed.push('ERR_', 'Failed to fetch');
    await page.goto(`${bench.url}#/today`);
    await page.goto(`${bench.url}#/statistics`);
    await page.locator('[data-tile=done] strong', { hasText: '1' }).waitFor();
    assert.ok((await page.locator('.chart-heat-4').count()) > 0);
  },
};
