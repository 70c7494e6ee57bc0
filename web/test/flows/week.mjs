// The week: adding to a day, moving by pointer, menu and keyboard, and what was carried over.
import assert from 'node:assert/strict';
import { until } from './lib.mjs';

/** The date so many days from the first one that the page shows. */
const shift = (date, days) => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

/** The first date of the week in which the page is. */
async function monday(page) {
  return page.evaluate(() => {
    const now = new Date();
    const date = new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
    date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    return date.toISOString().slice(0, 10);
  });
}

/** Opens the next week, of which all days are still to come. */
async function nextWeek(bench, page) {
  await page.goto(`${bench.url}#/week`);
  await page.locator('.week-steps .btn').last().click();
  await until(async () => (await page.locator('.week-today').count()) === 0, 'the next week is shown');
  return shift(await monday(page), 7);
}

const column = (page, index) => page.locator('.week-day').nth(index);
const card = (page, title) => page.locator('.week-card', { hasText: title });

/** Waits until a task is planned for a date, on the page and at the server. */
async function plannedFor(bench, page, title, date, index) {
  await until(async () => index === null || (await column(page, index).innerText()).includes(title), `${title} stands in column ${index}`);
  await bench.sent(page);
  const task = (await bench.get(page, 'tasks')).find((one) => one.title === title);
  assert.equal(task.planned_for, date);
}

async function addTo(page, index, title) {
  await column(page, index).locator('.week-add').click();
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
  await column(page, index).getByText(title).waitFor();
  await page.keyboard.press('Escape');
}

export const flows = {
  async 'a task is added to a day, dragged to another and taken back'(bench) {
    const page = await bench.person();
    const first = await nextWeek(bench, page);
    await addTo(page, 0, 'Prepare the workshop');
    await plannedFor(bench, page, 'Prepare the workshop', first, 0);
    await card(page, 'Prepare the workshop').dragTo(column(page, 3));
    await plannedFor(bench, page, 'Prepare the workshop', shift(first, 3), 3);
    await page.locator('.toast-act').click();
    await plannedFor(bench, page, 'Prepare the workshop', first, 0);
    await card(page, 'Prepare the workshop').dragTo(page.locator('.week-tray').last());
    await plannedFor(bench, page, 'Prepare the workshop', null, null);
  },

  async 'a task is moved by its menu and by keyboard alone, and keeps the focus'(bench) {
    const page = await bench.person();
    const first = await nextWeek(bench, page);
    await addTo(page, 1, 'Order new chairs');
    await bench.sent(page);
    const move = page.locator('.week-move');
    await move.focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.week-menu [role=menuitem]').count(), 8);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.week-menu').count(), 0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await plannedFor(bench, page, 'Order new chairs', shift(first, 3), 3);
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'week-move');
    await page.keyboard.press('Shift+ArrowLeft');
    await plannedFor(bench, page, 'Order new chairs', shift(first, 2), 2);
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'week-move');
    await page.keyboard.press('z');
    await plannedFor(bench, page, 'Order new chairs', shift(first, 3), 3);
  },

  async 'what is done stands on its day, and markup in titles is text'(bench) {
    const page = await bench.person();
    const title = '<img src=x onerror=alert(1)> & "x"';
    const { id } = await bench.get(page, 'auth/me');
    const task = await bench.send(page, 'POST', 'tasks', { user_id: id, title });
    await bench.send(page, 'POST', 'tasks', { user_id: id, title: `${title} open`, tags: ['<b>'] });
    await bench.send(page, 'PATCH', `tasks/${task.id}`, { action: 'complete' });
    await page.goto(`${bench.url}#/week`);
    await page.locator('.week-today .week-done s', { hasText: title }).waitFor();
    await page.locator('.week-tray .week-title', { hasText: `${title} open` }).waitFor();
    assert.equal(await page.locator('.week img').count(), 0);
  },
};
