// The week: seven columns of what is planned and what is done. Tasks are moved by dragging, by a menu, or with Shift and arrows. First, and
// pure, the plan: which task stands in which column, in which order, and what moving one sends.

import { html, useComputed, useLayoutEffect, useMemo, useRef, useSignal } from '../../vendor/preact.js';
import { addTask, perform } from '../acts.js';
import { addDays, datesOf, startOfWeek } from '../calendar.js';
import { dateOf, tick } from '../data/clock.js';
import { all, me, settings } from '../data/copy.js';
import { go, query } from '../router.js';
import { ready } from '../looks.js';
import { day, near, number, span, t, today, zone } from '../text.js';
import { Button, Card, Empty, Icon } from '../ui.js';

/** @typedef {import('../data/types.js').Kinds['tasks']} Task */
/** @typedef {{ date: string, open: Task[], done: Task[], minutes: number }} Day `minutes` are the estimates of what is open */
/** @typedef {{ days: Day[], earlier: Task[], unplanned: Task[], planned: number, done: number, minutes: number }} Week */

const PRIORITIES = ['urgent', 'high', 'medium', 'low'];

/** What was carried over stands first, then the highest priority, then what is due first, then the oldest. @param {Task} a @param {Task} b */
export function byUrgency(a, b) {
  const carried = Number((b.carried_over ?? 0) > 0) - Number((a.carried_over ?? 0) > 0);
  const priority = PRIORITIES.indexOf(a.priority ?? 'medium') - PRIORITIES.indexOf(b.priority ?? 'medium');
  const due = (a.due_on ?? '9999').localeCompare(b.due_on ?? '9999');
  return carried || priority || due || a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id);
}

/**
 * The seven columns from a date on. A completed task stands on the date on which it was completed, an open one on that for
 * which it is planned. Beside them: what is open from before the week, and what has no date.
 * @param {Iterable<Task>} tasks @param {string} from @param {(instant: string) => string} dateOf the user's date of an instant
 * @returns {Week}
 */
export function weekOf(tasks, from, dateOf) {
  /** @type {Day[]} */
  const days = datesOf({ from, to: addDays(from, 6) }).map((date) => ({ date, open: [], done: [], minutes: 0 }));
  const column = new Map(days.map((day) => [day.date, day]));
  /** @type {Task[]} */
  const earlier = [];
  /** @type {Task[]} */
  const unplanned = [];
  // What was completed so long before or after cannot be of the week in any zone: its date need not be found out.
  const soonest = addDays(from, -2);
  const latest = addDays(from, 10);
  for (const task of tasks) {
    if (task.deleted_at) continue;
    if (task.completed) {
      if (task.completed_at && task.completed_at >= soonest && task.completed_at < latest) column.get(dateOf(task.completed_at))?.done.push(task);
    } else if (!task.planned_for) unplanned.push(task);
    else if (task.planned_for < from) earlier.push(task);
    else column.get(task.planned_for)?.open.push(task);
  }
  for (const day of days) {
    day.open.sort(byUrgency);
    day.done.sort((a, b) => (a.completed_at ?? '').localeCompare(b.completed_at ?? ''));
    day.minutes = minutesOf(day.open);
  }
  earlier.sort(byUrgency);
  unplanned.sort(byUrgency);
  return {
    days, earlier, unplanned,
    planned: days.reduce((sum, day) => sum + day.open.length, 0),
    done: days.reduce((sum, day) => sum + day.done.length, 0),
    minutes: days.reduce((sum, day) => sum + day.minutes, 0),
  };
}

/** @param {Task[]} tasks */
const minutesOf = (tasks) => tasks.reduce((sum, task) => sum + (task.estimate_minutes ?? 0), 0);

/**
 * Planning a task for a date, or for none, and how to take that back.
 * @param {Task} task @param {string | null} date
 */
export function move(task, date) {
  const former = task.planned_for ?? null;
  const plan = (/** @type {string | null} */ to) => ({
    method: /** @type {const} */ ('PATCH'),
    path: `tasks/${task.id}`,
    body: { planned_for: to },
    effects: [{ kind: 'tasks', id: task.id, set: { planned_for: to } }],
    answer: 'tasks',
    label: 'week.move',
  });
  return { ...plan(date), undo: { ...plan(former), say: null } };
}

/** Where a task can be moved to from where it is: the other days of the week, the next week, no day. @param {Task} task @param {string} from */
export function targets(task, from) {
  const here = task.planned_for ?? null;
  const days = datesOf({ from, to: addDays(from, 6) }).filter((date) => date !== here);
  return { days, next: addDays(from, 7), none: here !== null };
}

