// The first minute: a name for the companion, one small task, five minutes of work, a glass of water. Each can be skipped.
import { html, useState } from '../../vendor/preact.js';
import { addTask, begin, perform, timed, toggleTimer } from '../acts.js';
import { request } from '../data/api.js';
import { all, me, revalidate } from '../data/copy.js';
import { end, next, step, STEPS } from '../data/session.js';
import { t, today } from '../text.js';
import { Button, Field, useFocusOnMount } from '../ui.js';
import { Creature, seedOf, useCompanion } from './more.js';

/** The first step with a field. @param {{label: string, hint?: string, start: string, button: string, onDone: (value: string) => void}} props */
function Ask({ label, hint, start, button, onDone }) {
  const [value, setValue] = useState(start);
  const field = useFocusOnMount();
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (value.trim()) onDone(value.trim());
  };
  return html`<form class="first-form" onSubmit=${submit}>
    <${Field} label=${label} hint=${hint} value=${value} onInput=${setValue} inputRef=${field} maxlength=${200} autocomplete="off" />
    <div class="first-acts"><${Button} kind="primary" type="submit">${button}<//><${Button} kind="quiet" onClick=${next}>${t('first.skip')}<//></div>
  </form>`;
}

/** @param {{button: string, icon: string, onDo: () => void}} props */
function Do({ button, icon, onDo }) {
  const focus = useFocusOnMount();
  return html`<div class="first-acts" ref=${focus} tabindex="-1"><${Button} kind="primary" icon=${icon} onClick=${() => { onDo(); next(); }}>${button}<//>
    <${Button} kind="quiet" onClick=${next}>${t('first.skip')}<//></div>`;
}

/** @param {string} name */
async function christen(name) {
  try {
    await request({ method: 'PATCH', path: 'companion', body: { name } });
    revalidate('companion');
  } catch {
    // The name it has by itself has to do; the settings can change it.
  }
}

/** @param {{onWater: () => void}} props */
export function First({ onWater }) {
  const { stage, form, palette, name, known } = useCompanion();
  const at = step.value ?? STEPS[0];
  const user = me.peek();
  const parts = {
    name: () => html`<${Ask} key="name" label=${t('first.name')} hint=${t('first.name.hint')} start="Nori" button=${t('first.name.do')}
      onDone=${(/** @type {string} */ value) => { christen(value); next(); }} />`,
    task: () => html`<${Ask} key="task" label=${t('first.task')} hint=${t('first.task.hint')} start="" button=${t('first.task.do')}
      onDone=${(/** @type {string} */ value) => {
        if (user) perform({ ...addTask(user.id, { title: value, planned_for: today(), estimate_minutes: 5 }), say: null });
        next();
      }} />`,
    start: () => html`<p class="first-ask">${t('first.start')}</p><${Do} key="start" icon="play" button=${t('first.start.do')} onDo=${start} />`,
    water: () => html`<p class="first-ask">${t('first.water')}</p><${Do} key="water" icon="drop" button=${t('first.water.do')} onDo=${onWater} />`,
  };
  const show = parts[/** @type {keyof typeof parts} */ (at)];
  return html`<section class="first card" aria-label=${t('first.title')}>
    <div class="first-scene">${known ? html`<${Creature} looks=${{ stage, form, mood: 'happy', seed: seedOf(user?.id ?? '0'), palette }} label=${name} />` : null}</div>
    <div class="first-body">
      <p class="small muted">${t('first.step', { n: STEPS.indexOf(at) + 1, of: STEPS.length })}</p>
      <h1>${t('first.title')}</h1>
      ${show?.()}
      <${Button} small kind="quiet" onClick=${end}>${t('first.end')}<//>
    </div></section>`;
}

/** Starts the session, and the timer of the first task with it. */
async function start() {
  await begin();
  const task = [...all('tasks').peek().values()].find((one) => !one.completed);
  if (task && !timed()) toggleTimer(task);
}
