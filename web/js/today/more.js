// What stands below on Today: how much energy there is, and the achievements that are nearly there.
import { html, useMemo } from '../../vendor/preact.js';
import { checkIn } from '../acts.js';
import { draw, Icon } from '../icons.js';
import { perform } from '../perform.js';
import { t } from '../text.js';
import { Card, Meter, useRead } from '../ui.js';

/** @typedef {import('../data/types.js').Item} Item */

// As the API names them.
draw({
  stack: 'M12 4l8 4-8 4-8-4ZM4 12l8 4 8-4M4 16l8 4 8-4',
  sparkle: 'M12 4c.6 4.700 3.300 7.400 8 8-4.700.6-7.400 3.300-8 8-.6-4.700-3.300-7.400-8-8 4.700-.6 7.400-3.300 8-8Z',
  sunrise: 'M4 19.500h16M7 16a5 5 0 0 1 10 0M12 4v4M9.500 6L12 3.500 14.500 6M4.500 12l1.500 1M19.500 12L18 13',
  focus: 'M12 4.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15ZM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  wave: 'M3.500 10c2-2.500 4-2.500 5.700 0s3.800 2.500 5.600 0 3.700-2.500 5.700 0M3.500 15.500c2-2.500 4-2.500 5.700 0s3.800 2.500 5.600 0 3.700-2.500 5.700 0',
  return: 'M5 12a7 7 0 1 0 2.500-5.400L5 9M5 4.500V9h4.500',
  plate: 'M12 6a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13ZM12 9.500a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM2.500 5v14M21.500 5v14',
  plug: 'M8.500 3.500V8M15.500 3.500V8M6.500 8h11v3.500a5.500 5.500 0 0 1-11 0ZM12 17v4',
  ruler: 'M4 16L16 4l4 4L8 20ZM8 12l2 2M11 9l2 2M14 6l1.500 1.500',
  snowflake: 'M12 3.500v17M4.600 7.700l14.800 8.600M19.400 7.700L4.600 16.300M9.500 5L12 7.500 14.500 5M9.500 19l2.500-2.500 2.500 2.500',
  egg: 'M12 3.500c3.500 0 6.500 5.500 6.500 10a6.500 6.500 0 0 1-13 0c0-4.500 3-10 6.500-10ZM6 12l3 2 3-2 3 2 3-2',
  paw: 'M12 12.500c2.500 0 5 2.700 5 5 0 3-3 1.700-5 1.700s-5 1.300-5-1.700c0-2.300 2.500-5 5-5ZM5.500 9.500v1.500M9.500 5.500V8M14.500 5.500V8M18.500 9.500v1.500',
  crown: 'M4 18.500h16M5 15.500L4 7l4.500 3.500L12 5l3.500 5.500L20 7l-1 8.500Z',
});

/** @param {{date: string, former: Item|undefined}} props */
function Energy({ date, former }) {
  return html`<${Card} class="energy" title=${t('energy.title')}>
    <div class="energy-row" role="group" aria-label=${t('energy.title')}>
      ${[1, 2, 3, 4, 5].map((n) => html`<button key=${n} type="button" class="energy-one" aria-pressed=${String(former?.energy === n)}
        aria-label=${t('energy.is', { n, word: t(`energy.${n}`) })} onClick=${() => perform(checkIn(date, n, former), { word: t(`energy.${n}`) })}>
        <span class="energy-bars" aria-hidden="true">${[1, 2, 3, 4, 5].map((bar) => html`<i key=${bar} class=${bar <= n ? 'energy-bar energy-full' : 'energy-bar'}></i>`)}</span>
        <span>${t(`energy.${n}`)}</span></button>`)}
    </div><//>`;
}

/** The three achievements that lack least. */
function Nearly() {
  const read = useRead('achievements');
  const next = useMemo(() => (Array.isArray(read.data) ? read.data : []).filter((one) => !one.earned_at && one.progress > 0)
    .sort((a, b) => b.progress - a.progress).slice(0, 3), [read.data]);
  if (!next.length) return null;
  return html`<${Card} title=${t('nearly.title')}>
    <ul class="nearly">${next.map((one) => html`<li key=${one.id} class="nearly-one"><span class="nearly-icon"><${Icon} name=${one.icon} /></span>
      <span class="nearly-words"><strong>${one.name}</strong><span class="small muted">${one.description}</span></span>
      <${Meter} label=${one.name} value=${one.progress} /></li>`)}</ul><//>`;
}

/** @param {{date: string, former: Item|undefined}} props `former`: what was entered today */
export function More({ date, former }) {
  return html`<${Energy} date=${date} former=${former} /><${Nearly} />`;
}