/** The date one day on or back, within the week; null at its ends. @param {string | null | undefined} date @param {number} step @param {string} from */
export function beside(date, step, from) {
  const next = date && date >= from ? addDays(date, step) : step > 0 ? from : null;
  return next && next >= from && next <= addDays(from, 6) ? next : null;
}

// What is shown

export const title = 'nav.week';
await ready();

const SHORT = /** @type {const} */ ({ weekday: 'short', day: 'numeric', month: 'short' });
const LONG = /** @type {const} */ ({ weekday: 'long', day: 'numeric', month: 'long' });

/** So many tasks beside the days are shown at first. */
const MOST = 60;

/** What the parts of the place share: what is dragged, whose menu is open, which card the arrows start from. */
function useDesk(/** @type {string} */ from) {
  const dragged = useSignal(/** @type {Task | null} */ (null));
  const over = useSignal(/** @type {string | null} */ (null));
  const menu = useSignal(/** @type {string | null} */ (null));
  const current = useSignal(/** @type {string | null} */ (null));
  const follow = useSignal(false);
  const to = (/** @type {Task} */ task, /** @type {string | null} */ date, keyboard = false) => {
    menu.value = null;
    if ((task.planned_for ?? null) === date) return;
    current.value = task.id;
    follow.value = keyboard;
    perform({ ...move(task, date), say: t('week.move.done', { title: task.title, day: date ? near(date) : t('week.unplanned') }) });
  };
  return { from, dragged, over, menu, current, follow, to };
}
/** @typedef {ReturnType<typeof useDesk>} Desk */

export default function Week() {
  const start = settings.value.week_start;
  // Told anew each second, it lets the place be drawn again only when the date changes.
  const here = useComputed(() => today(tick.value)).value;
  const asked = query.value.get('of');
  const from = startOfWeek(asked && /^\d{4}-\d\d-\d\d$/.test(asked) && Date.parse(asked) ? asked : here, start);
  const tasks = all('tasks').value;
  const { day_start: dayStart } = settings.value;
  const week = useMemo(() => weekOf(tasks.values(), from, (instant) => dateOf(Date.parse(instant), zone.value, dayStart)), [tasks, from, zone.value, dayStart]);
  const present = startOfWeek(here, start) === from;
  const desk = useDesk(from);
  const grid = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    if (!desk.follow.value) return;
    desk.follow.value = false;
    const cards = grid.current?.querySelectorAll('.week-move') ?? [];
    const found = [...cards].find((one) => one.id === `move-${desk.current.value}`) ?? cards[0];
    if (found instanceof HTMLElement) found.focus();
  });
  const step = (/** @type {number} */ days) => go('week', { of: addDays(from, days) });
  return html`<div class="week" ref=${grid} onKeyDown=${(/** @type {KeyboardEvent} */ event) => arrows(event, week, desk)}>
    <header class="place-head">
      <div><h1>${t('nav.week')}</h1><p>${day(from, { day: 'numeric', month: 'long' })} – ${day(addDays(from, 6), { day: 'numeric', month: 'long' })}</p></div>
      <div class="week-steps">
        <${Button} class="week-back" icon="chevron" label=${t('week.before')} onClick=${() => step(-7)} />
        <${Button} onClick=${() => go('week')} disabled=${present}>${t('week.present')}<//>
        <${Button} icon="chevron" label=${t('week.after')} onClick=${() => step(7)} />
      </div>
    </header>
    <p class="week-sums">${t('week.planned', { n: week.planned })}${week.minutes ? html` <span class="week-quiet">${t('week.estimated', { span: span(week.minutes) })}</span>` : null}
      <span class="week-dot" aria-hidden="true">·</span>${t('week.done', { n: week.done })}</p>
    ${present && week.earlier.length ? html`<${Tray} title=${t('week.earlier')} tasks=${week.earlier} desk=${desk} />` : null}
    <div class="week-days">
      ${week.days.map((one, index) => html`<${Column} key=${one.date} one=${one} index=${index} here=${here} desk=${desk} />`)}
    </div>
    <${Tray} title=${t('week.unplanned')} tasks=${week.unplanned} desk=${desk} date=${null} />
    <p class="week-hint">${t('week.hint')}</p>
  </div>`;
}

/** Where a task can be dropped. @param {Desk} desk @param {string | null} date */
function target(desk, date) {
  const name = date ?? 'none';
  return {
    onDragOver: (/** @type {DragEvent} */ event) => {
      if (!desk.dragged.value) return;
      event.preventDefault();
      desk.over.value = name;
    },
    onDragLeave: (/** @type {any} */ event) => {
      if (desk.over.value === name && !event.currentTarget.contains(event.relatedTarget)) desk.over.value = null;
    },
    onDrop: (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      const task = desk.dragged.value;
      desk.over.value = null;
      if (task) desk.to(task, date);
    },
  };
}

