// Writes docs/languages.md: which languages there are, how far each is, and how to add or mend one.
import { problems } from './check.mjs';
import { critical, status } from './review.mjs';
import { texts } from './texts.mjs';

/** @typedef {import('./texts.mjs').Tree} Tree */

/** @param {Map<string, Tree>} languages @param {import('./review.mjs').Review} review @returns {string} */
export function document(languages, review) {
  const english = /** @type {Tree} */ (languages.get('en'));
  const all = [...texts(english).keys()];
  const sentences = critical(review, english);
  const rows = Object.keys(review.languages).map((tag) => {
    const tree = languages.get(tag);
    const { name, own } = review.languages[tag];
    const has = tree ? texts(tree) : new Map();
    const share = `${Math.floor((100 * all.filter((path) => has.has(path)).length) / all.length)} %`;
    const wrong = tree ? problems(english, tag, tree).length : 0;
    const state = tree ? status(review, tag, english, tree) + (wrong ? `; ${wrong} mistakes` : '') : 'not begun';
    return `| \`${tag}\` | ${name} | ${own} | ${share} | ${state} |`;
  });
  return TEXT.replace('ROWS', rows.join('\n')).replace('SENTENCES', `${sentences.length}`).replace('TEXTS', `${all.length}`);
}

const TEXT = `<!-- Made by \`cargo xtask languages\` from locales/; change it in xtask/locales/document.mjs. -->
# Languages

The widget speaks the languages below. It takes \`locale\`, or else the \`lang\` of the page, or else the first language of
the browser that it speaks, or else English. \`zh-TW\` and \`zh-HK\` are answered in \`zh-Hant\`, American Spanish in \`es-419\`;
numbers, dates and times follow the region that was asked for. English is compiled in; any other language is one small
file, fetched beside the engine.

**Machine-drafted** means that no person who speaks the language has read it yet. Of TEXTS texts, SENTENCES can cost somebody
the wallet when they are misunderstood; \`locales/review.json\` lists them. They need a native speaker before you rely
on a language in production.

| Tag | Language | In its own words | Texts | State |
|---|---|---|---|---|
ROWS

## Mending a translation

Change \`locales/<tag>.json\` and run \`cargo xtask languages\`. It finds what is missing, what English does not have, a lost
\`{placeholder}\`, a plural form that the language has and the file has not, markup, and sentences left in English; it then
writes this page anew. The same check runs in \`cargo xtask test\` and before \`dist/\` is built.

* Write as the language is written: its own quotation marks and apostrophes, and the polite form a bank would use.
* Say what English says, no more and no less. "Nobody can reset your answers" must not become "contact support".
* Placeholders stay as they are. In a plural a form for exactly one number may leave \`{n}\` out.
* \`agree.phrase\` is typed by people: keep it short, in letters that every keyboard of the language has.

Read the critical sentences as a speaker of the language? Say so, and this page will:
\`cargo xtask languages reviewed <tag> "<your name>"\`. When one of the sentences changes, the review has to be renewed.

## Adding a language

1. Copy \`locales/en.json\` to \`locales/<tag>.json\`, the tag being [BCP 47](https://www.rfc-editor.org/info/bcp47) in its shortest
   form, and translate it. Give each plural the forms of
   \`new Intl.PluralRules('<tag>').resolvedOptions().pluralCategories\`.
2. Add it to \`locales/review.json\`.
3. \`cargo xtask languages\`, then \`cargo xtask test --only lint --only locales --only axe\`: the last one opens every state
   in it at 320 px.

Nothing else has to be told: the loader's table, the direction and the plural rules come from the file's name and from
\`Intl\`.
`;
