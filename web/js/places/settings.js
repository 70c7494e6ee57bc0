// The place: settings.
import { html } from '../../vendor/preact.js';
import { t } from '../text.js';

export const title = 'nav.settings';

export default function View() {
  return html`<h1>${t(title)}</h1>`;
}
