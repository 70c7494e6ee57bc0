// Doing something with a way back: acts of the outbox, what is said of them, and their undo.
import { act, withdraw } from './data/outbox.js';
import { t } from './text.js';
import { say } from './toast.js';

/** @typedef {import('./data/types.js').Act} Act */

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
