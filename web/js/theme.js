// Light, dark, or as the system; `boot.js` applies the choice before the first paint.
import { signal } from '../vendor/preact.js';

const KEY = 'avanochi.theme';

/** @returns {'system'|'light'|'dark'} */
function remembered() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

export const theme = signal(remembered());

/** @param {'system'|'light'|'dark'} next */
export function setTheme(next) {
  theme.value = next;
  const { classList } = document.documentElement;
  classList.remove('light', 'dark');
  if (next !== 'system') classList.add(next);
  try {
    if (next === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // For this visit alone.
  }
}
