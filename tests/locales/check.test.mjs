// The check of translations finds each kind of mistake, and nothing in a language that has none.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { PSEUDO, problems } from '../../xtask/locales/check.mjs';
import { pseudo } from '../../xtask/locales/pseudo.mjs';
import { names, pack, readAll, texts } from '../../xtask/locales/texts.mjs';

const ALL = readAll();
const ENGLISH = /** @type {import('../../xtask/locales/texts.mjs').Tree} */ (ALL.get('en'));

/** What the check says about a language made by changing a pseudo-language, which has every text. @param {(tree: any) => void} change */
function found(change, tag = 'ar-XB') {
  const tree = structuredClone(pseudo(ENGLISH, tag));
  change(tree);
  return problems(ENGLISH, tag, tree);
}

for (const [tag, tree] of ALL) {
  test(`${tag} has every text, in sentences that hold`, () => assert.deepEqual(problems(ENGLISH, tag, tree), []));
}

for (const tag of PSEUDO) {
  test(`${tag} is made from English and has every text`, () => {
    assert.deepEqual(found(() => {}, tag), []);
    assert.equal(texts(pseudo(ENGLISH, tag)).size, texts(ENGLISH).size);
  });
}

test('en-XA is at least two fifths longer than English', () => {
  const longer = texts(pseudo(ENGLISH, 'en-XA'));
  for (const [path, text] of texts(ENGLISH)) {
    if (typeof text === 'string') assert.ok(String(longer.get(path)).length >= text.length * 1.4, path);
  }
});

/** @type {[string, (tree: any) => void, RegExp, string?][]} */
const MISTAKES = [
  ['a missing text', (tree) => delete tree.locked.title, /^locked\.title: missing$/],
  ['a missing group', (tree) => delete tree.shell.offline, /^shell\.offline\.title: missing$/],
  ['a text of its own', (tree) => (tree.locked.extra = 'x'), /^locked\.extra: not among/],
  ['an empty text', (tree) => (tree.locked.title = ' '), /^locked\.title: empty$/],
  ['a lost placeholder', (tree) => (tree.locked.text = 'x'), /^locked\.text: has \{\} and needs \{time\}$/],
  ['a renamed placeholder', (tree) => (tree.locked.text = 'x {zeit}'), /^locked\.text: has \{zeit\}/],
  ['a broken placeholder', (tree) => (tree.locked.title = 'x {time'), /brace/],
  ['a missing plural category', (tree) => delete tree.pin.label.few, /^pin\.label\.few: missing, ar-XB has/],
  ['a plural category of another language', (tree) => (tree.pin.label.two = 'x'), /^pin\.label\.two: en-XA has no such/, 'en-XA'],
  ['a plural without its forms', (tree) => (tree.pin.label = 'x'), /^pin\.label: needs plural forms/],
  ['a form for many numbers that names none', (tree) => (tree.pin.label.few = 'x'), /^pin\.label\.few: has \{\} and needs \{n\}$/],
  ['an error that names another number', (tree) => (tree.errors['155103'] = '155122'), /^errors\.155103: not the same number/],
  ['markup', (tree) => (tree.locked.title = 'x <b>y</b>'), /markup/],
  ['an entity', (tree) => (tree.locked.title = 'x &amp; y'), /markup/],
  ['a line break', (tree) => (tree.locked.title = 'x\ny'), /markup/],
  ['a straight quotation mark', (tree) => (tree.locked.title = 'x "y"'), /straight/],
  ['a straight apostrophe', (tree) => (tree.locked.title = "l'x"), /straight/],
  ['a space too many', (tree) => (tree.locked.title = 'x '), /space/],
  ['a decomposed letter', (tree) => (tree.locked.title = 'e\u0301'), /NFC/],
];
for (const [what, change, said, tag] of MISTAKES) {
  test(`finds ${what}`, () => assert.match(found(change, tag).join('\n'), new RegExp(said.source, 'm')));
}

test('finds a sentence left in English, and an override of the direction', () => {
  const tree = structuredClone(ENGLISH);
  assert.match(problems(ENGLISH, 'de', tree).join('\n'), /^locked\.nobody: still English$/m);
  /** @type {any} */ (tree).locked.title = '\u202ex';
  assert.match(problems(ENGLISH, 'de', tree).join('\n'), /^locked\.title: an override/m);
});

test('finds a tag that is not written as it should be', () => {
  assert.match(problems(ENGLISH, 'zh-hant', ENGLISH).join('\n'), /^the tag is written zh-Hant$/m);
});

test('a form that stands for one number alone may do without it', () => {
  assert.deepEqual(found((tree) => (tree.pin.label.two = 'x')), []);
});

test('a list has one place for each name, and a hole for what is not there', () => {
  const { face } = pack(ENGLISH, { ...ENGLISH, pin: { label: { one: 'x', other: 'y' } }, locked: {} });
  const order = names(ENGLISH);
  assert.equal(face.length, order.length + 1);
  assert.deepEqual(face[order.indexOf('pin.label') + 1], { one: 'x', other: 'y' });
  assert.equal(face[order.indexOf('locked.title') + 1], null);
  assert.ok(!order.some((name) => name.startsWith('shell.')), 'the face has no texts of the shell');
});
