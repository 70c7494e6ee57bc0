// Achievements and progress: level, streak, what the last days gave, and all achievements, earned ones first.

import { html, useSignal } from '../../vendor/preact.js';
import { ledger, ordered, tone } from '../achievements.js';
import { all, revalidate } from '../data/copy.js';
import { ready } from '../looks.js';
import { day, named, near, number, t, today } from '../text.js';
import { stageOf } from '../today/plan.js';
import { Button, Card, Empty, Icon, Meter, Trouble, useRead } from '../ui.js';

/** @typedef {import('../achievements.js').Achievement} Achievement */
/** @typedef {import('../achievements.js').Entry} Entry */

export const title = 'nav.achievements';
await ready();

/** So many dates of the ledger are shown at first, and so many entries of each. */
const DATES = 3;
const ENTRIES = 3;

export default function Achievements() {
  const progress = useRead('progress');
  const { data, error } = useRead('achievements');
  const { earned, open } = ordered(data ?? []);
  return html`<div class="achievements">
    <header class="place-head"><div><h1>${t('nav.achievements')}</h1>
      ${data ? html`<p>${t('achievements.count', { n: earned.length, all: data.length })}</p>` : null}</div></header>
    <div class="achievements-top">
      ${progress.data ? html`<div class="column"><${Level} progress=${progress.data} /><${Streak} streak=${progress.data.streak} /></div>` : html`<div></div>`}
      <${Ledger} />
    </div>
    ${progress.error && !progress.data ? html`<${Trouble} error=${progress.error} again=${() => revalidate('progress')} />` : null}
    ${error && !data ? html`<${Trouble} error=${error} again=${() => revalidate('achievements')} />` : null}
    ${data ? html`<${Grid} title=${t('achievements.earned')} list=${earned} />` : null}
    ${data ? html`<${Grid} title=${t('achievements.open')} list=${open} />` : null}
  </div>`;
}

/** @param {{ progress: any }} props */
function Level({ progress }) {
  const { level, xp, xp_into_level: into, xp_to_next: size, today: now } = progress;
  const next = [2, 5, 10, 20, 40].find((one) => one > level);
  return html`<${Card} class="achievements-level">
    <span class="achievements-number" aria-hidden="true">${number(level)}</span>
    <div><h2>${t('achievements.level', { level: number(level) })}</h2><p class="muted small">${t(`achievements.stage.${stageOf(level)}`)} · ${t('achievements.xp', { n: number(xp) })}</p></div>
    <div class="achievements-bar"><${Meter} value=${size ? into / size : 0} label=${t('achievements.to.next')} text=${t('achievements.into', { into: number(into), size: number(size) })} />
      <p class="small"><span>${t('achievements.into', { into: number(into), size: number(size) })}</span><span class="muted">${t('achievements.today', { n: number(now.xp) })}</span></p></div>
    ${next ? html`<p class="muted small achievements-next">${t('achievements.next.stage', { level: next, stage: t(`achievements.stage.${stageOf(next)}`) })}</p>` : null}
  <//>`;
}

/** @param {{ streak: { current: number, longest: number, freezes: number, strength: number } }} props */
function Streak({ streak }) {
  const { current, longest, freezes, strength } = streak;
  const percent = t('statistics.percent', { n: number(Math.round(strength * 100)) });
  return html`<${Card} class="achievements-streak">
    <span class="achievements-number achievements-flame"><${Icon} name="flame" size=${30} /></span>
    <div><h2>${t('achievements.streak', { n: current })}</h2><p class="muted small">${t('achievements.longest', { n: longest })}</p></div>
    <div class="achievements-bar"><${Meter} value=${strength} tone="warm" label=${t('achievements.strength')} text=${percent} />
      <p class="small"><span>${t('achievements.strength')}</span><span class="muted">${percent}</span></p></div>
    <p class="small achievements-freezes"><span aria-hidden="true" class="achievements-cold">${[1, 2].map((one) => html`<i class=${one <= freezes ? 'held' : ''}></i>`)}</span>
      <span>${t('achievements.freezes', { n: freezes })}</span></p>
  <//>`;
}

/** @param {{ title: string, list: Achievement[] }} props */
function Grid({ title: heading, list }) {
  return html`<section class="achievements-part" aria-label=${heading}>
    <h2>${heading} <span class="card-count">${list.length}</span></h2>
    ${list.length ? html`<ul class="achievements-grid">${list.map((one) => html`<${Badge} key=${one.id} one=${one} />`)}</ul>`
    : html`<div class="card"><${Empty} title=${t('achievements.none')} text=${t('achievements.none.text')} /></div>`}
  </section>`;
}

/** @param {{ one: Achievement }} props */
function Badge({ one }) {
  const { id, name, description, icon, progress, earned_at: at } = one;
  const percent = t('statistics.percent', { n: number(Math.floor(progress * 100)) });
  return html`<li class=${at ? 'card achievements-badge' : 'card achievements-badge achievements-locked'} data-id=${id}>
    <span class=${`achievements-icon achievements-${at ? tone(icon) : 'none'}`}><${Icon} name=${icon} size=${24} /></span>
    <div class="achievements-text"><h3>${name}</h3><p>${description}</p>
      ${at ? html`<p class="achievements-date"><${Icon} name="check" size=${14} /> <time datetime=${at}>${t('achievements.on', { day: day(today(Date.parse(at)), { day: 'numeric', month: 'long', year: 'numeric' }) })}</time></p>`
    : html`<div class="achievements-progress"><${Meter} value=${progress} label=${name} text=${percent} /><span>${percent}</span></div>`}</div>
  </li>`;
}

/** What the last days gave. */
function Ledger() {
  const whole = useSignal(false);
  const days = ledger(all('progress_ledger').value.values(), whole.value ? 30 : DATES);
  const tasks = all('tasks').value;
  return html`<${Card} title=${t('achievements.ledger')} class="achievements-ledger">
    ${days.length ? null : html`<${Empty} title=${t('achievements.ledger.none')} text=${t('achievements.ledger.none.text')} />`}
    ${days.map(({ date, xp, entries }) => html`<section key=${date} aria-label=${near(date)}>
      <h3><span>${near(date)}</span><strong>${signed(xp)}</strong></h3>
      <ul>${(whole.value ? entries : entries.slice(0, ENTRIES)).map((entry) => html`<li key=${entry.id}>
        <span class="achievements-why">${named('achievements.reason', entry.reason)}</span>
        <span class="achievements-what">${entry.source.kind === 'tasks' ? tasks.get(entry.source.id)?.title ?? '' : ''}</span>
        <span class="num">${signed(entry.xp)}</span></li>`)}
        ${entries.length > ENTRIES && !whole.value ? html`<li class="muted">${t('achievements.more', { n: entries.length - ENTRIES })}</li>` : null}</ul>
    </section>`)}
    ${days.length === DATES && !whole.value ? html`<${Button} small onClick=${() => {
      whole.value = true;
    }}>${t('achievements.ledger.all')}<//>` : null}
  <//>`;
}

/** @param {number} xp */
const signed = (xp) => number(xp, { signDisplay: 'exceptZero' });
