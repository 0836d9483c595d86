// A review is of words, and ends with them.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { critical, readReview, status, wrongWith } from '../../xtask/locales/review.mjs';
import { readAll } from '../../xtask/locales/texts.mjs';

const LANGUAGES = readAll();
const ENGLISH = /** @type {any} */ (LANGUAGES.get('en'));

test('the list of critical sentences names texts that there are, and every language', () => {
  assert.deepEqual(wrongWith(readReview(), LANGUAGES), []);
  const review = { ...readReview(), critical: ['locked', 'nowhere'], languages: {} };
  assert.deepEqual(wrongWith(review, new Map([['en', ENGLISH]])), [
    'locales/review.json: no text is named nowhere',
    'locales/review.json: locales/en.json is not listed',
  ]);
});

test('what warns, pauses, or says that nobody can reset the answers is critical', () => {
  const paths = critical(readReview(), ENGLISH);
  for (const path of ['agree.lost', 'forgot.scam', 'locked.nobody', 'questions.tries', 'intro.only']) assert.ok(paths.includes(path), path);
  assert.ok(!paths.includes('common.close'));
});

test('a language that nobody has read says so, and one that has changed since says that', () => {
  const review = readReview();
  review.languages.de = { name: '', own: '', drafted: 'machine' };
  assert.match(status(review, 'de', ENGLISH, ENGLISH), /needs review/);
  review.languages.de.reviewed = { by: 'Ada', on: '2026-11-20', of: 'another' };
  assert.match(status(review, 'de', ENGLISH, ENGLISH), /changed since.*Ada/);
});