/** @param {{ one: Day, index: number, here: string, desk: Desk }} props */
function Column({ one, index, here, desk }) {
  const { date, open, done, minutes } = one;
  const full = minutes > settings.value.day_target_minutes;
  const names = ['week-day', date === here && 'week-today', date < here && 'week-past', !open.length && !done.length && 'week-free', desk.over.value === date && 'week-over'];
  return html`<section class=${names.filter(Boolean).join(' ')} aria-label=${day(date, LONG)} ...${target(desk, date)}>
    <header class="week-day-head">
      <h2><span>${day(date, { weekday: 'short' })}</span> <span class="week-number">${day(date, { day: 'numeric' })}</span></h2>
      <p class="week-load">${date === here ? html`<span class="week-chip week-chip-now">${t('near.today')}</span>` : null}${minutes ? html`<span class=${full ? 'week-full' : ''} title=${full ? t('week.full') : undefined}>${span(minutes)}${full ? html`<span class="sr">, ${t('week.full')}</span>` : null}</span>` : null}</p>
    </header>
    <ul class="week-list">${open.map((task) => html`<${Planned} key=${task.id} task=${task} desk=${desk} end=${index > 3} />`)}</ul>
    ${done.length ? html`<ul class="week-list week-done">${done.map((task) => html`<li key=${task.id} class="week-card"><${Icon} name="check" size=${16} />
      <span class="sr">${t('week.completed')} </span><s>${task.title}</s></li>`)}</ul>` : null}
    ${date >= here ? html`<${Add} date=${date} />` : null}
  </section>`;
}

