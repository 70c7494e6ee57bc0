// What is connected: four services by the page, edits on both sides, a conflict and the other value, what is wrong and how to mend it.
import assert from 'node:assert/strict';
import { judge } from './access.mjs';
import { add, row, until } from './lib.mjs';

const REPOSITORY = 'octocat/hello-world';

/** What Todoist has told so far. */
const seen = { token: '*', items: new Map() };

/** What is kept at the services, read and changed as their own apps do. @param {import('./lib.mjs').Bench} bench */
function services({ services: { settings, said } }) {
  const bodies = [...said.matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line));
  const of = (provider) => bodies.find((body) => body.provider === provider);
  const ask = async (url, token, { method = 'GET', type = 'application/json', body } = {}) => {
    const answer = await fetch(url, { method, body, headers: { authorization: token, 'content-type': type, 'user-agent': 'flows' } });
    assert.ok(answer.ok, `${answer.status} ${url}`);
    return answer.text();
  };
  const github = { token: of('github').credential.token, url: `${settings.GITHUB_API_URL}/repos/${REPOSITORY}/issues` };
  const todoist = { token: of('todoist').credential.token, url: `${settings.TODOIST_API_URL}/sync` };
  const graph = `${settings.MICROSOFT_GRAPH_URL}/me/todo/lists/list-default==/tasks`;
  const caldav = { ...of('caldav').credential, url: of('caldav').settings.url };
  const basic = `Basic ${Buffer.from(`${caldav.username}:${caldav.password}`).toString('base64')}`;
  const commands = (list) => ask(todoist.url, `Bearer ${todoist.token}`, {
    method: 'POST', type: 'application/x-www-form-urlencoded', body: new URLSearchParams({ commands: JSON.stringify(list.map((one) => ({ uuid: crypto.randomUUID(), ...one }))) }).toString(),
  });
  // Only what changed, since whoever asks for everything too often has to wait.
  const items = async () => {
    const { items: changed, sync_token: token } = JSON.parse(await ask(todoist.url, `Bearer ${todoist.token}`, {
      method: 'POST', type: 'application/x-www-form-urlencoded', body: new URLSearchParams({ sync_token: seen.token, resource_types: '["items"]' }).toString(),
    }));
    seen.token = token;
    for (const one of changed) {
      if (one.is_deleted) seen.items.delete(one.id);
      else seen.items.set(one.id, one);
    }
    return [...seen.items.values()];
  };
  return {
    github: {
      ...github,
      titles: async () => JSON.parse(await ask(`${github.url}?state=open&per_page=100`, `Bearer ${github.token}`)).map((one) => one.title),
      rename: async (from, to) => {
        const { number } = JSON.parse(await ask(`${github.url}?state=open&per_page=100`, `Bearer ${github.token}`)).find((one) => one.title === from);
        await ask(`${github.url}/${number}`, `Bearer ${github.token}`, { method: 'PATCH', body: JSON.stringify({ title: to }) });
      },
    },
    todoist: {
      ...todoist,
      titles: async () => (await items()).map((one) => one.content),
      add: (titles) => commands(titles.map((content) => ({ type: 'item_add', temp_id: crypto.randomUUID(), args: { content } }))),
      rename: async (from, to) => commands([{ type: 'item_update', args: { id: (await items()).find((one) => one.content === from).id, content: to } }]),
      clear: async () => commands((await items()).map(({ id }) => ({ type: 'item_delete', args: { id } }))),
    },
    microsoft: { titles: async () => JSON.parse(await ask(graph, 'Bearer microsoft-token')).value.map((one) => one.title) },
    caldav: {
      ...caldav,
      titles: async () => {
        const report = (body) => ask(new URL('/dav/calendars/me/tasks/', caldav.url), basic, { method: 'REPORT', type: 'application/xml', body });
        const hrefs = [...(await report('<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav"/>')).matchAll(/href>([^<]*\.ics)</g)].map(([, href]) => `<d:href>${href}</d:href>`);
        const all = await report(`<c:calendar-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">${hrefs.join('')}</c:calendar-multiget>`);
        return [...all.matchAll(/^SUMMARY:(.*?)(?:&#13;)?$/gm)].map(([, title]) => title);
      },
    },
  };
}

const open = async (page, name = 'integrations') => {
  await page.locator(`.nav-link[href="#/${name}"]`).click();
  await page.locator(`main[data-place=${name}]`).waitFor();
};
const offer = (page, name) => page.locator('.integrations-list > li', { has: page.locator('h3', { hasText: name }) });
const card = (page, name) => page.locator('.card', { has: page.locator('h2', { hasText: name }) });
const status = (page, name, text) => until(async () => (await card(page, name).locator('.chip').innerText().catch(() => '')) === text, `${name}: ${text}`, 30_000);
const titles = async (bench, page) => (await bench.get(page, 'tasks?limit=1000')).map((one) => one.title);

/** Connects Todoist. @param {import('playwright-core').Page} page @param {string} token */
async function todoist(page, token) {
  await offer(page, 'Todoist').locator('.btn').first().click();
  await page.fill('[name=token]', token);
  await page.locator('form [type=submit]').click();
}

/** All that the page keeps in the browser. @param {import('playwright-core').Page} page */
const stored = (page) => page.evaluate(() => new Promise((resolve, reject) => {
  const asked = indexedDB.open('avanochi');
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const names = [...asked.result.objectStoreNames];
    const reads = names.map((name) => new Promise((done) => {
      asked.result.transaction(name).objectStore(name).getAll().onsuccess = (event) => done(event.target.result);
    }));
    Promise.all(reads).then((all) => {
      asked.result.close();
      resolve(JSON.stringify([all, { ...localStorage }]));
    });
  };
}));

/** Takes every connection away, so that what one person does reaches nobody else. */
async function clear(bench, page) {
  for (const { id } of await bench.get(page, 'connections')) await bench.send(page, 'DELETE', `connections/${id}`, undefined);
}

export const flows = {
  async 'four services are connected, and what changes on either side is equal on both'(bench) {
    const there = services(bench);
    bench.allowed.push(bench.services.settings.MICROSOFT_LOGIN_URL);
    const page = await bench.person();
    await add(page, 'Ours');
    await open(page);
    await todoist(page, there.todoist.token);
    await status(page, 'Todoist', 'Kept equal');
    assert.ok(!(await stored(page)).includes(there.todoist.token), 'nothing of it is kept in the browser');
    await offer(page, 'GitHub').locator('.btn').first().click();
    await page.fill('[name=token]', there.github.token);
    await page.fill('[name=repositories]', REPOSITORY);
    await page.getByLabel('Which of your tasks go out').selectOption('all');
    await page.locator('form [type=submit]').click();
    await status(page, 'GitHub', 'Kept equal');
    await offer(page, 'CalDAV').locator('.btn').first().click();
    await page.fill('[name=username]', there.caldav.username);
    await page.fill('[name=password]', there.caldav.password);
    await page.fill('[name=url]', there.caldav.url);
    await page.locator('form [type=submit]').click();
    await status(page, 'CalDAV', 'Kept equal');
    // By consent: a first time refused, then given.
    await offer(page, 'Microsoft').locator('.btn').first().click();
    await page.locator('form [type=submit]').click();
    await page.locator('#deny').click();
    await page.locator('.integrations .trouble', { hasText: 'did not consent' }).waitFor();
    await card(page, 'Microsoft').locator('.btn-primary').click();
    await page.locator('#allow').click();
    await page.locator('.integrations > [role=status]', { hasText: 'Thank you' }).waitFor();
    await status(page, 'Microsoft', 'Kept equal');
    for (const [name, service] of Object.entries(there)) await until(async () => (await service.titles()).includes('Ours'), `it is at ${name}`, 30_000);
    await until(async () => {
      const here = await titles(bench, page);
      return ['Say hello to everybody', 'Water the plants', 'Call the plumber'].every((title) => here.includes(title));
    }, 'theirs are here', 20_000);
    // An edit there, and one here.
    await there.github.rename('Say hello to everybody', 'Say hello to nobody');
    await card(page, 'GitHub').getByRole('button', { name: 'Sync now' }).click();
    await until(async () => (await titles(bench, page)).includes('Say hello to nobody'), 'the edit of there is here', 20_000);
    await open(page, 'today');
    await page.locator('.fold summary', { hasText: 'Without a date' }).click();
    const plants = row(page, 'Water the plants');
    await plants.locator('[title="Also kept elsewhere"]').waitFor();
    await plants.locator('.task-title').click();
    assert.match(await page.locator('.task-form .form-external').innerText(), /Todoist/);
    assert.match(await page.locator('.task-form .form-external a').getAttribute('href'), /^https:\/\/app\.todoist\.com\//);
    await page.locator('.task-form input').first().fill('Water the garden');
    await page.locator('.task-form [type=submit]').click();
    await until(async () => (await there.todoist.titles()).includes('Water the garden'), 'the edit of here is there', 30_000);
    await open(page);
    await card(page, 'Todoist').locator('summary', { hasText: 'Runs' }).click();
    await card(page, 'Todoist').locator('.integrations-list li', { hasText: 'for the first time' }).waitFor();
    // What is open of one is asked for once more when it goes.
    bench.allowed.push('404 (Not Found)');
    await clear(bench, page);
    await until(async () => (await card(page, 'Todoist').count()) === 0, 'they are gone from the page as well');
  },

  async 'a conflict, and the other value; paused, resumed and taken away'(bench) {
    const there = services(bench);
    await there.todoist.add(['Write to Ana']);
    const page = await bench.person();
    await open(page);
    await todoist(page, there.todoist.token);
    await status(page, 'Todoist', 'Kept equal');
    const one = card(page, 'Todoist');
    await one.getByRole('button', { name: 'Pause' }).click();
    await status(page, 'Todoist', 'Paused');
    const task = (await bench.get(page, 'tasks?limit=1000')).find(({ title }) => title === 'Write to Ana');
    await bench.send(page, 'PATCH', `tasks/${task.id}`, { title: 'Write to Eva' });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await there.todoist.rename('Write to Ana', 'Write to Ida');
    await one.getByRole('button', { name: 'Resume' }).click();
    await status(page, 'Todoist', 'Kept equal');
    await one.locator('summary', { hasText: 'Conflicts: 1' }).waitFor({ timeout: 40_000 });
    await one.locator('summary', { hasText: 'Conflicts' }).click();
    const entry = one.locator('.integrations-list li').first();
    assert.match(await entry.innerText(), /Write to Ida[\s\S]*Write to Eva/);
    await entry.getByRole('button', { name: 'Take the other' }).click();
    await entry.locator('p', { hasText: 'The other was taken' }).waitFor();
    await until(async () => (await there.todoist.titles()).includes('Write to Eva') && (await titles(bench, page)).includes('Write to Eva'), 'both have the other', 30_000);
    // Its settings, in words.
    await one.getByRole('button', { name: 'Settings' }).click();
    await one.locator('[name=name]').fill('Chores');
    await one.getByLabel('Which of your tasks go out').selectOption('tagged');
    await one.locator('[name=only]').fill('out');
    await one.getByLabel('How often').selectOption('low');
    await one.locator('form [type=submit]').click();
    await status(page, 'Chores', 'Kept equal');
    const [{ settings, priority }] = await bench.get(page, 'connections');
    assert.deepEqual([settings.outgoing, priority], [{ tag: 'out' }, 'low']);
    await card(page, 'Chores').getByRole('button', { name: 'Disconnect' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Keep it' }).click();
    await card(page, 'Chores').getByRole('button', { name: 'Disconnect' }).click();
    await page.locator('dialog[open] .btn-danger').click();
    await until(async () => (await card(page, 'Chores').count()) === 0, 'it is gone');
    assert.ok((await titles(bench, page)).includes('Write to Eva'), 'the tasks stay');
  },

  async 'what is wrong is said with what mends it: a credential, and much that is missing'(bench) {
    const there = services(bench);
    const page = await bench.person();
    await open(page);
    await todoist(page, 'wrong');
    await status(page, 'Todoist', 'Not let in');
    const one = card(page, 'Todoist');
    await one.getByRole('button', { name: 'Enter the credential again' }).click();
    await one.locator('[name=token]').fill(there.todoist.token);
    await one.locator('form [type=submit]').click();
    await status(page, 'Todoist', 'Kept equal');
    // Twice the same is refused beside the form.
    await todoist(page, there.todoist.token);
    bench.allowed.push('409 (Conflict)');
    await page.locator('.field-error', { hasText: 'connected already' }).waitFor();
    await page.keyboard.press('Escape');
    await there.todoist.clear();
    await there.todoist.add(Array.from({ length: 12 }, (_, n) => `Errand ${n}`));
    await one.getByRole('button', { name: 'Sync now' }).click();
    await until(async () => (await titles(bench, page)).includes('Errand 11'), 'they are here', 20_000);
    await there.todoist.clear();
    await one.getByRole('button', { name: 'Sync now' }).click();
    await status(page, 'Todoist', 'Stopped');
    await one.locator('p', { hasText: 'nothing changes on either side' }).waitFor();
    assert.equal((await titles(bench, page)).filter((title) => title.startsWith('Errand')).length, 12);
    await one.getByRole('button', { name: 'Make them there again' }).click();
    await status(page, 'Todoist', 'Kept equal');
    await until(async () => (await there.todoist.titles()).filter((title) => title.startsWith('Errand')).length === 12, 'they are there again', 40_000);
    await there.todoist.clear();
    await clear(bench, page);
  },

  async 'by keyboard alone'(bench) {
    const there = services(bench);
    const page = await bench.person();
    const focused = () => page.evaluate(() => document.activeElement?.closest('button')?.textContent ?? '');
    const tabTo = async (text) => {
      for (let i = 0; i < 60; i += 1) {
        if ((await focused()).includes(text)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`the focus does not come to ${text}`);
    };
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.locator('main[data-place=integrations]').waitFor();
    await page.locator('.integrations-list h3').first().waitFor();
    await tabTo('Connect Todoist');
    await page.keyboard.press('Enter');
    await page.locator('[name=token]:focus').waitFor();
    await page.keyboard.press('Escape');
    await until(async () => (await focused()).includes('Connect Todoist'), 'the focus is where it was');
    await page.keyboard.press('Enter');
    await page.locator('[name=token]:focus').waitFor();
    await page.keyboard.type(there.todoist.token);
    await page.keyboard.press('Enter');
    await status(page, 'Todoist', 'Kept equal');
    await page.locator('main').focus();
    await tabTo('Pause');
    await page.keyboard.press('Enter');
    await status(page, 'Todoist', 'Paused');
    await tabTo('Resume');
    await page.keyboard.press('Enter');
    await status(page, 'Todoist', 'Kept equal');
    await tabTo('Disconnect');
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    await until(async () => (await focused()) === 'Keep it', 'the harmless one has the focus');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await until(async () => (await card(page, 'Todoist').count()) === 0, 'it is gone');
  },

  ...Object.fromEntries(['light', 'dark'].map((colorScheme) => [`on a phone, in Spanish, without a violation in ${colorScheme}`, async (bench) => {
    const there = services(bench);
    await there.todoist.add(['Escribir a Ana']);
    const page = await bench.person({ colorScheme, reducedMotion: 'reduce', viewport: { width: 360, height: 740 }, hasTouch: true, locale: 'es-ES' });
    await open(page);
    await page.locator('h1', { hasText: 'Servicios' }).waitFor();
    await todoist(page, there.todoist.token);
    await status(page, 'Todoist', 'Al día');
    const one = card(page, 'Todoist');
    await one.locator('summary', { hasText: 'Sincronizaciones' }).tap();
    await one.locator('.integrations-list li', { hasText: 'por primera vez' }).waitFor();
    await one.getByRole('button', { name: 'Ajustes' }).tap();
    await one.locator('[name=tag]').waitFor();
    await offer(page, 'GitHub').locator('.btn').first().tap();
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await judge(page, `${colorScheme} at ${width}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
    }
    const keys = await page.evaluate(() => document.querySelector('main').innerText.match(/integrations\.[\w.]+/g) ?? []);
    assert.deepEqual(keys, [], 'every text is there');
    bench.allowed.push('404 (Not Found)');
    await clear(bench, page);
  }])),
};
