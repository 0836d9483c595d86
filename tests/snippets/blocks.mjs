// The examples of the papers: what a reader copies. Each says in a comment of Markdown, which no reader sees, how it is run:
//
//   <!-- run: page -->                 by these tests: KINDS in marks.test.mjs
//   <!-- run by tests/…/x.test.mjs --> by another test, which names the paper
//   <!-- same as tests/…/App.vue -->   it stands in a file that another test builds and runs
//   <!-- not run: why not -->          a reason, which the tests list
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Languages whose blocks are for copying. What has another, or none, shows a form or an answer. */
const SOURCES = ['js', 'ts', 'tsx', 'jsx', 'html', 'vue', 'svelte', 'css', 'rust', 'sh', 'python'];
const BLOCK = /(?:^<!-- (run: |run by |same as |not run: )([^]*?) -->\n)?^```(\w+)[^\n]*\n([^]*?)^```$/gm;

/**
 * @typedef {object} Block
 * @property {string} at file and line
 * @property {string} file
 * @property {string} language
 * @property {string} code
 * @property {string} [how] `run: `, `run by `, `same as ` or `not run: `
 * @property {string} [what] the kind, the file or the reason
 */

/** Every example, in the order of the papers. @returns {Block[]} */
export function blocks() {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
  const files = ['README.md', 'npm/README.md', ...docs].filter((file) => existsSync(join(ROOT, file)));
  return files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return [...text.matchAll(BLOCK)]
      .map(({ 0: whole, 1: how, 2: what, 3: language, 4: code, index }) => {
        const line = text.slice(0, index + whole.indexOf('```')).split('\n').length;
        return { at: `${file}:${line}`, file, language, code, how, what };
      })
      .filter(({ language }) => SOURCES.includes(language));
  });
}

/** Those of one kind. @param {string} kind @returns {Block[]} */
export function ofKind(kind) {
  return blocks().filter(({ how, what }) => how === 'run: ' && what?.split(' ')[0] === kind);
}

/** What is wrong with a block's comment. @param {Block} block @param {string[]} kinds @returns {string | undefined} */
export function problem({ at, file, code, how, what }, kinds) {
  if (!how || !what) return `${at}: says neither how it is run nor why not`;
  if (how === 'run: ') return kinds.includes(what.split(' ')[0]) ? undefined : `${at}: nothing runs \`${what}\``;
  if (how === 'not run: ') return undefined;
  const path = join(ROOT, what);
  if (!existsSync(path)) return `${at}: there is no ${what}`;
  const text = readFileSync(path, 'utf8');
  if (how === 'run by ') return text.includes(file.replace(/^.*\//, '')) ? undefined : `${at}: ${dirname(what)} does not name ${file}`;
  return text.replace(/^\s+/gm, '').includes(code.replace(/^\s+/gm, '').trim()) ? undefined : `${at}: ${what} does not say the same`;
}
