// What can be done, as acts of the outbox with what takes them back; and doing it, which says so with a way back.
import { computed, signal } from '../vendor/preact.js';
import { alone } from './data/api.js';
import { now, stamp } from './data/clock.js';
import { all, me, reread } from './data/copy.js';
import { act, newId, saved, withdraw } from './data/outbox.js';
import { t } from './text.js';
import { say } from './ui.js';

/** @typedef {import('./data/types.js').Act} Act */
/** @typedef {import('./data/types.js').Item} Item */
/** @typedef {import('./data/types.js').Kinds['tasks']} Task */
/** @typedef {import('./data/types.js').Kinds['work_sessions']} Session */

/** @param {string} kind @param {string} id @param {Item|null} set */
const effect = (kind, id, set) => ({ kind, id, set });

/** A task; `fields` as the API takes them. @param {string} user @param {Item} fields with `title` @returns {Act & {temp: string}} */
export function addTask(user, fields) {
  const temp = newId();
  return {
    method: 'POST', path: 'tasks', label: 'act.add', answer: 'tasks', temp,
    body: { ...fields, user_id: user, client_id: temp },
    effects: [effect('tasks', temp, {
      user_id: user, completed: false, completed_at: null, priority: 'medium', tags: [], subtasks: [], spent_seconds: 0, notes: null, carried_over: 0,
      timer_started_at: null, timer_needs_review: false, created_at: stamp(now()), ...fields, id: temp, client_id: temp,
    })],
    undo: deletion(temp),
  };
}

/** @param {string} id @returns {Act} */
function deletion(id) {
  return { method: 'DELETE', path: `tasks/${id}`, label: 'act.delete', effects: [effect('tasks', id, null)] };
}

/** @param {Task} task @returns {Act} */
export function deleteTask(task) {
  return {
    ...deletion(task.id),
    undo: { method: 'POST', path: `tasks/${task.id}/restore`, label: 'act.restore', answer: 'tasks', effects: [effect('tasks', task.id, { ...task })] },
  };
}

/** @param {Task} task @returns {Act} */
export function complete(task) {
  const at = stamp(now());
  return {
    method: 'PATCH', path: `tasks/${task.id}`, label: 'act.complete', answer: 'tasks', at: 'completed_at',
    body: { action: 'complete', completed_at: at },
    effects: [effect('tasks', task.id, { completed: true, completed_at: at, timer_started_at: null })],
    undo: reopen(task, false),
  };
}

/** @param {Task} task @param {boolean} [back] whether it can be taken back itself @returns {Act} */
export function reopen(task, back = true) {
  return {
    method: 'PATCH', path: `tasks/${task.id}`, label: 'act.reopen', answer: 'tasks', body: { action: 'reopen' },
    effects: [effect('tasks', task.id, { completed: false, completed_at: null })],
    ...(back ? { undo: { ...complete(task), undo: undefined } } : {}),
  };
}

/** Changes fields of a task; the former ones take it back. @param {Task} task @param {Item} fields @returns {Act} */
export function editTask(task, fields) {
  /** @type {Item} */
  const former = {};
  for (const name of Object.keys(fields)) former[name] = /** @type {Item} */ (task)[name] ?? null;
  const change = (/** @type {Item} */ body) => /** @type {Act} */ ({
    method: 'PATCH', path: `tasks/${task.id}`, label: 'act.edit', answer: 'tasks', body, effects: [effect('tasks', task.id, body)],
  });
  return { ...change(fields), undo: change(former) };
}

/** Starts or stops the timer of a task. @param {Task} task @param {Task|undefined} running whose timer a start stops @returns {Act} */
export function timer(task, running) {
  const at = stamp(now());
  const start = !task.timer_started_at;
  const stopped = (/** @type {Task} */ one) => effect('tasks', one.id, {
    timer_started_at: null, spent_seconds: one.spent_seconds + Math.max(0, Math.round((now() - Date.parse(one.timer_started_at ?? at)) / 1000)),
  });
  return {
    method: 'POST', path: `tasks/${task.id}/timer/${start ? 'start' : 'stop'}`, label: start ? 'act.timer' : 'act.untimer', answer: 'tasks',
    effects: start ? [...(running ? [stopped(running)] : []), effect('tasks', task.id, { timer_started_at: at })] : [stopped(task)],
  };
}

/** @param {string} user @returns {Act & {temp: string}} */
export function startSession(user) {
  const temp = newId();
  const at = stamp(now());
  return {
    method: 'POST', path: 'work_sessions/start', label: 'act.start', answer: 'work_sessions', temp, at: 'at', body: { user_id: user, at },
    effects: [effect('work_sessions', temp, { id: temp, user_id: user, start_time: at, end_time: null, pauses: [], paused: false, edits: [], needs_review: false })],
    undo: { method: 'DELETE', path: `work_sessions/${temp}`, label: 'act.unstart', effects: [effect('work_sessions', temp, null)] },
  };
}

/** Pauses a session, or goes on. @param {Session} session @returns {Act} */
export function pauseOrResume(session) {
  const at = stamp(now());
  const pauses = session.pauses ?? [];
  const after = session.paused
    ? pauses.map((/** @type {Session['pauses'][0]} */ one) => (one.to ? one : { ...one, to: at }))
    : [...pauses, { from: at, to: null }];
  const path = `work_sessions/${session.id}`;
  const shown = (/** @type {Session['pauses']} */ list, /** @type {boolean} */ paused) => [effect('work_sessions', session.id, { pauses: list, paused })];
  return {
    method: 'POST', path: `${path}/${session.paused ? 'resume' : 'pause'}`, label: session.paused ? 'act.resume' : 'act.pause',
    answer: 'work_sessions', at: 'at', body: { at }, effects: shown(after, !session.paused),
    undo: { method: 'PATCH', path, label: 'act.unpause', answer: 'work_sessions', body: { pauses: open(pauses) }, effects: shown(pauses, session.paused) },
  };
}

