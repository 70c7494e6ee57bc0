// How files are made smaller before they are served: comments and blanks that mean nothing are left out of scripts and style sheets.
// build.rs says the same; the flow of the first screen compares what it serves with this, file by file.

/** @param {string} name @param {string} text */
export function served(name, text) {
  if (name.startsWith('vendor/')) return text;
  if (name.endsWith('.js')) return script(text);
  return name.endsWith('.css') ? style(text) : text;
}

const NOTHING = /(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)+/y;
const TEXT = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/y;
const PATTERN = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\//y;
/** A template, or its part behind an expression, up to the next expression. */
const PART = /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;

/** Whether a character may be part of a name or a number. */
const isWord = (one) => /[\w$\x80-\uffff]/.test(one);

/** @param {string} text */
function script(text) {
  let kept = '';
  let at = 0;
  // Of each expression in a template, how many braces are open.
  const open = [];
  const found = (pattern) => {
    pattern.lastIndex = at;
    const [all] = pattern.exec(text) ?? [''];
    at += all.length;
    return all;
  };
  while (at < text.length) {
    const last = kept.at(-1) ?? ';';
    const blank = found(NOTHING);
    const one = text[at] ?? '}';
    kept += blank && between(last, one, blank.includes('\n'));
    if (at === text.length) break;
    const before = at;
    if (one === "'" || one === '"') kept += found(TEXT);
    else if (one === '/' && !isWord(last) && !')]}'.includes(last)) kept += found(PATTERN);
    else if (one === '`' || (one === '}' && open.at(-1) === 0)) {
      if (one === '}') open.pop();
      const part = found(PART);
      if (part.endsWith('{')) open.push(0);
      kept += part.replace(/\s*\n\s*/g, '\n').replace(/>\n/g, '>').replace(/\n</g, '<');
    } else {
      if (one === '{' && open.length) open[open.length - 1] += 1;
      if (one === '}' && open.length) open[open.length - 1] -= 1;
      if (one === '}' && last === ';') kept = kept.slice(0, -1);
      kept += one;
      at += 1;
    }
    if (at === before) throw new Error(`what is this? ${text.slice(at, at + 40)}`);
  }
  return kept;
}

/** What has to stay of the blanks between two characters: where no statement can end, an end of line is a blank. */
function between(last, next, line) {
  if (line && !';{,([:?=&|'.includes(last) && !')]},;.?:=&|'.includes(next)) return '\n';
  return (isWord(last) && isWord(next)) || last === '/' || next === '/' || ('+-'.includes(last) && last === next) ? ' ' : '';
}

/** @param {string} text */
function style(text) {
  let kept = '';
  for (const [one] of text.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/"[^"]*"|\s+|[^]/g)) {
    if ('{};,'.includes(one)) kept = kept.trimEnd();
    if (one === '}' && kept.endsWith(';')) kept = kept.slice(0, -1);
    if (one.trim()) kept += one;
    else if (kept && !'{};,:'.includes(kept.at(-1))) kept += ' ';
  }
  return kept;
}
