// Called by `cargo xtask languages` and by the lint as: node xtask/locales/main.mjs check|write|reviewed TAG NAME
import { readFileSync, writeFileSync } from 'node:fs';
import { problems } from './check.mjs';
import { document } from './document.mjs';
import { note, readReview, wrongWith } from './review.mjs';
import { readAll } from './texts.mjs';

const PAGE = 'docs/languages.md';

const [verb, tag, by] = process.argv.slice(2);
const languages = readAll();
const english = /** @type {import('./texts.mjs').Tree} */ (languages.get('en'));

const wrong = [...languages].flatMap(([tag, tree]) => problems(english, tag, tree).map((what) => `locales/${tag}.json: ${what}`));
wrong.push(...wrongWith(readReview(), languages));
if (wrong.length) fail(wrong.join('\n'));
if (verb === 'reviewed') {
  if (!tag || !by) fail('usage: reviewed TAG "NAME"');
  note(tag, by, languages);
}
const page = document(languages, readReview());
if (verb === 'check') {
  if (readFileSync(PAGE, 'utf8') !== page) fail(`${PAGE} is not what \`cargo xtask languages\` writes`);
} else writeFileSync(PAGE, page);
console.log(`${languages.size} languages, nothing wrong`);

/** @param {string} reason */
function fail(reason) {
  console.error(reason);
  process.exit(1);
}
