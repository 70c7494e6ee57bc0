// Doing something with a way back: an act of the outbox, what is said of it, and its undo.
import { act, withdraw } from './data/outbox.js';
import { t } from './text.js';
import { say } from './toast.js';

/** @typedef {import('./data/types.js').Act} Act */

/**
 * Does it and says so. What has not been sent yet is simply not sent when it is undone; otherwise its opposite is.
 * @param {Act} what @param {Record<string, string|number>} [args] for the texts
 * @returns {Promise<any>} the answer
 */
export function perform(what, args) {
  const { key, answer } = act(what);
  if (what.say !== null) {
    const back = what.hold || what.undo;
    say(what.say ?? t(`${what.label}.done`, args), {
      undo: back ? () => takeBack(key, what.undo) : undefined,
    });
  }
  return answer;
}

/** @param {string} key @param {Act|undefined} opposite */
async function takeBack(key, opposite) {
  if (await withdraw(key)) return;
  if (opposite) act(opposite);
  else say(t('undo.late'));
}
