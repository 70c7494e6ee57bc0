// How files are made smaller before they are served: comments and blanks at the beginning of lines are left out of scripts and style
// sheets. Scripts keep to what makes that safe: comments of types and of their own lines begin with `/**` and `//`, and no text of
// several lines depends on its blanks.

/** @param {string} name @param {string} text */
export function served(name, text) {
  if (name.startsWith('vendor/')) return text;
  if (name.endsWith('.js')) return lines(text.replace(/\/\*\*[\s\S]*?\*\/ ?/g, '')).filter((line) => !line.startsWith('//')).join('\n');
  if (name.endsWith('.css')) return lines(text.replace(/\/\*[\s\S]*?\*\//g, '')).join('\n');
  return text;
}

/** @param {string} text */
function lines(text) {
  return text.split('\n').map((line) => line.trim()).filter(Boolean);
}
