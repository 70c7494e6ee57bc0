// Which files a module needs before it runs: its static imports, and theirs.
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { served } from './served.mjs';

export const root = join(import.meta.dirname, '..');

/** What a script imports, by `from` or by `import()`. @param {string} name @param {string} code without its comments */
export function imports(name, code) {
  const found = { static: [], later: [] };
  for (const match of code.matchAll(/\b(?:import|export)\b[^'"()]*from\s*['"]([^'"]+)['"]/g)) found.static.push(match[1]);
  for (const match of code.matchAll(/import\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g)) found.later.push(match[1] ?? match[2]);
  const to = (path) => relative(root, join(root, name, '..', path));
  return { static: found.static.map(to), later: found.later.map(to) };
}

/** @param {string[]} names @returns {Promise<string[]>} in order */
export async function closure(names) {
  const seen = new Set();
  const visit = async (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const next of imports(name, served(name, await readFile(join(root, name), 'utf8'))).static) await visit(next);
  };
  for (const name of names) await visit(name);
  return [...seen].sort();
}
