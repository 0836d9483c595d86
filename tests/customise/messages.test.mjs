// A host's words stand before those of whatever language is spoken, in the shell and in the face.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { names, pack, readAll, shell } from '../../xtask/locales/texts.mjs';
import { load } from './load.mjs';

const { merged } = await load('npm/src/customise/messages.ts');
const { customise } = await load('npm/src/customise/customise.ts');
const LANGUAGES = readAll();
const ENGLISH = /** @type {import('../../xtask/locales/texts.mjs').Tree} */ (LANGUAGES.get('en'));
const GERMAN = pack(ENGLISH, /** @type {any} */ (LANGUAGES.get('de')));

const HOST = customise({
  localizations: {
    common: { continue: 'Onwards', retry: 'Once more' },
    securityIntros: { headline: 'A way back', description: 'Only you can answer.' },
    securityQuestions: { questionHeader: 'Your {{ordinal}} question' },
    recoverPincode: { answerInputPlaceholder: 'Type it' },
    securitySummary: { question: 'The {{ordinal}}' },
  },
  securityQuestions: { securityConfirmItems: ['Mine.'] },
  customLinks: { learnMoreUrl: 'https://wallet.example/help' },
});

/** @param {any} messages @param {string} name what the face finds by this name */
function text({ face }, name) {
  return face[names(ENGLISH).indexOf(name) + 1];
}

test('English, which has no list, gets one of the host’s words alone', () => {
  const messages = merged(shell(ENGLISH), HOST, 'en');
  assert.equal(messages.face[0], GERMAN.face[0]);
  assert.equal(text(messages, 'common.continue'), 'Onwards');
  assert.deepEqual(text(messages, 'intro.lead'), { one: 'Only you can answer.', other: 'Only you can answer.' });
  assert.equal(text(messages, 'summary.lead'), undefined);
  assert.equal(messages.common.retry, 'Once more');
  assert.equal(messages.common.close, 'Close');
  assert.ok(!('face' in shell(ENGLISH)));
});

test('the host’s words stand in the list of another language, whose others stay', () => {
  const before = structuredClone(GERMAN);
  const messages = merged(GERMAN, HOST, 'de');
  assert.equal(text(messages, 'common.continue'), 'Onwards');
  assert.equal(text(messages, 'summary.lead'), text(GERMAN, 'summary.lead'));
  assert.equal(messages.common.retry, 'Once more');
  assert.deepEqual(GERMAN, before, 'the language itself is as it was, for the next who speaks it');
});

test('what has no words of ours stands by name, with its number in the language spoken', () => {
  const { custom } = merged(shell(ENGLISH), HOST, 'en').face;
  assert.equal(custom['ask.2'], 'Your 2nd question');
  assert.equal(custom['nth.3'], 'The 3rd');
  assert.equal(custom['item.1'], 'Mine.');
  assert.equal(custom['placeholder.answer0'], 'Type it');
  assert.equal(custom.learn_more_url, 'https://wallet.example/help');
  assert.equal(merged(GERMAN, HOST, 'ar-EG').face.custom['ask.2'], 'Your ٢ question');
});

test('a list of another version counts for nothing, and the host’s words still do', () => {
  const stale = merged({ ...GERMAN, face: [1, 'x', 'y'] }, HOST, 'de');
  assert.equal(stale.face[0], GERMAN.face[0]);
  assert.equal(text(stale, 'common.continue'), 'Onwards');
});

test('every text of ours that a host may replace has its place in the list', async () => {
  const { TEXTS, HEADLINES } = await load('npm/src/customise/slots.ts');
  const ours = [...Object.values(TEXTS), ...Object.values(HEADLINES).map(([title]) => title)].filter((name) => !name.startsWith('custom.'));
  const messages = merged(shell(ENGLISH), { texts: Object.fromEntries(ours.map((name) => [name, `mine: ${name}`])), confirmItems: [] }, 'en');
  for (const name of ours) assert.match(JSON.stringify(text(messages, name)) ?? '', new RegExp(`mine: ${name}`), name);
});
