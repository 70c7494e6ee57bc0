// Integrations: what is connected and how it stands, what each connection is set to, and what else can be connected. Nothing of it waits in
// the outbox: a credential is not to be kept in this browser, and whatever is asked of a service needs the network. First, and pure, what a
// form shows of a connection and sends of it.

import { html, useEffect, useLayoutEffect, useRef, useState } from '../../vendor/preact.js';
import { ApiError, get, request } from '../data/api.js';
import { dateOf, now } from '../data/clock.js';
import { all, revalidate } from '../data/copy.js';
import { newId } from '../data/outbox.js';
import { ready } from '../looks.js';
import { query } from '../router.js';
import { near, reason, t, time, words, zone } from '../text.js';
import { Button, Card, Dialog, Field, say, Select, Trouble, useRead } from '../ui.js';

/** @typedef {import('../data/types.js').Api} Api */
/** @typedef {Api['FullConnectionView']} Connection */
/** @typedef {Api['IntegrationView']} Service */
/** @typedef {ReturnType<typeof formOf>} Form */
/** @typedef {'connect'|'settings'|'credential'} Mode which part of the form is shown: all, or one of two */

export const title = 'nav.integrations';
await Promise.all([ready(), words('integrations')]);

/** What the form shows, of a connection or of one that is to be made. @param {Service} service @param {Connection} [one] */
export function formOf(service, one) {
  const set = /** @type {any} */ (one?.settings ?? {});
  const outgoing = set.outgoing ?? service.settings.find(({ name }) => name === 'outgoing')?.default ?? 'all';
  return {
    name: one?.name ?? service.name, direction: /** @type {string} */ (one?.direction ?? 'both'), priority: /** @type {string} */ (one?.priority ?? 'normal'),
    outgoing: outgoing.tag ? 'tagged' : outgoing, only: outgoing.tag ?? '', tag: set.tag ?? '', url: set.url ?? '', list: set.list ?? '',
    repositories: (set.repositories ?? []).join('\n'), new_in: set.new_in ?? '', assigned: set.assigned ?? 'anyone',
    how: service.auth[0], token: '', username: '', password: '',
  };
}

/** The repositories that are entered, on lines or with commas between them. @param {string} text */
export const listed = (text) => [...new Set(text.split(/[\s,]+/).filter(Boolean))];

/** What is sent of the form, besides the credential. @param {Service} service @param {Form} form */
export function bodyOf(service, form) {
  const repositories = listed(form.repositories);
  // Where tasks go out they need a repository: without a choice, or one that is not among them any more, it is the first.
  const new_in = form.outgoing === 'none' ? null : repositories.find((one) => one === form.new_in) ?? repositories[0] ?? null;
  const given = /** @type {{ [name: string]: any }} */ ({
    outgoing: form.outgoing === 'tagged' ? { tag: form.only.trim() } : form.outgoing, tag: form.tag.trim() || null, url: form.url.trim(),
    list: form.list || null, repositories, new_in, assigned: form.assigned,
  });
  return {
    name: form.name.trim() || service.name, direction: form.direction, priority: form.priority,
    settings: Object.fromEntries(service.settings.map(({ name }) => [name, given[name]])),
  };
}

/** What is entered to be let in; nothing where that is consent. @param {Form} form */
export function credentialOf({ how, token, username, password }) {
  if (how === 'oauth') return undefined;
  return how === 'token' ? { token: token.trim() } : { username: username.trim(), password };
}

/** What helps a connection on, besides waiting. @param {Connection} one @returns {'consent'|'credential'|'missing'|'settings'|null} */
export function remedy({ status, problem, authorize_url: consent, credential }) {
  if (status === 'halted') return 'missing';
  if (status === 'needs_reauth' || problem?.code === 'wrong_credential' || problem?.code === 'forbidden') return consent || credential?.kind === 'oauth' ? 'consent' : 'credential';
  if (problem?.code === 'choose_list' || problem?.code === 'not_found') return 'settings';
  return consent ? 'consent' : null;
}

/** Whether a run is due, or one that was asked for has not ended: ids follow the time. @param {Connection} one @param {string|undefined} run that was asked for @param {number} at */
export function moves({ status, next_run: next, last_run: last }, run, at) {
  return ['pending', 'active', 'failed'].includes(status) && Boolean((next && Date.parse(next) <= at) || (run && (!last || last.id < run)));
}

