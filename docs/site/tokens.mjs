// The table of tokens from style/tokens.css: name, both values, and what it is for. A line there is
//
//   --bg: var(--pr-bg, var(--light, #fff) var(--dark, #15171c)); /* the card */

/** @param {string} css @returns {string} */
export function tokensTable(css) {
  const rows = [...css.matchAll(/^ +--[\w-]+: var\((--pr-[\w-]+), (.+)\);(?: \/\* (.+?) \*\/)?$/gm)].map(([, name, value, what = '']) => {
    const [light, dark] = [only(value, 'light', 'dark'), only(value, 'dark', 'light')];
    return `| \`${name}\` | \`${light}\` | ${dark === light ? 'the same' : `\`${dark}\``} | ${what} |`;
  });
  if (rows.length < 15) throw new Error('style/tokens.css was not understood');
  return `| Token | Light | Dark | What it is for |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** The value where one of the two shows: `var(--light, X) var(--dark, Y)` is X or Y. @param {string} value @param {string} shown @param {string} hidden */
function only(value, shown, hidden) {
  return replaced(replaced(value, `var(--${hidden}, `, () => ''), `var(--${shown}, `, (inside) => inside).trim();
}

/** Replaces each call that begins so, up to its own closing bracket. @param {string} text @param {string} call @param {(inside: string) => string} by */
function replaced(text, call, by) {
  const start = text.indexOf(call);
  if (start < 0) return text;
  let depth = 1;
  let end = start + call.length;
  for (; depth && end < text.length; end += 1) depth += { '(': 1, ')': -1 }[text[end]] ?? 0;
  const inside = text.slice(start + call.length, end - 1);
  return replaced(text.slice(0, start) + by(inside) + text.slice(end), call, by);
}
