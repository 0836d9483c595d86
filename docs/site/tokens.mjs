// The table of tokens from style/tokens.css: name, both values, and what it is for.

/** @param {string} css @returns {string} */
export function tokensTable(css) {
  const light = tokens(rule(css, '.repin {'));
  const dark = tokens(rule(css, '.repin[data-theme="dark"] {'));
  if (light.size < 10 || dark.size < 10) throw new Error('style/tokens.css was not understood');
  const rows = [...light].map(([name, { value, what }]) => {
    const other = dark.get(name)?.value;
    return `| \`${name}\` | \`${value}\` | ${other ? `\`${other}\`` : 'the same'} | ${what} |`;
  });
  return `| Token | Light | Dark | What it is for |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** What stands between the braces of the first rule with this head. @param {string} css @param {string} head */
function rule(css, head) {
  const start = css.indexOf(`\n${head}`) + head.length + 1;
  return css.slice(start, css.indexOf('\n}', start));
}

/** @param {string} rule @returns {Map<string, { value: string, what: string }>} */
function tokens(rule) {
  const found = rule.matchAll(/^ +(--pr-[\w-]+): ([^;]+);(?: \/\* (.+?) \*\/)?$/gm);
  return new Map([...found].map(([, name, value, what = '']) => [name, { value, what }]));
}