// What is shown

/** @param {unknown} thrown */
const errorOf = (thrown) => (thrown instanceof ApiError ? thrown : new ApiError(0, null));

/** Leads to where somebody consents; from there the service leads back. @param {string} id */
async function consent(id) {
  location.assign((await get(`connections/${id}/authorize`)).url);
}

/** @param {string} at */
const when = (at) => `${near(dateOf(Date.parse(at), zone.value, '00:00'))}, ${time(at)}`;

export default function Integrations() {
  const { data, error } = useRead('connections');
  const services = useRead('integrations');
  /** Runs that were asked for here, by connection. */
  const [asked, setAsked] = useState(/** @type {Record<string, string>} */ ({}));
  const list = /** @type {Connection[]} */ (data ?? []);
  const known = /** @type {Service[]} */ (services.data ?? []);
  const busy = list.some((one) => moves(one, asked[one.id], now()));
  // Runs and counts are not told of by the feed.
  useEffect(() => {
    const clock = setInterval(() => document.hidden || revalidate('connections'), busy ? 1500 : 30_000);
    return () => clearInterval(clock);
  }, [busy]);
  const result = query.value.get('result');
  const wrong = error && !data ? error : services.error && !services.data ? services.error : null;
  return html`<div class="settings integrations">
    <header class="place-head"><div><h1>${t('nav.integrations')}</h1><p>${t('integrations.about')}</p></div></header>
    ${result ? html`<p class=${`integrations-result ${result === 'ok' ? 'card' : 'trouble'}`} role="status">${t(`integrations.result.${result}`)}</p>` : null}
    ${wrong ? html`<${Trouble} error=${wrong} again=${() => [revalidate('connections'), revalidate('integrations')]} />` : null}
    <div class="settings-columns">
      <div class="column">${list.map((one) => {
        const service = known.find(({ provider }) => provider === one.provider);
        return service ? html`<${Connected} key=${one.id} one=${one} service=${service} run=${asked[one.id]}
          onRun=${(/** @type {string} */ run) => setAsked({ ...asked, [one.id]: run })} />` : null;
      })}${data && !list.length ? html`<p class="card muted">${t('integrations.none')}</p>` : null}</div>
      <${Card} title=${t('integrations.add')} class="settings-card"><ul class="integrations-list">${known.map((one) => html`<${Offer} key=${one.provider} service=${one} />`)}</ul><//>
    </div>
  </div>`;
}

