// What must hold of every language: nothing missing, nothing foreign, nothing that would break a sentence or a page.
import { aliases, isPlural, texts } from './texts.mjs';

/** @typedef {import('./texts.mjs').Tree} Tree */

/** Tags that are made from English for tests, where left to right is overridden on purpose. */
export const PSEUDO = ['en-XA', 'ar-XB'];

/** Numbers that a text may have to count. */
const COUNTED = Array.from({ length: 201 }, (_, n) => n);

/**
 * @param {Tree} english
 * @param {string} tag BCP 47
 * @param {Tree} tree
 * @returns {string[]} what is wrong, each with its place
 */
export function problems(english, tag, tree) {
  const [reference, own] = [texts(english), texts(tree)];
  const found = [];
  if (Intl.getCanonicalLocales(tag)[0] !== tag) found.push(`the tag is written ${Intl.getCanonicalLocales(tag)[0]}`);
  for (const path of reference.keys()) if (!own.has(path)) found.push(`${path}: missing`);
  for (const path of own.keys()) if (!reference.has(path)) found.push(`${path}: not among the texts of English`);
  for (const [path, other] of [...aliases(english), ...aliases(tree)]) {
    if (aliases(tree).get(path) !== other || aliases(english).get(path) !== other) found.push(`${path}: not the same number as in English`);
  }
  for (const [path, node] of own) {
    const like = reference.get(path);
    if (like === undefined) continue;
    if (isPlural(like) && isPlural(node)) found.push(...plural(tag, node, like).map((what) => `${path}.${what}`));
    else if (typeof like === 'string' && typeof node === 'string') found.push(...sentence(tag, node, like, placeholders(like)).map((what) => `${path}: ${what}`));
    else found.push(`${path}: ${isPlural(like) ? 'needs plural forms' : 'has no plural forms in English'}`);
  }
  return found;
}

/** @param {string} tag @param {Record<string, string>} node @param {Record<string, string>} like */
function plural(tag, node, like) {
  const rules = new Intl.PluralRules(tag);
  const wanted = rules.resolvedOptions().pluralCategories;
  const missing = wanted.filter((category) => !(category in node)).map((category) => `${category}: missing, ${tag} has this category`);
  const forms = Object.entries(node).flatMap(([category, text]) => {
    if (!wanted.includes(/** @type {any} */ (category))) return [`${category}: ${tag} has no such category`];
    // "One minute" may do without its number; a form that stands for many numbers may not.
    const alone = COUNTED.filter((n) => rules.select(n) === category).length === 1;
    const needed = new Set(alone ? placeholders(text).filter((name) => name === 'n') : placeholders(like.other));
    return sentence(tag, text, like[category] ?? like.other, [...needed]).map((what) => `${category}: ${what}`);
  });
  return [...missing, ...forms];
}

/** @param {string} tag @param {string} text @param {string} english @param {string[]} needed @returns {string[]} */
function sentence(tag, text, english, needed) {
  if (!text.trim()) return ['empty'];
  const found = [];
  const has = placeholders(text);
  if ([...new Set(has)].sort().join() !== [...new Set(needed)].sort().join()) found.push(`has {${has}} and needs {${needed}}`);
  const plain = text.replace(/\{\w+\}/g, '');
  if (/[{}]/.test(plain)) found.push('a brace that is no placeholder');
  if (/[<>&*`_\\]|\p{Cc}/u.test(plain)) found.push('markup, or a control character');
  if (/["']/.test(plain)) found.push('a straight quotation mark or apostrophe');
  if (/^\s|\s$| {2}/.test(text)) found.push('a space too many');
  if (text !== text.normalize('NFC')) found.push('not in the composed form (NFC)');
  if (PSEUDO.includes(tag)) return found;
  // Zero-width joiners and marks are part of writing Persian and Hindi; overrides turn a sentence around.
  if (/[\u202a-\u202e\u2066-\u2069]/.test(text)) found.push('an override of the direction');
  if (tag.split('-')[0] !== 'en' && text === english && text.split(/\s+/).length > 3) found.push('still English');
  return found;
}

/** @param {string} text */
function placeholders(text) {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
}