/** Pauses as a correction takes them: the last may lack its `to`. @param {Session['pauses']} pauses */
function open(pauses) {
  return pauses.map(({ from, to }) => (to ? { from, to } : { from }));
}

/** Ends a session; it waits for its undo, since nothing else takes it back. @param {Session} session @param {number} [when] @returns {Act} */
export function endSession(session, when = now()) {
  const at = stamp(when);
  return {
    method: 'POST', path: `work_sessions/${session.id}/end`, label: 'act.end', answer: 'work_sessions', at: 'at', body: { at }, hold: true,
    effects: [effect('work_sessions', session.id, { end_time: at, paused: false })],
  };
}

/** Takes time out of the session under way. @param {Session} session @param {number} from @param {number} to @returns {Act} */
export function wasAway(session, from, to) {
  const pauses = [...(session.pauses ?? []), { from: stamp(from), to: stamp(to) }];
  const change = (/** @type {Session['pauses']} */ list) => /** @type {Act} */ ({
    method: 'PATCH', path: `work_sessions/${session.id}`, label: 'act.away', answer: 'work_sessions', body: { pauses: open(list) },
    effects: [effect('work_sessions', session.id, { pauses: list })],
  });
  return { ...change(pauses), undo: change(session.pauses ?? []) };
}

/** @param {string} kind @param {string} label @param {Item} body @param {Item} item @returns {Act & {temp: string}} */
function entered(kind, label, body, item) {
  const temp = newId();
  const at = stamp(now());
  return {
    method: 'POST', path: kind, label, answer: kind, temp, at: 'at', body: { ...body, at },
    effects: [effect(kind, temp, { ...body, ...item, at, id: temp })],
    undo: { method: 'DELETE', path: `${kind}/${temp}`, label: 'act.untake', effects: [effect(kind, temp, null)] },
  };
}

/** @param {string} date today @param {number} ml */
export const drink = (date, ml) => entered('hydration', 'act.water', { ml }, { date });

/** @param {string} date @param {string} kind breakfast, lunch, dinner or snack */
export const eat = (date, kind) => entered('meals', 'act.meal', { kind }, { date });

/** One a date: another one takes its place. @param {string} date @param {number} energy @param {import('./data/types.js').Kinds['check_ins']|undefined} former @returns {Act} */
export function checkIn(date, energy, former) {
  if (!former) return entered('check_ins', 'act.check_in', { energy }, { date });
  const change = (/** @type {number} */ value) => /** @type {Act} */ ({
    method: 'POST', path: 'check_ins', label: 'act.check_in', answer: 'check_ins', body: { energy: value, ...(former.note ? { note: former.note } : {}) },
    effects: [effect('check_ins', former.id, { energy: value })],
  });
  return { ...change(energy), undo: change(former.energy) };
}

/** @param {string} date @param {string} kind micro, short, long or lunch @returns {Act & {temp: string}} */
export function startRest(date, kind) {
  const temp = newId();
  return {
    method: 'POST', path: 'rests/start', label: 'act.rest', answer: 'rests', temp, body: { kind },
    effects: [effect('rests', temp, { id: temp, kind, date, start_time: stamp(now()), end_time: null, needs_review: false })],
    undo: { method: 'DELETE', path: `rests/${temp}`, label: 'act.untake', effects: [effect('rests', temp, null)] },
  };
}

/** @param {import('./data/types.js').Kinds['rests']} rest @returns {Act} */
export function endRest(rest) {
  return {
    method: 'POST', path: `rests/${rest.id}/end`, label: 'act.unrest', answer: 'rests', hold: false,
    effects: [effect('rests', rest.id, { end_time: stamp(now()) })],
  };
}

// What is done

/** The companion is glad of what was done: a number that grows. */
export const glad = signal(0);

/**
 * Does it and says so. What has not been sent yet is simply not sent when it is undone; otherwise its opposite is.
 * @param {Act} what @param {Record<string, string|number>} [args] for the texts
 * @param {Act[]} [also] what belongs to it, done after it and undone with it
 * @returns {Promise<any>} the answer
 */
export function perform(what, args, also = []) {
  const all = [what, ...also];
  const sent = all.map(act);
  if (what.say !== null) {
    const back = all.every((one) => one.hold || one.undo);
    say(what.say ?? t(`${what.label}.done`, args), { undo: back ? () => takeBack(all, sent.map((one) => one.key)) : undefined });
  }
  return sent[0].answer;
}

/** The last thing first. @param {Act[]} all @param {string[]} keys */
async function takeBack(all, keys) {
  for (let i = all.length - 1; i >= 0; i -= 1) {
    if (await withdraw(keys[i])) continue;
    const { undo } = all[i];
    if (undo) act(undo);
    else say(t('undo.late'));
  }
}

// What is under way

const current = computed(() => [...all('work_sessions').value.values()].find((session) => !session.end_time) ?? null);
const running = computed(() => [...all('tasks').value.values()].find((task) => task.timer_started_at && !task.completed));

/** The session under way. @returns {Session|null} */
export function active() {
  return current.value;
}

/** The task whose timer runs. @returns {Task|undefined} */
export function timed() {
  return running.value;
}

/** One start at a time in this browser: what another tab started just now is looked for first. */
export function begin() {
  return alone('avanochi-start', async () => {
    await reread();
    const user = me.peek();
    if (active() || !user) return;
    perform(startSession(user.id));
    await saved();
  });
}

/** Starts or stops the timer of a task. @param {Task} task */
export function toggleTimer(task) {
  perform({ ...timer(task, timed()), say: null });
}