/** A service that can be connected, also once more. @param {{ service: Service }} props */
function Offer({ service }) {
  const [open, setOpen] = useState(false);
  return html`<li><div class="integrations-head"><h3>${service.name}</h3>${service.available
    ? html`<${Button} small icon="plus" onClick=${() => setOpen(!open)}>${t('integrations.connect')}<span class="sr"> ${service.name}</span><//>`
    : html`<span class="muted small">${t('integrations.unavailable')}</span>`}</div>
    ${open ? html`<${Entry} service=${service} mode="connect" onClose=${() => setOpen(false)} />` : null}</li>`;
}

/** @param {{ one: Connection, service: Service, run?: string, onRun: (run: string) => void }} props */
function Connected({ one, service, run, onRun }) {
  const [mode, setMode] = useState(/** @type {Mode|null} */ (null));
  const [problem, setProblem] = useState(/** @type {string|null} */ (null));
  const [removing, setRemoving] = useState(false);
  const { id, status, credential, counts, last_run: last, next_run: next } = one;
  const help = remedy(one);
  const path = `connections/${id}`;
  const on = (/** @type {() => Promise<any>} */ what) => async () => {
    setProblem(null);
    try {
      await what();
    } catch (thrown) {
      setProblem(reason(errorOf(thrown)));
    }
    await revalidate('connections');
  };
  const post = (/** @type {string} */ act, /** @type {object} */ body = {}) => on(async () => {
    const { run_id: begun } = await request({ method: 'POST', path: `${path}/${act}`, body });
    if (begun) onRun(begun);
  });
  const remove = on(async () => {
    await request({ method: 'DELETE', path });
    say(t('integrations.removed', { name: one.name }));
  });
  const open = (/** @type {Mode} */ next) => () => setMode(mode === next ? null : next);
  const runs = !['paused', 'halted', 'needs_reauth'].includes(status) && credential;
  return html`<${Card} title=${one.name} class="settings-card" aside=${html`<span class=${`chip${one.problem || help ? ' chip-warm' : ''}`}>${t(`integrations.status.${status}`)}</span>`}>
    <div role="status">${one.problem ? html`<p class="integrations-problem">${one.problem.text}</p>` : null}
      ${help === 'missing' || (help === 'consent' && !one.problem) ? html`<p>${t(`integrations.${help}`)}</p>` : null}
      ${moves(one, run, now()) ? html`<p class="muted">${t('integrations.moves')}</p>` : null}</div>
    ${help ? html`<div class="settings-acts">${help === 'missing'
      ? ['delete', 'recreate'].map((missing) => html`<${Button} small key=${missing} onClick=${post('resume', { missing })}>${t(`integrations.${missing}`)}<//>`)
      : html`<${Button} small kind="primary" onClick=${help === 'consent' ? on(() => consent(id)) : open(help)}>${t(`integrations.do.${help}`, { name: service.name })}<//>`}</div>` : null}
    <p class="small">${service.name}${credential?.account ? ` · ${credential.account}` : ''} · ${t('integrations.counts', { ...counts })}
      ${last ? html`<br />${t('integrations.last', { when: when(last.finished_at ?? last.started_at), result: t(`integrations.run.${last.result}`) })}` : null}
      ${next && runs && !moves(one, run, now()) ? html`<br />${t('integrations.next', { when: when(next) })}` : null}</p>
    ${problem ? html`<p class="field-error" role="alert">${problem}</p>` : null}
    <div class="settings-acts">
      ${runs ? html`<${Button} small icon="repeat" onClick=${post('sync')}>${t('integrations.sync')}<//>` : null}
      ${status === 'paused' ? html`<${Button} small icon="play" onClick=${post('resume')}>${t('now.resume')}<//>`
        : status === 'halted' ? null : html`<${Button} small icon="pause" onClick=${post('pause')}>${t('now.pause')}<//>`}
      <${Button} small icon="settings" onClick=${open('settings')}>${t('nav.settings')}<//>
      <${Button} small icon="key" onClick=${open('credential')}>${t('integrations.credential')}<//>
      <${Button} small kind="danger" icon="trash" onClick=${() => setRemoving(true)}>${t('integrations.remove')}<//></div>
    ${mode ? html`<${Entry} key=${mode} one=${one} service=${service} mode=${mode} onClose=${() => setMode(null)} />` : null}
    <${Fold} title=${t('integrations.conflicts', { n: counts.conflicts })} path=${`${path}/conflicts?limit=1000`} row=${(/** @type {any} */ conflict) => html`<${Conflict} one=${conflict} path=${path} />`} />
    <${Fold} title=${t('integrations.runs')} path=${`${path}/runs`} row=${Run} />
    <${Dialog} title=${t('integrations.remove.title', { name: one.name })} open=${removing} onClose=${() => setRemoving(false)}>
      <p>${t('integrations.remove.about')}</p>
      <div class="dialog-acts"><${Button} onClick=${() => setRemoving(false)}>${t('settings.erase.keep')}<//><${Button} kind="danger" onClick=${remove}>${t('integrations.remove')}<//></div>
    <//>
  <//>`;
}

/** A list that is read once it is opened, the newest first. @param {{ title: string, path: string, row: (one: any) => any }} props */
function Fold({ title: name, path, row }) {
  const [open, setOpen] = useState(false);
  return html`<details onToggle=${(/** @type {any} */ event) => setOpen(event.currentTarget.open)}><summary class="small">${name}</summary>
    ${open ? html`<${Rows} path=${path} row=${row} />` : null}</details>`;
}

/** @param {{ path: string, row: (one: any) => any }} props */
function Rows({ path, row }) {
  const { data, error } = useRead(path);
  if (error && !data) return html`<${Trouble} error=${error} again=${() => revalidate(path)} />`;
  const rows = /** @type {any[]} */ (data ?? []);
  return html`<ul class="integrations-list">${rows.slice(-50).reverse().map((one) => html`<li key=${one.id}>${row(one)}</li>`)}
    ${data && !rows.length ? html`<li class="muted small">${t('integrations.nothing')}</li>` : null}</ul>`;
}

