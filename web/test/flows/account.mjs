// Signing up, in and out, and the first minute.
import assert from 'node:assert/strict';
import { add, newName, PASSWORD, row, until } from './lib.mjs';

export const flows = {
  async 'sign up and the first minute'(bench) {
    const page = await bench.page();
    const name = newName();
    await page.fill('[name=username]', name);
    await page.fill('[name=password]', 'password');
    await page.click('.sign-form [type=submit]');
    await page.locator('.field-error').waitFor();
    bench.allowed.push('400 (Bad Request)');
    await page.fill('[name=password]', PASSWORD);
    await page.click('.sign-form [type=submit]');
    await page.locator('.first').waitFor();
    assert.equal(await page.inputValue('.first-form input'), 'Nori');
    await page.click('.first-form [type=submit]');
    await page.fill('.first-form input', 'Water the plants');
    await page.click('.first-form [type=submit]');
    await page.click('.first-acts .btn-primary');
    await page.click('.first-acts .btn-primary');
    await page.locator('[role=timer]').waitFor();
    assert.match(await page.locator('.now-what').innerText(), /Water the plants/);
    await until(async () => (await page.locator('.tile-water').innerText()).includes('250'), 'a glass');
    await row(page, 'Water the plants').locator('.task-check').click();
    await bench.sent(page);
    await until(async () => (await bench.get(page, 'progress')).xp > 0, 'experience');
    const me = await bench.get(page, 'auth/me');
    assert.equal(me.time_zone, 'Europe/Madrid');
    await page.reload();
    await page.locator('.tasks').waitFor();
    assert.equal(await page.locator('.first').count(), 0, 'the first minute comes once');
  },

  async 'sign out and in again'(bench) {
    const page = await bench.person();
    await add(page, 'Mine alone');
    await bench.sent(page);
    await page.locator('.nav-account .btn').click();
    await page.locator('.sign-form').waitFor();
    const kept = await page.evaluate(() => new Promise((resolve) => {
      indexedDB.open('avanochi').onsuccess = (event) => {
        const asked = event.target.result.transaction('items').objectStore('items').count();
        asked.onsuccess = () => resolve(asked.result);
      };
    }));
    assert.equal(kept, 0, 'the copy is empty');
    await page.fill('[name=username]', page.person);
    await page.fill('[name=password]', 'not the password');
    await page.click('.sign-form [type=submit]');
    await page.locator('.field-error').waitFor();
    await bench.signIn(page, page.person);
    await row(page, 'Mine alone').waitFor();
  },

  async 'signing out asks when something waits'(bench) {
    const page = await bench.person();
    await bench.contexts[0].setOffline(true);
    await add(page, 'Not sent');
    await page.locator('.nav-account .btn').click();
    await page.locator('dialog[open]').waitFor();
    await page.locator('dialog[open] .btn').first().click();
    await bench.contexts[0].setOffline(false);
    await bench.sent(page);
    await page.locator('.nav-account .btn').click();
    await page.locator('.sign-form').waitFor();
  },

  async 'signed out by time: a sheet, and nothing is lost'(bench) {
    const page = await bench.person();
    await page.locator('.add-input').fill('Typed but not added');
    await bench.contexts[0].clearCookies();
    // Not by the pointer: what the page asks for by itself may be refused first, and the sheet be there already.
    await page.locator('.tile-water').dispatchEvent('click');
    await page.locator('dialog[open]').waitFor();
    await page.fill('dialog [name=password]', PASSWORD);
    await page.click('dialog [type=submit]');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    assert.equal(await page.inputValue('.add-input'), 'Typed but not added');
    await bench.sent(page);
    assert.equal((await bench.get(page, 'hydration')).length, 1);
  },

  async 'somebody else signs in: nothing of the former one stays, in any tab'(bench) {
    const page = await bench.person();
    await add(page, 'Of the first person');
    await bench.sent(page);
    const tab = await bench.contexts[0].newPage();
    await tab.goto(bench.url);
    await row(tab, 'Of the first person').waitFor();
    await page.locator('.nav-account .btn').click();
    await page.locator('.sign-other .link').click();
    const name = newName();
    await page.fill('[name=username]', name);
    await page.fill('[name=password]', PASSWORD);
    await page.click('.sign-form [type=submit]');
    await page.locator('.first .btn-small').click();
    await page.locator('.tasks').waitFor();
    await tab.locator('.nav-who', { hasText: name }).waitFor();
    for (const one of [page, tab]) assert.equal(await row(one, 'Of the first person').count(), 0);
  },

  async 'a draft stays through a reload'(bench) {
    const page = await bench.person();
    await page.fill('.add-input', 'Half a thou');
    await page.reload();
    await page.locator('.tasks').waitFor();
    assert.equal(await page.inputValue('.add-input'), 'Half a thou');
  },
};
