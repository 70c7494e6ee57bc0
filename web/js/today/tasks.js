// The list of tasks: add, complete, edit, time, delete. Only what is near the window is drawn, so that 2,000 tasks scroll.
import { html, signal, useEffect, useMemo, useRef, useState } from '../../vendor/preact.js';
import { addTask, complete, deleteTask, glad, perform, reopen, toggleTimer } from '../acts.js';
import { elapsed, tick } from '../data/clock.js';
import { all, me } from '../data/copy.js';
import { recall, remember } from '../data/session.js';
import { near, span, t, time, today, worded } from '../text.js';
import { Button, Card, Empty, Icon, lazy, useKeys } from '../ui.js';
import { chunks, matches, plain, soonest, sorted } from './plan.js';

/** @typedef {import('../data/types.js').Kinds['tasks']} Task */

const Form = lazy(() => worded(import('./form.js')).then((one) => one.TaskForm));
const CHUNK = 10;
const ROW = 53;
const LINGER = 8000;
const DRAFT = 'avanochi.draft';

/** The row that keys act on, and the one that is edited. Rows are known by the id that was made here, which stays. */
const chosen = signal(/** @type {string|null} */ (null));
const editing = signal(/** @type {string|null} */ (null));
/** Completed just now: they stay where they were while it can be undone. @type {import('../../vendor/preact.js').Signal<Map<string, number>>} */
const lingering = signal(new Map());

/** @param {Task} task */
const keyOf = (task) => task.client_id ?? task.id;

/** @param {Task} task */
function toggle(task) {
  if (task.completed) {
    linger(keyOf(task), false);
    perform(reopen(task), { title: task.title });
    return;
  }
  linger(keyOf(task), true);
  glad.value += 1;
  perform(complete(task), { title: task.title });
}

/** @param {string} key @param {boolean} on */
function linger(key, on) {
  const next = new Map(lingering.peek());
  if (on) {
    next.set(key, Date.now());
    setTimeout(() => linger(key, false), LINGER);
  } else next.delete(key);
  lingering.value = next;
}

/** @param {Task} task */
function stepsOf(task) {
  return { done: task.subtasks.filter((one) => one.completed).length, of: task.subtasks.length };
}

/** @param {{task: Task}} props */
function Spent({ task }) {
  const running = elapsed({ start_time: task.timer_started_at }, tick.value) / 60_000;
  return html`<span class="task-spent num"><${Icon} name="timer" size=${16} />${span(task.spent_seconds / 60 + running)}</span>`;
}

/** @param {{task: Task, position: number, size: number, first: boolean}} props */
function Row({ task, position, size, first }) {
  const key = keyOf(task);
  const isChosen = chosen.value === key;
  const tab = isChosen || (first && chosen.value === null) ? 0 : -1;
  const choose = () => {
    if (chosen.peek() !== key) chosen.value = key;
  };
  if (editing.value === key) {
    const close = () => {
      editing.value = null;
      focusRow(key);
    };
    return html`<div role="listitem" class="task task-open" data-key=${key} aria-setsize=${size} aria-posinset=${position}>
      <${Form} task=${task} onClose=${close} /></div>`;
  }
  const date = soonest(task);
  const runs = Boolean(task.timer_started_at);
  return html`<div role="listitem" class=${`task${runs ? ' task-runs' : ''}${task.completed ? ' task-done' : ''}`} data-key=${key}
      aria-setsize=${size} aria-posinset=${position} onFocusIn=${choose}>
    <button type="button" role="checkbox" class="task-check" aria-checked=${task.completed ? 'true' : 'false'} aria-label=${t('task.check', { title: task.title })}
      tabindex=${tab} onClick=${() => toggle(task)}><span class="task-tick">${task.completed ? html`<${Icon} name="check" size=${16} />` : null}</span></button>
    <button type="button" class="task-title" tabindex=${tab} onClick=${() => { editing.value = key; }}
      aria-label=${t('task.edit', { title: task.title })}><span>${task.title}</span></button>
    <span class="task-meta">
      ${task.priority === 'high' || task.priority === 'urgent' ? html`<span class="chip chip-warm">${t(`priority.${task.priority}`)}</span>` : null}
      ${task.recurrence ? html`<span class="task-icon" title=${t('task.repeats')}><${Icon} name="repeat" size=${16} /></span>` : null}
      ${task.external?.length ? html`<span class="task-icon" title=${t('task.elsewhere')}><${Icon} name="plug" size=${16} /></span>` : null}
      ${task.subtasks?.length ? html`<span class="num" title=${t('task.steps', stepsOf(task))}>${stepsOf(task).done}/${task.subtasks.length}</span>` : null}
      ${(task.tags ?? []).slice(0, 2).map((/** @type {string} */ tag) => html`<span class="chip" key=${tag}>${tag}</span>`)}
      ${date && date !== today() ? html`<span class=${date < today() && !task.completed ? 'task-late' : ''}>${near(date)}</span>` : null}
      ${runs ? html`<${Spent} task=${task} />` : task.completed ? html`<span class="num">${time(task.completed_at ?? '')}</span>`
        : task.estimate_minutes ? html`<span class="num">${span(task.estimate_minutes)}</span>` : null}
    </span>
    ${task.completed ? null : html`<button type="button" class="task-play" tabindex=${tab} onClick=${() => toggleTimer(task)}
      aria-pressed=${runs ? 'true' : 'false'} aria-label=${t('task.time', { title: task.title })}><${Icon} name=${runs ? 'pause' : 'play'} size=${18} /></button>`}
  </div>`;
}

