// What can be said of a task: its form, in the place of its row.
import { html, useLayoutEffect, useRef, useState } from '../../vendor/preact.js';
import { deleteTask, editTask, perform } from '../acts.js';
import { newId } from '../data/outbox.js';
import { named, t } from '../text.js';
import { Button, Field, Select, useFocusOnMount } from '../ui.js';

/** @typedef {import('../data/types.js').Kinds['tasks']} Task */
/** @typedef {import('../data/types.js').Item} Item */
/** @typedef {{key: string, id?: string, title: string, completed: boolean}} Step */

/** How often tasks usually repeat. @type {Record<string, Item|null>} */
const REPEATS = {
  never: null,
  day: { every: 1, unit: 'day' },
  workdays: { every: 1, unit: 'week', weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'] },
  week: { every: 1, unit: 'week' },
  month: { every: 1, unit: 'month' },
  year: { every: 1, unit: 'year' },
};

/** What services are called. @type {Record<string, string>} */
const NAMES = { github: 'GitHub', todoist: 'Todoist', microsoft_todo: 'Microsoft To Do', caldav: 'CalDAV' };

/** Which of them a rule is; one that is none of them stays as it is. @param {Item|null|undefined} rule */
export function repeatOf(rule) {
  if (!rule) return 'never';
  const same = (/** @type {Item} */ one) => one.every === rule.every && one.unit === rule.unit
    && String([...(one.weekdays ?? [])].sort()) === String([...(rule.weekdays ?? [])].sort()) && !rule.until && (rule.anchor ?? 'schedule') === 'schedule';
  return Object.keys(REPEATS).find((name) => REPEATS[name] && same(/** @type {Item} */ (REPEATS[name]))) ?? 'other';
}

/** @param {string} tags with commas */
function listed(tags) {
  return tags.split(',').map((tag) => tag.trim()).filter(Boolean);
}

/** What differs from the task. @param {Task} task @param {Record<string, string>} form @param {Step[]} steps @returns {Item} */
export function changed(task, form, steps) {
  const next = {
    title: form.title.trim(), notes: form.notes.trim() || null, priority: form.priority, tags: listed(form.tags),
    due_on: form.due_on || null, due_time: form.due_on && form.due_time ? form.due_time : null, planned_for: form.planned_for || null,
    estimate_minutes: form.estimate_minutes ? Number(form.estimate_minutes) : null,
    subtasks: steps.filter((one) => one.title.trim()).map(({ id, title, completed }) => (id ? { id, title: title.trim(), completed } : { title: title.trim(), completed })),
    ...(form.repeats === repeatOf(task.recurrence) ? {} : { recurrence: REPEATS[form.repeats] }),
  };
  const former = { ...task, subtasks: (task.subtasks ?? []).map((one) => ({ id: one.id, title: one.title, completed: one.completed })) };
  return Object.fromEntries(Object.entries(next).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(/** @type {Item} */ (former)[name] ?? null)));
}

/** The steps of a task. @param {{steps: Step[], onChange: (steps: Step[]) => void}} props */
function Steps({ steps, onChange }) {
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  const added = useRef(false);
  const put = (/** @type {string} */ key, /** @type {Partial<Step>} */ more) => onChange(steps.map((one) => (one.key === key ? { ...one, ...more } : one)));
  const add = () => {
    onChange([...steps, { key: newId(), title: '', completed: false }]);
    added.current = true;
  };
  // The new step has the focus before the next key comes.
  useLayoutEffect(() => {
    if (added.current) /** @type {HTMLElement|undefined} */ ([...(box.current?.querySelectorAll('.step-title') ?? [])].at(-1))?.focus();
    added.current = false;
  }, [steps.length]);
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    add();
  };
  return html`<fieldset class="steps" ref=${box}><legend class="field-label">${t('form.steps')}</legend>
    ${steps.map((one, i) => html`<div class="step" key=${one.key}>
      <input type="checkbox" class="step-check" checked=${one.completed} aria-label=${t('form.step.done', { n: i + 1 })}
        onChange=${(/** @type {any} */ event) => put(one.key, { completed: event.currentTarget.checked })} />
      <input class="field-input step-title" value=${one.title} maxlength=${500} aria-label=${t('form.step', { n: i + 1 })} autocomplete="off"
        onInput=${(/** @type {any} */ event) => put(one.key, { title: event.currentTarget.value })} onKeyDown=${press} />
      <${Button} small kind="quiet" icon="close" label=${t('form.step.remove', { n: i + 1 })} onClick=${() => onChange(steps.filter((other) => other !== one))} /></div>`)}
    <${Button} small icon="plus" onClick=${add}>${t('form.step.add')}<//>
  </fieldset>`;
}