/** @param {Api['SyncRunView']} one */
function Run({ started_at: at, trigger, result, counts, problem }) {
  return html`<strong>${when(at)}</strong> <span class="small">${t(`integrations.trigger.${trigger}`)} · ${t(`integrations.run.${result}`)}</span>
    <p class="muted small">${problem?.text ?? t('integrations.run.counts', { ...counts })}</p>`;
}

/** What a field of a task was, in words. @param {string} field @param {any} value */
export function worded(field, value) {
  if (field === 'due') return value?.due_on ? `${near(value.due_on)} ${value.due_time ?? ''}` : '–';
  return typeof value === 'boolean' ? t(value ? 'integrations.yes' : 'integrations.no') : value || '–';
}

/** An edit that was overwritten, with the way to take it all the same. @param {{ one: Api['SyncConflictView'], path: string }} props */
function Conflict({ one, path }) {
  const [problem, setProblem] = useState(/** @type {string|null} */ (null));
  const take = async () => {
    try {
      await request({ method: 'POST', path: `${path}/conflicts/${one.id}/restore`, body: {} });
      say(t('integrations.taken'));
    } catch (thrown) {
      setProblem(reason(errorOf(thrown)));
    }
    await revalidate(`${path}/conflicts?limit=1000`);
  };
  const values = /** @type {const} */ (['kept', 'lost']);
  return html`<strong>${all('tasks').value.get(one.task_id)?.title ?? t('integrations.gone')}</strong> <span class="small">${t(`integrations.field.${one.field}`)} · ${when(one.created_at)}</span>
    <dl class="small">${values.map((name) => html`<div key=${name}><dt class="muted">${t(`integrations.${name}.${one[name].side}`)}</dt><dd>${worded(one.field, one[name].value)}</dd></div>`)}</dl>
    ${problem ? html`<p class="field-error" role="alert">${problem}</p>` : null}
    ${one.restored_at ? html`<p class="muted small">${t('integrations.taken')}</p>` : html`<${Button} small icon="undo" onClick=${take}>${t('integrations.take')}<//>`}`;
}

/** Fields that have a message beside them, and beside which those of two others stand. */
const FIELDS = ['name', 'url', 'repositories', 'only', 'tag', 'token', 'username', 'password'];
const BESIDE = /** @type {Record<string, string>} */ ({ new_in: 'repositories', outgoing: 'only' });

/** The field of the form that an answer names, if it has a message. @param {string|undefined} field such as `settings.repositories[0]` */
export function fieldOf(field) {
  const name = /^(?:settings\.|credential\.)?(\w+)/.exec(field ?? '')?.[1] ?? '';
  return FIELDS.find((one) => one === (BESIDE[name] ?? name));
}

