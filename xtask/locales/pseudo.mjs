// Two languages nobody speaks, made from English for tests: en-XA shows what is not translated and what does not fit,
// ar-XB what does not turn round. Never shipped.
import { isPlural } from './texts.mjs';

/** @typedef {import('./texts.mjs').Tree} Tree */

const ACCENTED = Object.fromEntries(
  [...'AaBCcDdEeGgHhIiJjKkLlNnOoRrSsTtUuWwYyZz'].map((letter, n) => [letter, [...'ÅåƁÇçÐðÉéĜĝĤĥÎîĴĵĶķĻļÑñÖöŔŕŠšŢţÛûŴŵÝýŽž'][n]]),
);
/** A translation may be this much longer. */
const LONGER = 1.4;
const FILLER = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** @param {Tree} english @param {string} tag `en-XA` or `ar-XB` @returns {Tree} */
export function pseudo(english, tag) {
  const change = tag === 'ar-XB' ? mirrored : accented;
  const categories = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
  /** @param {any} node @returns {any} */
  const walk = (node) => {
    if (isPlural(node)) return Object.fromEntries(categories.map((category) => [category, change(node[category] ?? node.other)]));
    if (typeof node === 'string') return change(node);
    return Object.fromEntries(Object.entries(node).map(([name, inner]) => [name, walk(inner)]));
  };
  const made = walk(english);
  // A number that names another one is no text.
  for (const [number, entry] of Object.entries(english.errors ?? {})) if (typeof entry === 'string') made.errors[number] = entry;
  return made;
}

/** Brackets show where a text was cut or put together. @param {string} text */
function accented(text) {
  const filler = [];
  for (let n = 0; text.length + filler.join(' ').length < text.length * LONGER; n += 1) filler.push(FILLER[n % FILLER.length]);
  return `[${outside(text, (part) => [...part].map((letter) => ACCENTED[letter] ?? letter).join(''))} ${filler.join(' ')}]`;
}

/** Each word within an override that a bidirectional text must not leak out of. @param {string} text */
function mirrored(text) {
  return outside(text, (part) => part.replace(/\S+/g, (word) => `\u200f\u202e${word}\u202c\u200f`));
}

/** Placeholders stay as they are. @param {string} text @param {(part: string) => string} change */
function outside(text, change) {
  return text.split(/(\{\w+\})/).map((part, n) => (n % 2 ? part : change(part))).join('');
}

