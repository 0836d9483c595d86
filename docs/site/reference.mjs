// The parts of the papers that are made from the code: `node docs/site/reference.mjs write`, or `check`, which compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiPage } from './api.mjs';
import { tokensTable } from './tokens.mjs';
import { dependencyTables } from '../../xtask/supply/dependencies.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const dependencies = dependencyTables(ROOT);

/** @type {{ file: string, make: (text: string) => string }[]} */
const MADE = [
  { file: 'docs/api.md', make: () => apiPage(join(ROOT, 'npm')) },
  {
    file: 'docs/dependencies.md',
    make: (text) => Object.entries(dependencies).reduce((page, [part, table]) => between(page, part, table), text),
  },
  { file: 'docs/theming.md', make: (text) => between(text, 'tokens', tokensTable(read('style/tokens.css'))) },
];

const stale = MADE.filter(({ file, make }) => {
  const now = read(file);
  const made = make(now);
  if (made === now) return false;
  if (process.argv[2] === 'write') writeFileSync(join(ROOT, file), made);
  return true;
});
if (process.argv[2] === 'check' && stale.length) {
  console.error(`not what the code says: ${stale.map(({ file }) => file)}; run \`cargo xtask reference\``);
  process.exit(1);
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Puts text between the two comments of this name. @param {string} page @param {string} name @param {string} text */
function between(page, name, text) {
  const [open, close] = [new RegExp(`<!-- ${name}: [^>]*-->\n`), `<!-- /${name} -->`];
  const [start] = open.exec(page) ?? [];
  if (!start || !page.includes(close)) throw new Error(`no place for ${name}`);
  return page.slice(0, page.indexOf(start) + start.length) + text + page.slice(page.indexOf(close));
}
