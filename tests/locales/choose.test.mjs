// Which language is spoken, for what people and pages ask for.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { build } from 'esbuild';

const SHIPPED = 'es-419 es pt-BR pt fr de it nl pl cs ro uk ru tr ar he fa hi bn id vi th fil ja ko zh-Hans zh-Hant'.split(' ');
const { outputFiles } = await build({
  entryPoints: ['npm/src/language.ts'],
  bundle: true,
  write: false,
  format: 'esm',
  define: { LOCALES: JSON.stringify(SHIPPED) },
});
/** @type {typeof import('../../npm/src/language.ts')} */
const { chooseLanguage } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);

/** What is asked for, and the file that answers; `en` has none. */
const CASES = {
  'en': 'en', 'en-GB': 'en', 'EN-us': 'en',
  'de': 'de', 'de-AT': 'de', 'de-CH-1996': 'de', 'DE_at': 'de', 'fr-CA': 'fr',
  'es': 'es', 'es-ES': 'es', 'es-GQ': 'es', 'es-MX': 'es-419', 'es-US': 'es-419', 'es-419': 'es-419', 'es-Latn-AR': 'es-419',
  'pt': 'pt', 'pt-PT': 'pt', 'pt-AO': 'pt', 'pt-BR': 'pt-BR',
  'zh': 'zh-Hans', 'zh-CN': 'zh-Hans', 'zh-SG': 'zh-Hans', 'zh-Hans-HK': 'zh-Hans',
  'zh-TW': 'zh-Hant', 'zh-HK': 'zh-Hant', 'zh-MO': 'zh-Hant', 'zh-Hant': 'zh-Hant', 'zh-Hant-CN': 'zh-Hant',
  'iw': 'he', 'he-IL': 'he', 'in': 'id', 'tl': 'fil', 'fil-PH': 'fil',
  'ar-EG': 'ar', 'ar-u-nu-latn': 'ar', 'fa-AF': 'fa', 'uk-UA': 'uk',
  // Another script or another language is not the nearest of ours.
  'hi-Latn': 'en', 'uk-Latn': 'en', 'no': 'en', 'ur': 'en', 'x': 'en', '': 'en', 'not a tag': 'en',
};
for (const [tag, file] of Object.entries(CASES)) {
  test(`${tag || 'nothing'} is answered in ${file}`, () => assert.equal(chooseLanguage([tag]).file ?? 'en', file));
}

test('the first of several that we speak is taken', () => {
  assert.equal(chooseLanguage(['no', 'x-private', 'fr-BE', 'de']).file, 'fr');
  assert.equal(chooseLanguage(['no', 'en-GB', 'de']).file, undefined);
  assert.equal(chooseLanguage([]).locale, 'en');
});

test('numbers and dates are those of the region that was asked for', () => {
  assert.equal(chooseLanguage(['ar-EG']).locale, 'ar-EG');
  assert.equal(chooseLanguage(['zh-TW']).locale, 'zh-TW');
  assert.equal(chooseLanguage(['no']).locale, 'en');
});

test('Arabic, Hebrew and Persian are written from right to left, and what is answered in English is not', () => {
  const directions = ['ar', 'iw', 'fa-IR', 'de', 'ja', 'ur'].map((tag) => chooseLanguage([tag]).dir);
  assert.deepEqual(directions, ['rtl', 'rtl', 'rtl', 'ltr', 'ltr', 'ltr']);
});

test('a browser that tells no direction has it from the script', () => {
  const told = /** @type {any} */ (Intl.Locale.prototype);
  const descriptors = ['getTextInfo', 'textInfo'].map((name) => /** @type {const} */ ([name, Object.getOwnPropertyDescriptor(told, name)]));
  for (const [name] of descriptors) delete told[name];
  try {
    assert.deepEqual(['ar', 'he', 'fa', 'de'].map((tag) => chooseLanguage([tag]).dir), ['rtl', 'rtl', 'rtl', 'ltr']);
  } finally {
    for (const [name, descriptor] of descriptors) if (descriptor) Object.defineProperty(told, name, descriptor);
  }
});