/** Gives the focus to a row once it is there. @param {string} key */
function focusRow(key) {
  chosen.value = key;
  let tries = 0;
  const look = () => {
    const row = document.querySelector(`.task[data-key="${CSS.escape(key)}"] .task-check`);
    if (row instanceof HTMLElement) row.focus();
    else if (tries++ < 10) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** @param {{list: Task[], from: number, size: number, watch: (element: Element, show: (on: boolean) => void) => () => void, pinned: boolean}} props */
function Chunk({ list, from, size, watch, pinned }) {
  const [near_, setNear] = useState(from < CHUNK * 3);
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const height = useRef(0);
  const shows = near_ || pinned;
  useEffect(() => watch(/** @type {Element} */ (box.current), (on) => {
    if (!on && box.current) height.current = box.current.offsetHeight;
    setNear(on);
  }), []);
  const rows = useMemo(() => shows && html`<${Rows} list=${list} from=${from} size=${size} />`, [list, from, size, shows]);
  return html`<div role="presentation" ref=${box} style=${shows ? null : { height: `${height.current || list.length * ROW}px` }}>${rows}</div>`;
}

/** @param {{list: Task[], from: number, size: number}} props */
function Rows({ list, from, size }) {
  return list.map((task, i) => html`<${Row} key=${keyOf(task)} task=${task} position=${from + i + 1} size=${size} first=${from + i === 0} />`);
}

/** @param {{list: Task[], label: string}} props */
function List({ list, label }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const inside = useRef(false);
  const index = useRef(0);
  const parts = useRef(/** @type {{part: Task[], pinned: boolean, size: number, node: any}[]} */ ([]));
  const seen = useRef(/** @type {Map<Element, (on: boolean) => void>} */ (new Map()));
  const observer = useMemo(() => new IntersectionObserver((changes) => {
    for (const change of changes) seen.current.get(change.target)?.(change.isIntersecting);
  }, { rootMargin: '700px 0px' }), []);
  useEffect(() => () => observer.disconnect(), []);
  const watch = useMemo(() => (/** @type {Element} */ element, /** @type {(on: boolean) => void} */ show) => {
    seen.current.set(element, show);
    observer.observe(element);
    return () => {
      seen.current.delete(element);
      observer.unobserve(element);
    };
  }, []);
  const at = list.findIndex((task) => keyOf(task) === chosen.value);
  // After a removal the focus goes to the neighbour.
  useEffect(() => {
    if (at >= 0) index.current = at;
    else if (inside.current && document.activeElement === document.body && list.length) focusRow(keyOf(list[Math.min(index.current, list.length - 1)]));
  }, [list, at]);
  useEffect(() => {
    const follow = (/** @type {FocusEvent} */ event) => {
      inside.current = Boolean(box.current?.contains(/** @type {Node} */ (event.target)));
    };
    document.addEventListener('focusin', follow);
    return () => document.removeEventListener('focusin', follow);
  }, []);
  const key = (/** @type {KeyboardEvent} */ event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!step || editing.peek() || !(event.target instanceof HTMLButtonElement)) return;
    event.preventDefault();
    const next = list[Math.max(0, Math.min(list.length - 1, at + step))];
    if (next) focusRow(keyOf(next));
  };
  // A part that holds the same tasks as before is the same node, so that it is not even looked at.
  const drawn = chunks(list, CHUNK).map((part, i) => {
    const pinned = at >= 0 && Math.floor(at / CHUNK) === i;
    const before = parts.current[i];
    if (before && before.size === list.length && before.pinned === pinned && part.every((task, j) => task === before.part[j])) return before;
    return { part, pinned, size: list.length, node: html`<${Chunk} key=${i} list=${part} from=${i * CHUNK} size=${list.length} watch=${watch} pinned=${pinned} />` };
  });
  parts.current = drawn;
  return html`<div role="list" class="tasks-list" aria-label=${label} ref=${box} onKeyDown=${key}>${drawn.map((one) => one.node)}</div>`;
}

/** A part of the list that is opened by whoever wants it. @param {{name: string, list: Task[]}} props */
function Fold({ name, list }) {
  const [open, setOpen] = useState(name === 'done' && list.length <= 20);
  if (!list.length) return null;
  return html`<details class="fold" open=${open} onToggle=${(/** @type {any} */ event) => setOpen(event.currentTarget.open)}>
    <summary><h3>${t(`tasks.${name}`)}</h3><span class="card-count">${list.length}</span></summary>
    ${open ? html`<${List} list=${list} label=${t(`tasks.${name}`)} />` : null}</details>`;
}

/** @param {{field: import('../../vendor/preact.js').Ref<HTMLInputElement|null>}} props */
function Add({ field }) {
  const [title, setTitle] = useState(() => recall(DRAFT) ?? '');
  const last = useRef(/** @type {string|null} */ (null));
  const change = (/** @type {string} */ next) => {
    setTitle(next);
    remember(DRAFT, next);
  };
  const add = (/** @type {Event} */ event) => {
    event.preventDefault();
    const user = me.peek();
    if (!title.trim() || !user) return;
    const what = addTask(user.id, { title: title.trim(), planned_for: today() });
    last.current = what.temp;
    perform(what, { title: title.trim() });
    change('');
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    if (last.current) focusRow(last.current);
    else field.current?.blur();
  };
  return html`<form class="add card-inset" onSubmit=${add}>
    <div class="add-box"><${Icon} name="plus" size=${20} />
      <input ref=${field} class="add-input" name="title" aria-label=${t('tasks.add')} placeholder=${t('tasks.add')} maxlength=${500} autocomplete="off" enterkeyhint="done"
        value=${title} onInput=${(/** @type {any} */ event) => change(event.currentTarget.value)} onKeyDown=${key} />
      ${title.trim() ? html`<${Button} small kind="primary" type="submit">${t('tasks.add.do')}<//>` : html`<kbd aria-hidden="true">N</kbd>`}
    </div></form>`;
}

export function Tasks() {
  const field = useRef(/** @type {HTMLInputElement|null} */ (null));
  const searched = useRef(/** @type {HTMLInputElement|null} */ (null));
  const [search, setSearch] = useState(/** @type {string|null} */ (null));
  const tasks = all('tasks').value;
  const date = today();
  const { now, someday, later, done } = useMemo(
    () => sorted(tasks.values(), date, (at) => today(Date.parse(at)), lingering.value), [tasks, date, lingering.value]);
  const words = search === null ? [] : plain(search).split(/\s+/).filter(Boolean);
  const found = useMemo(() => (words.length ? [...now, ...someday, ...later].filter((task) => matches(task, words)) : null), [words.join(' '), now, someday, later]);
  const list = found ?? now;
  const open = now.filter((task) => !task.completed).length;
  const current = () => [...list, ...someday, ...later, ...done].find((task) => keyOf(task) === chosen.peek());
  const move = (/** @type {number} */ step) => () => {
    const at = list.findIndex((task) => keyOf(task) === chosen.peek());
    const next = list[at < 0 ? 0 : Math.max(0, Math.min(list.length - 1, at + step))];
    if (next) focusRow(keyOf(next));
  };
  const on = (/** @type {(task: Task) => void} */ run) => () => {
    const task = current();
    if (task && !editing.peek()) run(task);
  };
  const remove = on((task) => perform(deleteTask(task), { title: task.title }));
  useKeys({
    n: () => field.current?.focus(), j: move(1), k: move(-1), x: on(toggle), e: on((task) => { editing.value = keyOf(task); }), Delete: remove, Backspace: remove,
    '/': () => {
      setSearch(search ?? '');
      requestAnimationFrame(() => searched.current?.focus());
    },
  });
  return html`<${Card} flush class="tasks" title=${t('tasks.title')} count=${open}
      aside=${html`<${Button} small kind="quiet" icon="search" label=${t('tasks.search')} onClick=${() => setSearch(search === null ? '' : null)} />`}>
    ${search === null ? null : html`<div class="card-inset tasks-search"><input ref=${searched} class="field-input" type="search" aria-label=${t('tasks.search')}
      placeholder=${t('tasks.search')} value=${search} onInput=${(/** @type {any} */ event) => setSearch(event.currentTarget.value)}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && setSearch(null)} /></div>`}
    <${Add} field=${field} />
    ${list.length ? html`<${List} list=${list} label=${t('tasks.title')} />`
      : html`<${Empty} title=${t(found ? 'tasks.none.found' : done.length ? 'tasks.all.done' : 'tasks.none')} text=${found ? undefined : t(done.length ? 'tasks.all.done.text' : 'tasks.none.text')}
          picture=${html`<img src=${new URL('../../icons/icon.svg', import.meta.url).href} width="88" height="88" alt="" />`} />`}
    ${found ? null : html`<${Fold} name="someday" list=${someday} /><${Fold} name="later" list=${later} /><${Fold} name="done" list=${done} />`}
  <//>`;
}
