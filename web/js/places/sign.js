// Sign in and up.
import { html } from '../../vendor/preact.js';

export function Sign() {
  return html`<main></main>`;
}

/** The sheet for whoever was signed out by time. */
export function Again() {
  return html`<div></div>`;
}
