// The place: today.
import { html } from '../../vendor/preact.js';
import { t } from '../text.js';

export const title = 'nav.today';

export default function View() {
  return html`<h1>${t(title)}</h1>`;
}
