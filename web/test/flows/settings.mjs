// Settings: each change is saved by itself, wrong ones are told beside their field, time off, language, and the end of the account.
import assert from 'node:assert/strict';
import { PASSWORD, until } from './lib.mjs';

/** Waits until a setting is what it should be at the server. */
const saved = (bench, page, check, what) => until(async () => check(await bench.get(page, 'settings')), what);

async function opened(bench, options) {
  const page = await bench.person(options);
  await page.goto(`${bench.url}#/settings`);
  await page.locator('.settings-card').first().waitFor();
  return page;
}

export const flows = {
  async 'a change is saved by itself, and what is wrong stands beside its field'(bench) {
    const page = await opened(bench);
    const target = page.getByLabel('A day of work');
    await target.fill('13');
    await target.blur();
    assert.match((await target.evaluate((input) => document.getElementById(input.getAttribute('aria-describedby') ?? '')?.textContent)) ?? '', /1 to 12/);
    assert.equal(await target.getAttribute('aria-invalid'), 'true');
    await target.fill('7.5');
    await target.blur();
    await saved(bench, page, ({ day_target_minutes: minutes }) => minutes === 450, 'a day of work is 7.5 hours');
    assert.equal(await page.locator('.field-error').count(), 0);
    await page.getByLabel('Work ends').fill('17:15');
    await saved(bench, page, ({ work_hours: hours }) => hours.start === '09:00' && hours.end === '17:15', 'work ends at 17:15');
    await page.getByRole('switch', { name: 'Work in rounds' }).click();
    await saved(bench, page, ({ focus }) => focus?.every === 4, 'rounds are on');
    await page.getByLabel('Long rest after').fill('3');
    await page.getByLabel('Long rest after').press('Enter');
    await saved(bench, page, ({ focus }) => focus?.every === 3, 'the long rest comes after 3');
    await page.getByRole('switch', { name: 'Meals' }).click();
    await saved(bench, page, ({ reminders }) => !reminders.meals && reminders.breaks, 'reminders of meals are off');
    await page.locator('.toast-act').click();
    await saved(bench, page, ({ reminders }) => reminders.meals, 'that is taken back');
    await page.getByRole('switch', { name: 'A language model may read' }).click();
    await saved(bench, page, ({ model_reads_sentences: read }) => read, 'a model may read what is said');
    await page.locator('.settings-days label').nth(5).click();
    await saved(bench, page, ({ work_days: days }) => days.join() === 'mon,tue,wed,thu,fri,sat', 'Saturday is a day of work');
  },

  async 'what was typed last is saved although the place is left at once'(bench) {
    const page = await opened(bench);
    await page.getByLabel('Water (ml)').fill('2100');
    await page.evaluate(() => {
      location.hash = '#/week';
    });
    await saved(bench, page, ({ hydration_goal_ml: goal }) => goal === 2100, 'the goal is 2100 ml');
  },

  async 'name, zone, language and colours'(bench) {
    const page = await opened(bench);
    await page.getByLabel('Name', { exact: true }).first().fill('<b>Ana</b>');
    await page.getByLabel('Name', { exact: true }).first().press('Enter');
    await until(async () => (await bench.get(page, 'auth/me')).name === '<b>Ana</b>', 'the name is saved');
    await page.getByLabel('Time zone').selectOption('America/Bogota');
    await until(async () => (await bench.get(page, 'auth/me')).time_zone === 'America/Bogota', 'the zone is saved');
    await page.getByLabel('Colours', { exact: true }).first().selectOption('dark');
    assert.equal(await page.evaluate(() => document.documentElement.classList.contains('dark')), true);
    await page.getByLabel('Language', { exact: true }).selectOption('es');
    await page.locator('h1', { hasText: 'Ajustes' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'es');
    await page.reload();
    await page.locator('h1', { hasText: 'Ajustes' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.classList.contains('dark')), true);
  },

  async 'time off is entered, refused where it overlaps, and taken away with a way back'(bench) {
    const page = await opened(bench);
    const year = new Date().getFullYear() + 1;
    const enter = async (from, to) => {
      await page.locator('input[name=from]').fill(from);
      await page.locator('input[name=to]').fill(to);
      await page.locator('.settings-add [type=submit]').click();
    };
    await enter(`${year}-02-01`, `${year}-02-03`);
    await until(async () => (await bench.get(page, 'time_off')).length === 1, 'it is entered');
    await enter(`${year}-02-03`, `${year}-02-05`);
    await page.locator('.settings-add .field-error').waitFor();
    await enter(`${year}-03-05`, `${year}-03-04`);
    await page.locator('.settings-add .field-error', { hasText: 'last day' }).waitFor();
    assert.equal(await page.locator('.settings-off li').count(), 1);
    await page.locator('.settings-off button').click();
    assert.equal(await page.locator('.settings-off li').count(), 0);
    await page.locator('.toast-act').click();
    await page.locator('.settings-off li').waitFor();
    assert.equal((await bench.get(page, 'time_off')).length, 1);
  },

  async 'keys can be turned off'(bench) {
    const page = await opened(bench);
    await page.getByRole('switch', { name: 'Single keys' }).click();
    await page.locator('h1').click();
    await page.keyboard.press('?');
    assert.equal(await page.locator('dialog[open]').count(), 0);
  },

  async 'the account is deleted only after its name was typed'(bench) {
    const page = await opened(bench);
    await page.getByRole('button', { name: 'Delete the account' }).click();
    await page.locator('dialog input').fill('somebody');
    await page.keyboard.press('Enter');
    await page.locator('dialog .field-error').waitFor();
    await page.locator('dialog input').fill(page.person);
    await page.keyboard.press('Enter');
    await page.locator('[name=username]').waitFor();
    const answer = await page.request.post(`${bench.api}auth/login`, { data: { username: page.person, password: PASSWORD }, headers: { origin: new URL(bench.url).origin } });
    assert.equal(answer.status(), 401);
  },
};
