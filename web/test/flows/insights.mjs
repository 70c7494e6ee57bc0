// Insights: what the API says is shown in words and pictures, recommendations are acted on, taken back and dismissed, stories are shared.
import assert from 'node:assert/strict';
import { judge } from './access.mjs';
import { newName, PASSWORD, until } from './lib.mjs';

const DAY = 86_400_000;

/** A person who worked from an hour of the day on, on each of the last 28 dates, had enough of everything today, and has tasks that are overdue. */
async function busy(bench, options, [from, hours] = [16, 5]) {
  const page = await bench.person(options);
  const { id } = await bench.get(page, 'auth/me');
  for (let back = 28; back >= 1; back -= 1) {
    const start = new Date(Date.now() - back * DAY);
    start.setUTCHours(from, 0, 0, 0);
    await bench.send(page, 'POST', 'work_sessions', { user_id: id, start_time: start.toISOString(), end_time: new Date(start.getTime() + hours * 3_600_000).toISOString() });
  }
  for (const ml of [1000, 1000]) await bench.send(page, 'POST', 'hydration', { ml });
  await bench.send(page, 'POST', 'meals', { kind: 'lunch' });
  const due = new Date(Date.now() - 3 * DAY).toISOString().slice(0, 10);
  const operations = Array.from({ length: 6 }, (_, n) => ({ op: 'create', user_id: id, title: `<b>Late</b> ${n}`, due_on: due }));
  await bench.send(page, 'POST', 'tasks/bulk', { operations });
  return page;
}

async function open(bench, page) {
  await page.goto(`${bench.url}#/insights`);
  await page.locator('.insights-story').waitFor();
  await page.locator('.insights-score').waitFor();
}

const advice = (page, name) => page.locator('.insights-advice', { has: page.getByRole('button', { name }) });
const texts = (page) => page.locator('.insights-advice > p:first-child').allInnerTexts();
const listed = async (bench, page) => (await bench.get(page, 'recommendations')).map(({ text }) => text);

async function shown(bench, locale, words) {
  const page = await busy(bench, { locale, permissions: ['clipboard-read', 'clipboard-write'] }, [8, 10]);
  await open(bench, page);
  const { risk, forecasts } = await bench.get(page, 'predictions');
  assert.ok(risk.score >= 75, 'so many hours are a risk');
  assert.ok((await page.locator('.insights-score').innerText()).replace(/\s+/g, ' ').startsWith(`${risk.score} ${words.of}`));
  await page.locator('.insights-score .chip', { hasText: words.level }).waitFor();
  // Each factor in words, with its points; and those that are known lie end to end.
  assert.equal(await page.locator('.insights-factors li').count(), risk.factors.length + 1);
  const said = await page.locator('.insights-factors').innerText();
  for (const { text } of risk.factors) assert.ok(said.includes(text), text);
  const parts = await page.locator('.insights-factors li:not(.insights-sum) .insights-part').evaluateAll((all) => all.map((one) => ['x', 'width'].map((name) => Number.parseFloat(one.getAttribute(name)))));
  assert.equal(parts.length, risk.factors.filter(({ points }) => points > 0).length);
  for (const [index, [x]] of parts.entries()) assert.ok(Math.abs(x - parts.slice(0, index).reduce((sum, [, width]) => sum + width, 0)) < 0.01);
  // Each drawing says its result and is a table.
  const drawings = await page.locator('.chart svg[role=img]').all();
  const drawn = 1 + new Set(forecasts.map(({ target }) => target).filter((target) => !target.startsWith('week'))).size;
  assert.ok(drawn > 1 && drawings.length === drawn, `${drawings.length} of ${drawn}`);
  for (const drawing of drawings) assert.ok(((await drawing.getAttribute('aria-label')) ?? '').length > 10);
  for (const summary of await page.locator('.chart-table summary').all()) await summary.click();
  await until(async () => (await page.locator('.chart-table table').count()) === drawn, 'all tables are shown');
  assert.equal(await page.locator('.chart-range').count(), forecasts.filter(({ target }) => target === 'hours' || target === 'tasks').length);
  // The story of yesterday, and what is copied of it.
  await page.getByRole('button', { name: words.before }).click();
  const yesterday = new Date(Date.now() - DAY).toLocaleDateString('sv', { timeZone: 'Europe/Madrid' });
  const story = await bench.get(page, `narratives/day?date=${yesterday}`);
  await page.locator('.insights-story h3', { hasText: story.title }).waitFor();
  assert.deepEqual(await page.locator('.insights-story p').allInnerTexts(), story.paragraphs.map(({ text }) => text));
  assert.equal(await page.locator('.insights-story').getAttribute('lang'), locale.slice(0, 2));
  await page.getByRole('button', { name: words.copy }).click();
  await page.locator('.toast', { hasText: words.copied }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), [story.title, ...story.paragraphs.map(({ text }) => text)].join('\n\n'));
  // Where the numbers come from can be asked of the API.
  await page.locator('summary', { hasText: words.facts }).click();
  const source = await page.locator('.insights-facts a').first().getAttribute('href');
  assert.ok((await page.request.get(source)).ok(), source);
  // The week.
  await page.getByRole('radio', { name: words.week, exact: true }).check({ force: true });
  await until(async () => (await page.locator('.insights-story h3').innerText()) !== story.title, 'the story of the week');
  assert.deepEqual(await bench.violations(), []);
}