/** @param {{ title: string, tasks: Task[], desk: Desk, date?: null }} props `date` null: dropping takes the plan away */
function Tray({ title: name, tasks, desk, date }) {
  const shown = useSignal(MOST);
  const drop = date === null ? target(desk, null) : {};
  return html`<div class=${date === null && desk.over.value === 'none' ? 'week-tray week-over' : 'week-tray'} ...${drop}>
    <${Card} title=${name} count=${tasks.length ? number(tasks.length) : null}>
      ${tasks.length ? html`<ul class="week-list">${tasks.slice(0, shown.value).map((task) => html`<${Planned} key=${task.id} task=${task} desk=${desk} />`)}</ul>` : html`<${Empty} title=${t('week.empty')} text=${t('week.empty.text')} />`}
      ${tasks.length > shown.value ? html`<${Button} small class="week-rest" onClick=${() => {
        shown.value += MOST;
      }}>${t('week.rest', { n: tasks.length - shown.value })}<//>` : null}
    <//>
  </div>`;
}

/** A card that can be moved. @param {{ task: Task, desk: Desk, end?: boolean }} props */
function Planned({ task, desk, end }) {
  const { id, title: name, carried_over: carried = 0, priority, estimate_minutes: estimate, due_on: due } = task;
  const open = desk.menu.value === id;
  const high = priority === 'high' || priority === 'urgent';
  const names = ['week-card', carried > 0 && 'week-carried', desk.dragged.value?.id === id && 'week-dragged', open && 'week-open'];
  return html`<li class=${names.filter(Boolean).join(' ')} draggable=${true}
    onDragStart=${(/** @type {DragEvent} */ event) => {
      desk.dragged.value = task;
      desk.menu.value = null;
      event.dataTransfer?.setData('text/plain', name);
      if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move';
    }}
    onDragEnd=${() => {
      desk.dragged.value = null;
      desk.over.value = null;
    }}>
    <button type="button" class="week-move" id=${`move-${id}`} aria-haspopup="menu" aria-expanded=${open ? 'true' : 'false'} aria-label=${t('week.move.label', { title: name })}
      data-date=${task.planned_for ?? ''} tabindex=${desk.current.value === null || desk.current.value === id ? 0 : -1}
      onFocus=${() => {
        desk.current.value = id;
      }}
      onClick=${() => {
        desk.menu.value = open ? null : id;
      }}><${Icon} name="more" size=${18} /></button>
    <span class="week-title">${name}</span>
    <span class="week-facts">
      ${carried > 0 ? html`<span class="week-chip week-chip-warm" title=${t('week.carried', { n: carried })}><${Icon} name="repeat" size=${13} />
        <span aria-hidden="true">${t('week.carried.short', { n: carried })}</span><span class="sr">${t('week.carried', { n: carried })}</span></span>` : null}
      ${high ? html`<span class="week-chip week-chip-warm">${t(`priority.${priority}`)}</span>` : null}
      ${due ? html`<span class="week-chip" title=${t('week.due', { day: near(due) })}><${Icon} name="flag" size=${13} /><span class="sr">${t('week.due', { day: '' })}</span>${near(due)}</span>` : null}
      ${estimate ? html`<span class="week-load">${span(estimate)}</span>` : null}
    </span>
    ${open ? html`<${Menu} task=${task} desk=${desk} end=${end} />` : null}
  </li>`;
}

/** Where to move a task, as a menu. @param {{ task: Task, desk: Desk, end?: boolean }} props */
function Menu({ task, desk, end }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const { days, next, none } = targets(task, desk.from);
  const items = [
    ...days.map((date) => ({ date: /** @type {string | null} */ (date), text: day(date, SHORT) })),
    { date: next, text: t('week.next', { day: day(next, SHORT) }) },
    ...(none ? [{ date: null, text: t('week.unplanned') }] : []),
  ];
  const focus = (/** @type {number} */ index) => {
    const all = list.current?.querySelectorAll('button') ?? [];
    all[(index + all.length) % all.length]?.focus();
  };
  const up = useSignal(false);
  useLayoutEffect(() => {
    // Below the card, or above it where there is no room, messages at the bottom included.
    const box = list.current?.getBoundingClientRect();
    up.value = Boolean(box && box.bottom > innerHeight - 80 && box.top - box.height > 60);
  }, []);
  useLayoutEffect(() => focus(0), []);
  const close = () => {
    desk.menu.value = null;
    document.getElementById(`move-${task.id}`)?.focus();
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    const all = [...(list.current?.querySelectorAll('button') ?? [])];
    const index = all.indexOf(/** @type {any} */ (document.activeElement));
    /** @type {Record<string, () => void>} */
    const keys = { ArrowDown: () => focus(index + 1), ArrowUp: () => focus(index - 1), Home: () => focus(0), End: () => focus(-1), Escape: close, Tab: close };
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  };
  return html`<div class=${`week-menu${end ? ' week-menu-end' : ''}${up.value ? ' week-menu-up' : ''}`} role="menu" aria-label=${t('week.move.label', { title: task.title })} ref=${list} onKeyDown=${key}
    onFocusOut=${(/** @type {any} */ event) => {
      if (event.relatedTarget?.id !== `move-${task.id}` && !event.currentTarget.contains(event.relatedTarget)) desk.menu.value = null;
    }}>
    ${items.map((one) => html`<button type="button" role="menuitem" tabindex="-1" key=${one.date} onClick=${() => desk.to(task, one.date, true)}>${one.text}</button>`)}
  </div>`;
}

/** A new task for a date. @param {{ date: string }} props */
function Add({ date }) {
  const open = useSignal(false);
  const text = useSignal('');
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useLayoutEffect(() => {
    if (open.value) input.current?.focus();
  }, [open.value]);
  const add = (/** @type {Event} */ event) => {
    event.preventDefault();
    const name = text.value.trim();
    if (!name) return;
    text.value = '';
    perform(addTask(/** @type {string} */ (me.value?.id), { title: name, planned_for: date }), { title: name });
  };
  const label = t('week.add.label', { day: day(date, LONG) });
  if (!open.value) {
    return html`<button type="button" class="week-add" aria-label=${label} onClick=${() => {
      open.value = true;
    }}><${Icon} name="plus" size=${16} /><span>${t('week.add')}</span></button>`;
  }
  return html`<form class="week-form" onSubmit=${add}>
    <input class="field-input" ref=${input} aria-label=${label} value=${text.value} maxlength="500" autocomplete="off" placeholder=${t('week.add.placeholder')}
      onInput=${(/** @type {any} */ event) => {
        text.value = event.currentTarget.value;
      }}
      onBlur=${() => {
        if (!text.value.trim()) open.value = false;
      }}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
        if (event.key === 'Escape') open.value = false;
      }} />
  </form>`;
}

/**
 * Arrows go from card to card; with Shift, left and right take the task along.
 * @param {KeyboardEvent} event @param {Week} week @param {Desk} desk
 */
function arrows(event, week, desk) {
  const button = event.target;
  if (!(button instanceof HTMLElement) || !button.classList.contains('week-move') || desk.menu.value) return;
  const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
  const along = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0;
  if (!side && !along) return;
  event.preventDefault();
  const date = button.dataset.date || null;
  if (event.shiftKey && side) {
    const id = button.id.replace('move-', '');
    const task = [...week.days.flatMap(({ open }) => open), ...week.unplanned, ...week.earlier].find((one) => one.id === id);
    const to = beside(date, side, desk.from);
    if (task && to) desk.to(task, to, true);
    return;
  }
  const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.week-move')]);
  const index = cards.indexOf(button);
  if (along) cards[index + along]?.focus();
  else {
    const others = (side > 0 ? cards.slice(index + 1) : cards.slice(0, index).reverse()).filter((one) => one.dataset.date !== button.dataset.date);
    others[0]?.focus();
  }
}
