// Puts the pages that lie about the repository into one flat folder for the generator, and turns their links, which work
// where they lie, into links that work on the site. A link to what is not there is an error.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INSTEAD, PAGES } from './pages.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STAGED = join(ROOT, 'docs/site/staged');
/** Pages whose tables need the room of the outline. */
const WIDE = ['comparison', 'conformance', 'theming'];
const PICTURES = 'docs/pictures';
/** What the widget is compared with by the tests, and where it is on the site. */
const SCREENS = ['tests/e2e/pictures/accepted', 'screens'];

stage();

function stage() {
  const problems = forgotten();
  rmSync(STAGED, { recursive: true, force: true });
  mkdirSync(join(STAGED, 'public'), { recursive: true });
  cpSync(join(ROOT, PICTURES), join(STAGED, 'public/pictures'), { recursive: true });
  cpSync(join(ROOT, SCREENS[0]), join(STAGED, SCREENS[1]), { recursive: true });
  cpSync(join(ROOT, 'docs/site/public'), join(STAGED, 'public'), { recursive: true });
  cpSync(join(ROOT, 'docs/openapi.json'), join(STAGED, 'public/openapi.json'));
  for (const { name, source } of PAGES) {
    if (!existsSync(join(ROOT, source))) problems.push(`${source} is on the list of pages and is not there`);
    else writeFileSync(join(STAGED, `${name}.md`), front(name) + relink(source, patches(twice(readFileSync(join(ROOT, source), 'utf8'))), problems));
  }
  if (problems.length) {
    console.error(problems.join('\n'));
    process.exit(1);
  }
}

/** Pages of docs/ that no list names. */
function forgotten() {
  const known = new Set(PAGES.map(({ source }) => source));
  const there = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`);
  return there.filter((file) => !known.has(file)).map((file) => `${file} is not on the list of pages (docs/site/pages.mjs)`);
}

/** @param {string} source @param {string} text @param {string[]} problems */
function relink(source, text, problems) {
  return outsideOfCode(text, (prose) =>
    prose.replace(/\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, words, link) => {
      if (/^([a-z]+:|#|\/)/.test(link)) return whole;
      const [path, hash] = link.split(/(?=#)/);
      const target = posix.normalize(posix.join(posix.dirname(source), path));
      const found = place(target) ?? evidence(target);
      if (found) return `[${words}](${found}${hash ?? ''})`;
      if (!existsSync(join(ROOT, target))) problems.push(`${source} links to ${target}, which is not there`);
      return `${words} (\`${target}\`)`;
    }),
  );
}

/** @param {string} name */
function front(name) {
  return WIDE.includes(name) ? '---\naside: false\npageClass: wide\n---\n\n' : '';
}

/** A file of the code that a page points to goes along as it is. @param {string} file @returns {string | undefined} */
function evidence(file) {
  if (!existsSync(join(ROOT, file)) || !statSync(join(ROOT, file)).isFile()) return undefined;
  cpSync(join(ROOT, file), join(STAGED, 'public/source', `${file}.txt`));
  return `/source/${file}.txt`;
}

/** A picture follows the site's own switch, where on the code host it follows the device. @param {string} text */
function twice(text) {
  const picture = /<picture><source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)"><img src="([^"]+)"([^>]*)><\/picture>/g;
  const here = text.replaceAll(`../${SCREENS[0]}/`, `./${SCREENS[1]}/`);
  return here.replace(picture, '<img class="only-light" src="$2"$3><img class="only-dark" src="$1"$3>');
}

/** In the table of tokens, a patch beside each colour. @param {string} text */
function patches(text) {
  const patch = (/** @type {string} */ row) => row.replace(/`(#[0-9a-f]{3,8})`/g, '<span class="swatch" style="background: $1"></span>$&');
  return text.replace(/^\| `--pr-.*$/gm, patch);
}

/** Where a file of the repository is on the site. @param {string} file @returns {string | undefined} */
function place(file) {
  const page = PAGES.find(({ source }) => source === file)?.name ?? /** @type {Record<string, string>} */ (INSTEAD)[file];
  if (page) return `./${page}.md`;
  if (file === 'docs/openapi.json') return '/openapi.json';
  const isPicture = file.startsWith(`${PICTURES}/`) && existsSync(join(ROOT, file));
  return isPicture ? `/pictures/${file.slice(PICTURES.length + 1)}` : undefined;
}

/** Leaves fenced blocks alone. @param {string} text @param {(prose: string) => string} change */
function outsideOfCode(text, change) {
  return text.split(/(^```[^]*?^```$)/m).map((part, index) => (index % 2 ? part : change(part))).join('');
}
