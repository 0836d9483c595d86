// The texts in `locales/`: which there are, by which names, and in what order a language's list has them.
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const SLOTS = 'npm/src/customise/slots.ts';

/** @typedef {{ [name: string]: string | Tree }} Tree a parsed locale file, or a group in it */

/** Read by scripts and not by the WASM; the same list is in `build.rs`. */
const SCRIPTS_ONLY = ['shell', 'frame'];
/** What the shell reads besides its own group, as `Messages` in `npm/src/shell.ts`. */
const SHARED = ['common.retry', 'common.close', 'common.cancel', 'loading.now', 'loading.slow'];

/** @param {string} [folder] @returns {Map<string, Tree>} by BCP 47 tag, English first */
export function readAll(folder = 'locales') {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'review.json');
  const tags = files.map((name) => basename(name, '.json')).sort((a, b) => Number(b === 'en') - Number(a === 'en') || (a < b ? -1 : 1));
  return new Map(tags.map((tag) => [tag, JSON.parse(readFileSync(join(folder, `${tag}.json`), 'utf8'))]));
}

/** A text that counts has a form for each plural category. @param {unknown} node @returns {node is Record<string, string>} */
export function isPlural(node) {
  return typeof node === 'object' && node !== null && typeof (/** @type {Tree} */ (node).other) === 'string';
}

/**
 * Every text and every plural by its path. A number among the errors that only names another one is neither.
 *
 * @param {Tree} tree
 * @returns {Map<string, string | Record<string, string>>}
 */
export function texts(tree) {
  const found = new Map();
  /** @param {Tree | string} node @param {string} path */
  const walk = (node, path) => {
    if (isPlural(node)) found.set(path, node);
    else if (typeof node === 'string') found.set(path, node);
    else if (node) for (const [name, inner] of Object.entries(node)) walk(inner, path ? `${path}.${name}` : name);
  };
  walk(tree, '');
  for (const path of aliases(tree).keys()) found.delete(path);
  return found;
}

/** Errors that show the texts of another one. @param {Tree} tree @returns {Map<string, string>} */
export function aliases(tree) {
  const same = Object.entries(tree.errors ?? {}).filter(([, entry]) => typeof entry === 'string');
  return new Map(same.map(([number, other]) => [`errors.${number}`, String(other)]));
}

/** The names in the order of a list, as `build.rs` has them: texts, then plurals. @param {Tree} english */
export function names(english) {
  const all = [...texts(english)].filter(([path]) => !SCRIPTS_ONLY.includes(path.split('.')[0]));
  const sorted = (/** @type {boolean} */ plural) => all.filter(([, node]) => isPlural(node) === plural).map(([path]) => path).sort();
  return [...sorted(false), ...sorted(true)];
}

/**
 * A language as it is shipped: by name what scripts read, and the face's list.
 *
 * @param {Tree} english
 * @param {Tree} tree
 */
export function pack(english, tree) {
  const order = names(english);
  const has = texts(tree);
  const others = SCRIPTS_ONLY.filter((group) => group !== 'shell' && group in tree).map((group) => [group, tree[group]]);
  const face = [fingerprint(order.join('\n')), ...order.map((name) => has.get(name) ?? null)];
  return { ...shell(tree), ...Object.fromEntries(others), face };
}

/** What shows before any WASM is there; put into the loader for English. @param {Tree} tree */
export function shell(tree) {
  const has = texts(tree);
  const { errors, failed } = /** @type {any} */ (tree);
  // What the face says of an error without a number, for when it is the face that broke.
  /** @type {Record<string, any>} */
  const shell = { shell: { ...Object(tree.shell), internal: { ...errors['-1'], code: failed.code.replace('{code}', '-1') } } };
  for (const path of SHARED) {
    const [group, name] = path.split('.');
    (shell[group] ??= {})[name] = has.get(path);
  }
  return shell;
}

/** What esbuild puts into the scripts. @param {Map<string, Tree>} languages */
export function defined(languages) {
  const english = /** @type {Tree} */ (languages.get('en'));
  return {
    LOCALES: JSON.stringify([...languages.keys()].filter((tag) => tag !== 'en')),
    SHELL_IN_ENGLISH: JSON.stringify(shell(english)),
    FINGERPRINT: JSON.stringify(fingerprint(names(english).join('\n'))),
    PLACES: JSON.stringify(places(english)),
  };
}

/** Where in a language's list the texts are that a host may replace: those that `SLOTS` names. @param {Tree} english */
function places(english) {
  const slots = readFileSync(SLOTS, 'utf8');
  const all = names(english).map((name, index) => /** @type {const} */ ([name, index + 1]));
  return Object.fromEntries(all.filter(([name]) => slots.includes(`'${name}'`)));
}

/** FNV-1a, 32 bits, as in `build.rs`. @param {string} text */
function fingerprint(text) {
  return Buffer.from(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}
