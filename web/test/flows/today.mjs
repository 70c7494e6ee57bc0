// Tasks, the session and what one enters, by mouse, in both languages.
import assert from 'node:assert/strict';
import { add, row, until } from './lib.mjs';

const open = (task) => !task.completed;

async function everyday(bench, locale, words) {
  const page = await bench.person({ locale });
  assert.equal(await page.locator('h1').innerText(), words.today);
  await add(page, 'Write the summary');
  await add(page, 'Call the dentist');
  assert.equal(await page.inputValue('.add-input'), '');
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'add-input', 'the cursor stays in the field');

  // Complete: it stays where it is while it can be undone, and then is done today.
  await row(page, 'Call the dentist').locator('.task-check').click();
  assert.equal(await row(page, 'Call the dentist').locator('.task-check').getAttribute('aria-checked'), 'true');
  assert.equal(await page.locator('.fold').count(), 0);
  await page.locator('.toast-act', { hasText: words.undo }).click();
  await until(async () => (await row(page, 'Call the dentist').locator('.task-check').getAttribute('aria-checked')) === 'false', 'it is open again');
  await bench.sent(page);
  assert.equal((await bench.get(page, 'tasks')).filter(open).length, 2);
  await row(page, 'Call the dentist').locator('.task-check').click();
  await page.locator('.fold', { hasText: words.doneToday }).waitFor({ timeout: 12_000 });
  assert.equal((await bench.get(page, 'tasks')).filter(open).length, 1);

  // Edit.
  await row(page, 'Write the summary').locator('.task-title').click();
  await page.locator('.task-form textarea').fill('For Marta');
  await page.locator('.task-form [type=number]').fill('45');
  await page.locator('.task-form select').selectOption('high');
  await page.locator('.task-form [type=submit]').click();
  await row(page, 'Write the summary').locator('.chip-warm').waitFor();
  await bench.sent(page);
  const [edited] = (await bench.get(page, 'tasks')).filter(open);
  assert.deepEqual([edited.notes, edited.estimate_minutes, edited.priority], ['For Marta', 45, 'high']);

  // Delete, and take it back.
  await row(page, 'Write the summary').locator('.task-title').click();
  await page.locator('.task-form .btn-danger').click();
  await row(page, 'Write the summary').waitFor({ state: 'detached' });
  await page.locator('.toast-act').click();
  await row(page, 'Write the summary').waitFor();
  await bench.sent(page);
  assert.equal((await bench.get(page, 'tasks')).filter(open).length, 1);

  // The timer of a task is no session.
  await row(page, 'Write the summary').locator('.task-play').click();
  await page.locator('.task-runs').waitFor();
  await bench.sent(page);
  assert.equal((await bench.get(page, 'tasks')).filter((task) => task.timer_started_at).length, 1);
  assert.equal(await page.locator('.now-clock-none').count(), 1);
  assert.deepEqual(await bench.violations(), []);
}

export const flows = {
  'an everyday in English': (bench) => everyday(bench, 'en-GB', { today: 'Today', undo: 'Undo', doneToday: 'Done today' }),
  'an everyday in Spanish': (bench) => everyday(bench, 'es-ES', { today: 'Hoy', undo: 'Deshacer', doneToday: 'Hechas hoy' }),

  async 'the session goes on through a reload'(bench) {
    const page = await bench.person();
    await page.locator('.now .btn-primary').click();
    await page.locator('[role=timer]').waitFor();
    await page.waitForTimeout(2500);
    const before = Number(await page.locator('.now-seconds').innerText());
    assert.ok(before >= 1);
    await page.reload();
    await page.locator('[role=timer]').waitFor();
    const after = Number(await page.locator('.now-seconds').innerText());
    assert.ok(after >= before, `${after} after ${before}`);
    // Pause: the clock stands.
    await page.locator('.now .btn-primary').click();
    await page.locator('.now-clock-paused').waitFor();
    const stood = await page.locator('.now-seconds').innerText();
    await page.waitForTimeout(1600);
    assert.equal(await page.locator('.now-seconds').innerText(), stood);
    await page.locator('.now .btn-primary').click();
    await until(async () => (await page.locator('.now-clock-paused').count()) === 0, 'it goes on');
    // End, take it back, end.
    await page.locator('.now .btn', { hasText: 'End' }).click();
    await page.locator('.now-clock-none').waitFor();
    await page.locator('.toast-act').click();
    await page.locator('[role=timer]').waitFor();
    await page.locator('.now .btn', { hasText: 'End' }).click();
    await page.locator('.now-clock-none').waitFor();
    await bench.sent(page);
    const [session] = await bench.get(page, 'work_sessions');
    assert.ok(session.end_time);
    assert.equal(session.pauses.length, 1);
    assert.ok(Date.now() - Date.parse(session.end_time) > 7000, 'it ended when it was said, not when it was sent');
  },

  async 'leaving the page sends what waits for its undo'(bench) {
    const page = await bench.person();
    await page.locator('.now .btn-primary').click();
    await page.locator('[role=timer]').waitFor();
    await bench.sent(page);
    await page.waitForTimeout(500);
    await page.locator('.now .btn', { hasText: 'End' }).click();
    await page.waitForTimeout(300);
    await page.close();
    const other = await bench.contexts[0].newPage();
    await other.goto(bench.url);
    await until(async () => (await bench.get(other, 'work_sessions'))[0].end_time, 'the session has ended', 3000);
    await other.locator('.now-clock-none').waitFor();
  },

  async 'water, meal, break and energy, each with its undo'(bench) {
    const page = await bench.person();
    const [water, meal, rest] = ['.tile-water', '.tile-meal', '.tile-rest'].map((one) => page.locator(one));
    await water.click();
    await water.click();
    await until(async () => (await water.innerText()).includes('500 ml'), 'two glasses');
    await page.locator('.toast-act').click();
    await until(async () => (await water.innerText()).includes('250 ml'), 'one glass');
    await meal.click();
    await until(async () => (await meal.innerText()).includes('1'), 'a meal');
    await rest.click();
    await until(async () => (await rest.getAttribute('aria-pressed')) === 'true', 'a break');
    await rest.click();
    await until(async () => (await rest.getAttribute('aria-pressed')) === 'false', 'no break');
    await page.locator('.energy-one').nth(3).click();
    await page.locator('.energy-one').nth(1).click();
    await bench.sent(page);
    assert.deepEqual((await bench.get(page, 'hydration')).map((one) => one.ml), [250]);
    assert.equal((await bench.get(page, 'meals')).length, 1);
    assert.ok((await bench.get(page, 'rests'))[0].end_time);
    assert.deepEqual((await bench.get(page, 'check_ins')).map((one) => one.energy), [2]);
    await page.locator('.toast-act').click();
    await until(async () => (await bench.get(page, 'check_ins'))[0].energy === 4, 'the former energy');
  },

  async 'the filter finds words regardless of accents'(bench) {
    const page = await bench.person();
    for (const title of ['Llamar al médico', 'Comprar café', 'Medir la mesa']) await add(page, title);
    await page.locator('.tasks .card-head .btn').click();
    await page.fill('.tasks-search input', 'medi');
    await until(async () => (await page.locator('.tasks-list .task').count()) === 2, 'two tasks');
    await page.fill('.tasks-search input', 'cafe');
    await until(async () => (await page.locator('.tasks-list .task').count()) === 1, 'one task');
  },
};
