// What the flows share: contexts that are watched, people who sign up, and what is asked of the API directly.
import assert from 'node:assert/strict';

let people = 0;
export const PASSWORD = 'blue-river-77';

/** Watches a page before its own code runs: violations of the policy, shifts of the layout, long frames. */
function watch() {
  globalThis.seen = { violations: [], shift: 0, drawn: Infinity };
  const drawn = new MutationObserver(() => {
    if (!document.querySelector('.tasks')) return;
    globalThis.seen.drawn = performance.now();
    drawn.disconnect();
  });
  drawn.observe(document, { childList: true, subtree: true });
  addEventListener('securitypolicyviolation', (event) => globalThis.seen.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  try {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.seen.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  } catch {
    // Not in every browser.
  }
}

export class Bench {
  /**
   * @param {import('playwright-core').Browser} browser @param {string} url
   * @param {{settings: Record<string, string>, said: string}} services stand-ins for what can be connected, and what they say of themselves
   */
  constructor(browser, url, services) {
    this.services = services;
    this.browser = browser;
    this.url = url;
    this.api = new URL('../api/', url).href;
    this.contexts = [];
    this.wrong = [];
    /** What a flow expects to go wrong: parts of what would be reported. */
    this.allowed = ['401 (Unauthorized)', 'auth/refresh', 'ERR_INTERNET_DISCONNECTED'];
    this.notes = [];
  }

  /** @param {import('playwright-core').BrowserContextOptions} [options] */
  async context(options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: 'Europe/Madrid', locale: 'en-GB', ...options });
    context.setDefaultTimeout(10_000);
    await context.addInitScript(watch);
    const { origin } = new URL(this.url);
    context.on('request', (request) => {
      const address = request.url();
      if (!address.startsWith(origin) && !/^(data|blob|about):/.test(address)) this.wrong.push(`request to another origin: ${address}`);
    });
    context.on('response', (response) => response.status() >= 500 && this.wrong.push(`${response.status()} ${response.url()}`));
    context.on('console', (message) => {
      if (message.type() === 'error') this.wrong.push(`console: ${message.text()} ${message.location().url}`);
    });
    context.on('weberror', (error) => this.wrong.push(`error: ${error.error().stack ?? error.error()}`));
    this.contexts.push(context);
    return context;
  }

  /** A page in a context of its own, where nobody is signed in. @param {import('playwright-core').BrowserContextOptions} [options] */
  async page(options) {
    const context = await this.context(options);
    const page = await context.newPage();
    await page.goto(this.url);
    return page;
  }

  /** A page where somebody new has signed up and skipped the first minute. @param {import('playwright-core').BrowserContextOptions} [options] */
  async person(options) {
    const page = await this.page(options);
    const name = newName();
    await page.fill('[name=username]', name);
    await page.fill('[name=password]', PASSWORD);
    await page.click('.sign-form [type=submit]');
    await page.locator('.first .btn-small').click();
    await page.locator('.tasks').waitFor();
    page.person = name;
    return page;
  }

  /** The same person in another browser. @param {string} name @param {import('playwright-core').BrowserContextOptions} [options] */
  async again(name, options) {
    const page = await this.page(options);
    await this.signIn(page, name);
    return page;
  }

  async signIn(page, name) {
    if (!(await page.locator('[name=password][autocomplete=current-password]').count())) await page.locator('.sign-other .link').click();
    await page.fill('[name=username]', name);
    await page.fill('[name=password]', PASSWORD);
    await page.click('.sign-form [type=submit]');
    await page.locator('.nav').waitFor();
  }

  /** What the API says to this person. @param {import('playwright-core').Page} page @param {string} path */
  async get(page, path) {
    const answer = await page.request.get(this.api + path);
    assert.ok(answer.ok(), `${answer.status()} ${path}`);
    return answer.json();
  }

  /** @param {import('playwright-core').Page} page @param {string} method @param {string} path @param {object} data */
  async send(page, method, path, data) {
    const answer = await page.request.fetch(this.api + path, { method, data, headers: { origin: new URL(this.url).origin } });
    assert.ok(answer.ok(), `${answer.status()} ${path} ${await answer.text()}`);
    return answer.status() === 204 ? null : answer.json();
  }

  /** Waits until nothing waits to be sent. @param {import('playwright-core').Page} page */
  async sent(page) {
    await until(async () => (await waiting(page)) === 0, 'everything is sent', 20_000);
  }

  /** Nothing else may have gone wrong. */
  judge() {
    const left = this.wrong.filter((one) => !this.allowed.some((part) => one.includes(part)));
    assert.deepEqual(left, []);
  }

  async picture(path) {
    const page = this.contexts.at(-1)?.pages().at(-1);
    if (page) await page.screenshot({ path }).then(() => console.log(`      ${path}`), () => {});
  }

  async close() {
    for (const context of this.contexts) {
      for (const page of context.pages()) {
        const seen = await page.evaluate(() => globalThis.seen?.violations ?? []).catch(() => []);
        if (seen.length) console.log(`      violations of the policy: ${seen.join('; ')}`);
      }
      await context.close();
    }
  }

  /** How many violations of the policy all pages have seen. */
  async violations() {
    const all = [];
    for (const context of this.contexts) for (const page of context.pages()) all.push(...(await page.evaluate(() => globalThis.seen.violations)));
    return all;
  }
}

export function newName() {
  people += 1;
  return `flow-${process.pid}-${Date.now().toString(36)}-${people}`;
}

/** How many calls wait in this browser. @param {import('playwright-core').Page} page @returns {Promise<number>} */
export function waiting(page) {
  return page.evaluate(() => new Promise((resolve, reject) => {
    const asked = indexedDB.open('avanochi');
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const count = asked.result.transaction('outbox').objectStore('outbox').count();
      count.onsuccess = () => {
        asked.result.close();
        resolve(count.result);
      };
    };
  }));
}

/** Waits until the service worker keeps the page. @param {import('playwright-core').Page} page */
export function kept(page) {
  return until(() => page.evaluate(() => Boolean(navigator.serviceWorker.controller)), 'the service worker keeps the page', 15_000);
}

/** @param {() => unknown} check @param {string} what @param {number} [ms] */
export async function until(check, what, ms = 5000) {
  const end = Date.now() + ms;
  for (;;) {
    if (await check()) return;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param {import('playwright-core').Page} page @param {string} title */
export function row(page, title) {
  return page.locator('.task', { hasText: title });
}

/** @param {import('playwright-core').Page} page @param {string} title */
export async function add(page, title) {
  await page.fill('.add-input', title);
  await page.press('.add-input', 'Enter');
  await row(page, title).waitFor();
}
