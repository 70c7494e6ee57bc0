// The place: achievements.
import { html } from '../../vendor/preact.js';
import { t } from '../text.js';

export const title = 'nav.achievements';

export default function View() {
  return html`<h1>${t(title)}</h1>`;
}
