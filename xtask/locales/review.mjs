// Which sentences decide over somebody's wallet, and which language has had them read by a person. A review is of words:
// when English or the translation changes, it is over.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { texts } from './texts.mjs';

/** @typedef {import('./texts.mjs').Tree} Tree */
/** @typedef {{ by: string, on: string, of: string }} Reviewed who, which day, and the mark of the words */
/** @typedef {{ name: string, own: string, drafted: string, reviewed?: Reviewed }} Language */
/** @typedef {{ critical: string[], languages: Record<string, Language> }} Review */

const FILE = 'locales/review.json';

/** @returns {Review} */
export const readReview = () => JSON.parse(readFileSync(FILE, 'utf8'));

/** The paths of the critical sentences: a group stands for all in it. @param {Review} review @param {Tree} english */
export function critical(review, english) {
  return [...texts(english).keys()].filter((path) => review.critical.some((group) => path === group || path.startsWith(`${group}.`)));
}

/** What is wrong with the list itself. @param {Review} review @param {Map<string, Tree>} languages @returns {string[]} */
export function wrongWith(review, languages) {
  const english = /** @type {Tree} */ (languages.get('en'));
  const all = [...texts(english).keys()];
  const nothing = review.critical.filter((group) => !all.some((path) => path === group || path.startsWith(`${group}.`)));
  const unlisted = [...languages.keys()].filter((tag) => !review.languages[tag]);
  return [
    ...nothing.map((group) => `${FILE}: no text is named ${group}`),
    ...unlisted.map((tag) => `${FILE}: locales/${tag}.json is not listed`),
  ];
}

/** @param {Review} review @param {string} tag @param {Tree} english @param {Tree} tree @returns {string} for people */
export function status(review, tag, english, tree) {
  const { drafted, reviewed } = review.languages[tag];
  if (tag === 'en') return 'reference';
  if (!reviewed) return drafted === 'machine' ? '**machine-drafted, needs review**' : `drafted by ${drafted}, needs review`;
  if (reviewed.of !== mark(review, english, tree)) return `**changed since** ${reviewed.by} read it on ${reviewed.on}`;
  return `critical sentences read by ${reviewed.by} on ${reviewed.on}`;
}

/** Notes that a person has read the critical sentences as they are. @param {string} tag @param {string} by @param {Map<string, Tree>} languages */
export function note(tag, by, languages) {
  const review = readReview();
  const [english, tree] = [languages.get('en'), languages.get(tag)];
  if (!english || !tree || !review.languages[tag]) throw new Error(`there is no language ${tag}`);
  review.languages[tag].reviewed = { by, on: new Date().toISOString().slice(0, 10), of: mark(review, english, tree) };
  writeFileSync(FILE, written(review));
}

/** @param {Review} review @param {Tree} english @param {Tree} tree */
function mark(review, english, tree) {
  const [reference, own] = [texts(english), texts(tree)];
  const words = critical(review, english).map((path) => [path, reference.get(path), own.get(path)]);
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 12);
}

/** One line for each, so that a change is one line. @param {Review} review */
function written({ critical, languages }) {
  const lines = (/** @type {string[]} */ all) => all.map((line) => `    ${line}`).join(',\n');
  const each = Object.entries(languages).map(([tag, entry]) => `${JSON.stringify(tag)}: ${JSON.stringify(entry)}`);
  return `{\n  "critical": [\n${lines(critical.map((path) => JSON.stringify(path)))}\n  ],\n  "languages": {\n${lines(each)}\n  }\n}\n`;
}