/** @param {{task: Task, onClose: () => void}} props */
export function TaskForm({ task, onClose }) {
  const first = useFocusOnMount();
  const [form, setForm] = useState(() => ({
    title: task.title, notes: task.notes ?? '', priority: task.priority ?? 'medium', tags: (task.tags ?? []).join(', '), due_on: task.due_on ?? '',
    due_time: task.due_time ?? '', planned_for: task.planned_for ?? '', estimate_minutes: task.estimate_minutes ? String(task.estimate_minutes) : '',
    repeats: repeatOf(task.recurrence),
  }));
  const [steps, setSteps] = useState(() => /** @type {Step[]} */ ((task.subtasks ?? []).map((one) => ({ ...one, key: one.id ?? newId() }))));
  const [error, setError] = useState(/** @type {string|null} */ (null));
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => setForm((before) => ({ ...before, [name]: value }));
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!form.title.trim()) {
      setError(t('form.title.empty'));
      return;
    }
    const fields = changed(task, form, steps);
    if (Object.keys(fields).length) perform(editTask(task, fields), { title: form.title.trim() });
    onClose();
  };
  const remove = () => {
    onClose();
    perform(deleteTask(task), { title: task.title });
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') onClose();
  };
  const names = [...Object.keys(REPEATS), ...(form.repeats === 'other' ? ['other'] : [])];
  const elsewhere = /** @type {{provider: string, url?: string|null, state?: string}[]} */ (task.external ?? []);
  return html`<form class="task-form" onSubmit=${save} onKeyDown=${key} aria-label=${t('task.edit', { title: task.title })}>
    <${Field} label=${t('form.title')} value=${form.title} onInput=${set('title')} error=${error} maxlength=${500} inputRef=${first} />
    <${Field} label=${t('form.notes')} value=${form.notes} onInput=${set('notes')} multiline maxlength=${10000} />
    <${Steps} steps=${steps} onChange=${setSteps} />
    <div class="form-grid">
      <${Select} label=${t('form.priority')} value=${form.priority} onChange=${set('priority')}
        options=${['low', 'medium', 'high', 'urgent'].map((one) => ({ value: one, label: t(`priority.${one}`) }))} />
      <${Field} label=${t('form.estimate')} type="number" min="1" max="6000" inputmode="numeric" value=${form.estimate_minutes} onInput=${set('estimate_minutes')} />
      <${Field} label=${t('form.planned')} type="date" value=${form.planned_for} onInput=${set('planned_for')} />
      <${Field} label=${t('form.due')} type="date" value=${form.due_on} onInput=${set('due_on')} />
      ${form.due_on ? html`<${Field} label=${t('form.due.time')} type="time" value=${form.due_time} onInput=${set('due_time')} />` : null}
      <${Select} label=${t('form.repeats')} value=${form.repeats} onChange=${set('repeats')}
        options=${names.map((one) => ({ value: one, label: t(`form.repeats.${one}`) }))} />
      <${Field} label=${t('form.tags')} hint=${t('form.tags.hint')} value=${form.tags} onInput=${set('tags')} />
    </div>
    ${elsewhere.length ? html`<ul class="form-external small muted">${elsewhere.map(({ provider, url, state }) => html`<li key=${provider}>${t('form.elsewhere')} ${url
      ? html`<a href=${url} target="_blank" rel="noopener noreferrer">${NAMES[provider] ?? provider}</a>` : NAMES[provider] ?? provider}${state ? ` · ${named('form.elsewhere', state)}` : ''}</li>`)}</ul>` : null}
    <div class="form-acts"><${Button} kind="primary" type="submit">${t('save')}<//><${Button} onClick=${onClose}>${t('cancel')}<//>
      <${Button} kind="danger" icon="trash" onClick=${remove}>${t('delete')}<//></div>
  </form>`;
}