/** The form of a connection that is to be made, or of one that is there. @param {{ service: Service, one?: Connection, mode: Mode, onClose: () => void }} props */
function Entry({ service, one, mode, onClose }) {
  const [form, setForm] = useState(() => formOf(service, one));
  const [problem, setProblem] = useState(/** @type {ApiError|null} */ (null));
  const [busy, setBusy] = useState(false);
  const [lists, setLists] = useState(/** @type {{ id: string, name: string }[]} */ ([]));
  const key = useRef(newId());
  const box = useRef(/** @type {HTMLElement|null} */ (null));
  // Where the focus was before, which it goes back to.
  const [opener] = useState(() => /** @type {HTMLElement|null} */ (document.activeElement));
  const [entering, setting] = [mode !== 'settings', mode !== 'credential'];
  const consents = entering && form.how === 'oauth';
  const has = (/** @type {string} */ name) => setting && service.settings.some((member) => member.name === name);
  // The first field has the focus before the next key comes.
  useLayoutEffect(() => {
    /** @type {HTMLElement|null|undefined} */ (box.current?.querySelector('input, select, button'))?.focus();
    if (!entering && has('list')) get(`connections/${one?.id}/lists`).then(setLists, (thrown) => setProblem(errorOf(thrown)));
    return () => opener?.focus();
  }, []);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const body = { ...(setting ? bodyOf(service, form) : {}), credential: entering ? credentialOf(form) : undefined };
      const made = one && consents ? one : one ? await request({ method: 'PATCH', path: `connections/${one.id}`, body })
        : await request({ method: 'POST', path: 'connections', body: { provider: service.provider, ...body }, key: key.current });
      if (consents) return await consent(made.id);
      await revalidate('connections');
      say(t(one ? 'settings.save.done' : 'integrations.connected', { name: service.name }));
      onClose();
    } catch (thrown) {
      const error = errorOf(thrown);
      // What may have been taken is sent again as it was.
      if (error.status) key.current = newId();
      setProblem(error);
      setBusy(false);
    }
  };
  const at = fieldOf(problem?.field);
  const set = (/** @type {keyof Form} */ name) => (/** @type {string} */ value) => setForm((before) => ({ ...before, [name]: value }));
  const field = (/** @type {keyof Form} */ name, /** @type {string} */ label, /** @type {object} */ more = {}) => html`<${Field} name=${name} label=${label} value=${form[name]} onInput=${set(name)}
    error=${problem && at === name ? reason(problem) : null} autocomplete="off" autocapitalize="none" spellcheck=${false} ...${more} />`;
  const choose = (/** @type {keyof Form} */ name, /** @type {string[]} */ values) => html`<${Select} label=${t(`integrations.${name}`)} value=${form[name]} onChange=${set(name)}
    options=${values.map((value) => ({ value, label: t(`integrations.${name}.${value}`, { name: service.name }) }))} />`;
  const repositories = listed(form.repositories);
  const none = t(`integrations.list.${service.provider}`);
  return html`<form class="settings-card" ref=${box} onSubmit=${submit} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && onClose()} aria-label=${service.name}>
    ${entering && service.auth.length > 1 ? choose('how', service.auth) : null}
    ${consents ? html`<p class="field-hint">${t('integrations.consent.about', { name: service.name })}</p>` : null}
    ${entering && form.how === 'token' ? field('token', t('integrations.token'), { type: 'password', required: true }) : null}
    ${entering && form.how === 'basic' ? html`<div class="settings-row">${field('username', t('sign.name'), { required: true })}${field('password', t('sign.password'), { type: 'password', required: true })}</div>` : null}
    ${entering ? null : field('name', t('settings.name'), { maxlength: 64 })}
    ${has('url') ? field('url', t('integrations.url'), { type: 'url', required: true, placeholder: 'https://' }) : null}
    ${has('list') ? entering ? html`<p class="field-hint">${none} ${t('integrations.list.later')}</p>`
      : html`<${Select} label=${t('integrations.list')} value=${form.list} onChange=${set('list')} options=${[{ value: '', label: none },
        ...(form.list && lists.every((list) => list.id !== form.list) ? [{ value: form.list, label: form.list }] : []), ...lists.map(({ id, name }) => ({ value: id, label: name }))]} />` : null}
    ${has('repositories') ? field('repositories', t('integrations.repositories'), { multiline: true, required: true, hint: t('integrations.repositories.hint') }) : null}
    ${has('assigned') ? choose('assigned', ['anyone', 'me']) : null}
    ${setting ? html`${choose('outgoing', ['all', 'tagged', 'none'])}
      ${form.outgoing === 'tagged' ? field('only', t('integrations.only'), { required: true }) : null}
      ${has('new_in') && form.outgoing !== 'none' && repositories.length > 1 ? html`<${Select} label=${t('integrations.new_in')} value=${bodyOf(service, form).settings.new_in} onChange=${set('new_in')}
        options=${repositories.map((value) => ({ value, label: value }))} />` : null}
      ${field('tag', t('integrations.tag'))}
      <div class="settings-row">${choose('direction', ['both', 'in', 'out'])}${choose('priority', ['high', 'normal', 'low'])}</div>
      ${service.note ? html`<p class="field-hint">${service.note.text}</p>` : null}` : null}
    ${entering ? null : html`<p class="field-hint">${t('integrations.detached')}</p>`}
    ${problem && !at ? html`<p class="field-error" role="alert">${reason(problem)}</p>` : null}
    <div class="settings-acts"><${Button} kind="primary" type="submit" busy=${busy} disabled=${busy}>${consents ? t('integrations.do.consent', { name: service.name }) : t(one ? 'save' : 'integrations.connect')}<//>
      <${Button} onClick=${onClose}>${t('cancel')}<//></div>
  </form>`;
}