export const flows = {
  'what the API says is shown, in English': (bench) => shown(bench, 'en-GB', { of: 'of 100', level: 'High', before: 'Earlier', copy: 'Copy as text', copied: 'Copied.', facts: 'Where the numbers', week: 'Week' }),
  'what the API says is shown, in Spanish': (bench) => shown(bench, 'es-ES', { of: 'de 100', level: 'Alto', before: 'Anterior', copy: 'Copiar como texto', copied: 'Copiado.', facts: 'De dónde', week: 'Semana' }),

  async 'a recommendation is acted on, taken back and dismissed'(bench) {
    const page = await busy(bench);
    await open(bench, page);
    await until(async () => JSON.stringify(await texts(page)) === JSON.stringify(await listed(bench, page)), 'those of the API, in its order');
    // Done, and taken back.
    await advice(page, 'Set quiet hours').getByRole('button', { name: 'Set quiet hours' }).click();
    await until(async () => (await bench.get(page, 'settings')).quiet_hours?.from === '18:00', 'it is done');
    await advice(page, 'Set quiet hours').waitFor({ state: 'detached' });
    await page.locator('.toast-act').click();
    await until(async () => (await bench.get(page, 'settings')).quiet_hours === null, 'it is taken back');
    await advice(page, 'Set quiet hours').waitFor();
    // Dismissed, taken back, and dismissed for good, across a reload.
    const before = await texts(page);
    await advice(page, 'Set quiet hours').getByRole('button', { name: 'Not now' }).click();
    await advice(page, 'Set quiet hours').waitFor({ state: 'detached' });
    assert.ok(await page.evaluate(() => document.activeElement?.classList.contains('insights-list')), 'the focus stays with the list');
    await page.keyboard.press('z');
    await until(async () => (await texts(page)).length === before.length, 'it is back');
    await advice(page, 'Set quiet hours').getByRole('button', { name: 'Not now' }).click();
    await page.reload();
    await page.locator('.insights-advice').first().waitFor();
    assert.equal(await advice(page, 'Set quiet hours').count(), 0);
    await bench.sent(page);
    assert.ok((await bench.get(page, 'recommendations')).every(({ rule }) => rule !== 'quiet_evening'));
    assert.equal(await advice(page, 'Set quiet hours').count(), 0);
    // What is only to be looked at leads there.
    await page.locator('.insights-advice a[href="#/week"]').first().click();
    await page.locator('main[data-place=week]').waitFor();
    assert.deepEqual(await bench.violations(), []);
  },

  async 'what only the person can say, and what waits for its undo'(bench) {
    const page = await bench.person();
    const { id } = await bench.get(page, 'auth/me');
    const start = new Date(Date.now() - DAY);
    start.setUTCHours(8, 0, 0, 0);
    const end = new Date(start.getTime() + 28_800_000);
    const past = await bench.send(page, 'POST', 'work_sessions', { user_id: id, start_time: start.toISOString(), end_time: end.toISOString() });
    const active = await bench.send(page, 'POST', 'work_sessions/start', { user_id: id });
    // These hold at some times of day, or after a long time, alone.
    const one = (rule, action) => ({ id: `${rule}:2026-01-01`, rule, text: rule, evidence: {}, action });
    const all = [
      one('stop_for_today', { method: 'POST', path: `/api/work_sessions/${active.id}/end`, body: {} }),
      one('review_auto_closed', { method: 'GET', path: `/api/work_sessions/${past.id}` }), one('check_in', { method: 'POST', path: '/api/check_ins' }),
    ];
    const answers = [];
    await page.route(/\/api\/recommendations/, async (route) => {
      const request = route.request();
      if (request.method() === 'GET') return route.fulfill({ json: all.filter((each) => !answers.includes(each.id)) });
      answers.push(decodeURIComponent(request.url().split('/').pop()));
      return route.fulfill({ json: all[0] });
    });
    await page.goto(`${bench.url}#/insights`);
    // The energy.
    await page.getByRole('button', { name: '4 · Good' }).click();
    await until(async () => (await bench.get(page, 'check_ins'))[0]?.energy === 4, 'it is entered');
    await until(async () => (await texts(page)).length === 2, 'it is answered');
    // When the session really ended: two hours before.
    const earlier = new Date(end.getTime() - 7_200_000);
    await page.locator('.insights-review input').fill(earlier.toLocaleTimeString('en-GB', { timeZone: 'Europe/Madrid', hour: '2-digit', minute: '2-digit' }));
    await page.locator('.insights-review [type=submit]').click();
    await until(async () => (await texts(page)).join() === 'stop_for_today', 'it is answered');
    // The end of the session can be taken back before it is sent.
    await page.getByRole('button', { name: 'End the session' }).click();
    await until(async () => (await texts(page)).length === 0, 'it is gone');
    await page.locator('.toast-act').click();
    await until(async () => (await texts(page)).length === 1, 'it is back');
    assert.equal((await bench.get(page, `work_sessions/${active.id}`)).end_time, null);
    assert.equal(Date.parse((await bench.get(page, `work_sessions/${past.id}`)).end_time), earlier.getTime());
    await page.getByRole('button', { name: 'End the session' }).click();
    await until(() => answers.length === 3, 'all are answered', 20_000);
    assert.notEqual((await bench.get(page, `work_sessions/${active.id}`)).end_time, null);
    await page.getByText('Nothing to recommend').waitFor();
  },

  async 'a warning on Today leads to what it comes from'(bench) {
    const context = await bench.context();
    const text = 'Si la próxima semana va como la última, tu riesgo de sobrecarga será elevado, sobre todo por las jornadas largas y el trabajo en días libres. Elige un día de esta semana en el que acabes una hora antes.';
    const answered = [];
    const item = { id: 'n1', kind: 'overload_ahead', key: 'x', text, evidence: {}, state: 'new', until: null, created_at: new Date().toISOString() };
    await context.route('**/api/changes', async (route) => {
      const real = await route.fetch();
      const found = await real.json();
      found.changes?.push({ kind: 'nudges', id: 'n1', op: 'upsert', at: '', item });
      return route.fulfill({ response: real, json: found });
    });
    await context.route('**/api/nudges/*', (route) => {
      answered.push(route.request().postDataJSON().action);
      return route.fulfill({ json: { ...item, state: 'done' } });
    });
    const page = await context.newPage();
    await page.goto(bench.url);
    await page.fill('[name=username]', newName());
    await page.fill('[name=password]', PASSWORD);
    await page.click('.sign-form [type=submit]');
    await page.locator('.first .btn-small').click();
    await page.locator('.bubble', { hasText: 'sobrecarga' }).waitFor();
    await page.locator('.bubble .btn-primary').click();
    await page.locator('main[data-place=insights]').waitFor();
    // In the bubble there is room for its beginning alone.
    await page.locator('.insights-warning', { hasText: text }).waitFor();
    await judge(page, 'a warning');
    await until(() => answered.join() === 'done', 'it is answered');
  },

  async 'a story is shared by what the system offers'(bench) {
    const page = await bench.person();
    await page.addInitScript(() => {
      navigator.share = async (what) => {
        globalThis.shared = what;
      };
    });
    await page.goto(`${bench.url}?share#/insights`);
    await page.locator('.insights-story').waitFor();
    await page.getByRole('button', { name: 'Share' }).click();
    const { title, text } = await page.evaluate(() => globalThis.shared);
    assert.equal(title, await page.locator('.insights-story h3').innerText());
    assert.ok(text.startsWith(`${title}\n\n`));
  },

  async 'by keyboard alone'(bench) {
    const page = await busy(bench);
    await page.goto(bench.url);
    // It comes with what hears keys.
    await page.locator('.nav-account .btn').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.locator('.insights-advice').first().waitFor();
    const [first, ...rest] = await texts(page);
    const to = async (check) => {
      for (let i = 0; i < 60; i += 1) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(check)) return;
      }
      throw new Error(`not reached: ${check}`);
    };
    await to(() => document.activeElement?.textContent === 'Not now');
    await page.keyboard.press('Enter');
    await until(async () => !(await texts(page)).includes(first), 'it is dismissed');
    await to(() => document.activeElement?.closest('.insights-advice') !== null);
    await page.keyboard.press('z');
    await until(async () => (await texts(page)).length === rest.length + 1, 'it is back');
    await to(() => document.activeElement?.getAttribute('name') === 'story');
    const day = await page.locator('.insights-story h3').innerText();
    await page.keyboard.press('ArrowRight');
    await until(async () => ![day, ''].includes(await page.locator('.insights-story h3').innerText().catch(() => '')), 'the story of the week');
    await to(() => document.activeElement?.tagName === 'SUMMARY' && document.activeElement.closest('.chart-table') !== null);
    await page.keyboard.press('Enter');
    await page.locator('.chart-table table').waitFor();
  },

  async 'with much to show: nothing sideways on a phone, no violation, in both schemes'(bench) {
    const page = await busy(bench, { locale: 'es-ES', reducedMotion: 'reduce' });
    await open(bench, page);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 360, 320]) {
        await page.setViewportSize({ width, height: 740 });
        for (const size of width === 320 ? ['100%', '200%'] : ['100%']) {
          await page.evaluate((one) => document.documentElement.style.setProperty('font-size', one), size);
          await until(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px at ${size}`);
          await judge(page, `${colorScheme}, ${width} px at ${size}`);
        }
        await page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
      }
      for (const summary of await page.locator('main summary').all()) await summary.click();
    }
  },

  async 'little is known: nothing is made up'(bench) {
    const page = await bench.person();
    await page.goto(`${bench.url}#/insights`);
    await page.getByText('There are too few entries for a level').waitFor();
    await page.locator('.insights-story').waitFor();
    const { forecasts } = await bench.get(page, 'predictions');
    assert.equal(await page.locator('.chart-bar').count(), forecasts.filter(({ target }) => ['hours', 'tasks'].includes(target)).length);
  },

  async 'an older server has none of it, and that is said'(bench) {
    bench.allowed.push('404 (Not Found)');
    const page = await bench.person();
    await page.route(/\/api\/(predictions|recommendations|narratives)/, (route) => route.fulfill({ status: 404, json: { code: 'not_found', error: 'There is no such address.' } }));
    await page.goto(`${bench.url}#/insights`);
    await until(async () => (await page.getByText('This server does not have that yet.').count()) === 3, 'it says so');
  },
};
