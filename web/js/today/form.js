// What can be said of a task: its form, in the place of its row.
import { html, useState } from '../../vendor/preact.js';
import { deleteTask, editTask } from '../acts.js';
import { perform } from '../perform.js';
import { t } from '../text.js';
import { Button, Field, Select, useFocusOnMount } from '../ui.js';

/** @typedef {import('../data/types.js').Item} Item */

/** @param {string} tags with commas */
function listed(tags) {
  return tags.split(',').map((tag) => tag.trim()).filter(Boolean);
}

/** What differs from the task. @param {Item} task @param {Record<string, string>} form @returns {Item} */
export function changed(task, form) {
  const next = {
    title: form.title.trim(), notes: form.notes.trim() || null, priority: form.priority, tags: listed(form.tags),
    due_on: form.due_on || null, due_time: form.due_on && form.due_time ? form.due_time : null, planned_for: form.planned_for || null,
    estimate_minutes: form.estimate_minutes ? Number(form.estimate_minutes) : null,
  };
  return Object.fromEntries(Object.entries(next).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(task[name] ?? null)));
}

/** @param {{task: Item, onClose: () => void}} props */
export function TaskForm({ task, onClose }) {
  const first = useFocusOnMount();
  const [form, setForm] = useState(() => ({
    title: task.title, notes: task.notes ?? '', priority: task.priority ?? 'medium', tags: (task.tags ?? []).join(', '), due_on: task.due_on ?? '',
    due_time: task.due_time ?? '', planned_for: task.planned_for ?? '', estimate_minutes: task.estimate_minutes ? String(task.estimate_minutes) : '',
  }));
  const [error, setError] = useState(/** @type {string|null} */ (null));
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => setForm((before) => ({ ...before, [name]: value }));
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!form.title.trim()) {
      setError(t('form.title.empty'));
      return;
    }
    const fields = changed(task, form);
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
  return html`<form class="task-form" onSubmit=${save} onKeyDown=${key} aria-label=${t('task.edit', { title: task.title })}>
    <${Field} label=${t('form.title')} value=${form.title} onInput=${set('title')} error=${error} maxlength=${500} inputRef=${first} />
    <${Field} label=${t('form.notes')} value=${form.notes} onInput=${set('notes')} multiline maxlength=${10000} />
    <div class="form-grid">
      <${Select} label=${t('form.priority')} value=${form.priority} onChange=${set('priority')}
        options=${['low', 'medium', 'high', 'urgent'].map((one) => ({ value: one, label: t(`priority.${one}`) }))} />
      <${Field} label=${t('form.estimate')} type="number" min="1" max="6000" inputmode="numeric" value=${form.estimate_minutes} onInput=${set('estimate_minutes')} />
      <${Field} label=${t('form.planned')} type="date" value=${form.planned_for} onInput=${set('planned_for')} />
      <${Field} label=${t('form.due')} type="date" value=${form.due_on} onInput=${set('due_on')} />
      ${form.due_on ? html`<${Field} label=${t('form.due.time')} type="time" value=${form.due_time} onInput=${set('due_time')} />` : null}
      <${Field} label=${t('form.tags')} hint=${t('form.tags.hint')} value=${form.tags} onInput=${set('tags')} />
    </div>
    <div class="form-acts"><${Button} kind="primary" type="submit">${t('save')}<//><${Button} onClick=${onClose}>${t('cancel')}<//>
      <${Button} kind="danger" icon="trash" onClick=${remove}>${t('delete')}<//></div>
  </form>`;
}
