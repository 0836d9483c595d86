// Every slot of Circle's web SDK stands somewhere, or is named with the reason why not; and the documentation says so too.
// `UPDATE=1 node --test tests/customise/slots.test.mjs` writes the tables into docs/customisation.md.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { load } from './load.mjs';

const ROOT = new URL('../../', import.meta.url);
const file = (/** @type {string} */ path) => new URL(path, ROOT);
const { COLOURS, HEADLINES, PICTURES, TEXTS } = await load('npm/src/customise/slots.ts');
const { UNUSED_COLOURS, UNUSED_RESOURCES, UNUSED_TEXTS } = await load('npm/src/customise/unused.ts');
const { BASE, CRITICAL, LIKE, PAIRS } = await load('npm/src/customise/theme.ts');
const { SHEET } = await load('npm/src/customise/sheet.ts');
const CIRCLE = JSON.parse(readFileSync(file('tests/customise/slots.json'), 'utf8'));
const ENGLISH = JSON.parse(readFileSync(file('locales/en.json'), 'utf8'));
const STYLES = ['tokens', 'widget'].map((name) => readFileSync(file(`style/${name}.css`), 'utf8')).join('\n');

/** @param {string} key */
const english = (key) => key.split('.').reduce((node, part) => node?.[part], ENGLISH);

/** @type {Record<string, (slot: string) => string | undefined>} What becomes of a slot, in words for the table. */
const FATE = {
  localizations(slot) {
    const [screen, name] = slot.split('.');
    if (HEADLINES[screen] && /^headline2?$/.test(name)) return `\`${HEADLINES[screen][0]}\`${name === 'headline2' ? ', its part with the accent' : ''}`;
    if (TEXTS[slot]) return `\`${TEXTS[slot]}\`${slot === 'securityConfirm.title' ? ', if there is no `headline`' : ''}`;
    const reason = UNUSED_TEXTS[slot] ?? UNUSED_TEXTS[screen];
    return reason && `not used: ${reason}`;
  },
  themeColor(slot) {
    const more = { titleGradients: '`--pr-title-gradient`', backdrop: '`--pr-backdrop`', backdropOpacity: '`--pr-backdrop`' }[slot];
    if (more) return more;
    return COLOURS[slot] ? `\`${COLOURS[slot]}\`` : UNUSED_COLOURS[slot] && `not used: ${UNUSED_COLOURS[slot]}`;
  },
  resources(slot) {
    if (slot === 'fontFamily.name') return '`--pr-font`';
    return PICTURES[slot] ? `picture \`${PICTURES[slot]}\`` : UNUSED_RESOURCES[slot] && `not used: ${UNUSED_RESOURCES[slot]}`;
  },
  customLinks: () => '“Learn more” on the introduction to the questions',
  securityQuestions: (slot) => ({ questions: 'the questions to choose from', requiredCount: 'how many, if more than the gateway asks for', securityConfirmItems: 'the points before “I agree”' })[slot],
};

test('every slot is used, or named with the reason why not', () => {
  const lost = Object.keys(FATE).flatMap((group) => CIRCLE[group].filter((/** @type {string} */ slot) => !FATE[group](slot)).map((/** @type {string} */ slot) => `${group}.${slot}`));
  assert.deepEqual(lost, []);
});

test('no slot is used that Circle does not have, and none both ways', () => {
  const colours = [...Object.keys(COLOURS), ...Object.keys(UNUSED_COLOURS), 'titleGradients', 'backdrop', 'backdropOpacity'];
  assert.deepEqual(colours.sort(), [...CIRCLE.themeColor].sort());
  const resources = [...Object.keys(PICTURES), ...Object.keys(UNUSED_RESOURCES), 'fontFamily.name'];
  assert.deepEqual(resources.sort(), [...CIRCLE.resources].sort());
  const screens = new Set(CIRCLE.localizations.map((/** @type {string} */ slot) => slot.split('.')[0]));
  for (const slot of Object.keys(TEXTS)) assert.ok(CIRCLE.localizations.includes(slot), slot);
  for (const slot of Object.keys(UNUSED_TEXTS)) assert.ok((CIRCLE.localizations.includes(slot) && !TEXTS[slot]) || screens.has(slot), slot);
  for (const screen of Object.keys(HEADLINES)) assert.ok(CIRCLE.localizations.includes(`${screen}.headline2`), screen);
});

test('every text that is replaced is one of ours', () => {
  const keys = [...Object.values(TEXTS), ...Object.values(HEADLINES).map(([title]) => title)];
  for (const key of keys.filter((key) => !key.startsWith('custom.'))) assert.ok(english(key), `locales/en.json has no ${key}`);
});

test('every token that is set is shown by a rule', () => {
  for (const token of [...Object.values(COLOURS), '--pr-title-gradient', '--pr-backdrop', '--pr-font']) {
    assert.ok(`${STYLES}${SHEET}`.includes(`var(${token}`), `${token} is set and shown nowhere`);
  }
});

test('the colours that contrasts are computed from are those of style/tokens.css', () => {
  for (const [place, base] of /** @type {const} */ ([[1, BASE.light], [2, BASE.dark]])) {
    for (const [token, value] of Object.entries(base)) {
      const short = value.replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3');
      const found = new RegExp(`${token}, .*?var\\(--light, (#[0-9a-f]+)\\) var\\(--dark, (#[0-9a-f]+)\\)`).exec(STYLES)?.[place];
      assert.ok(found === value || found === short, `${token}: ${found} and ${value}`);
    }
  }
  const known = new Set([...Object.keys(BASE.light), ...Object.keys(LIKE)]);
  for (const token of [...PAIRS.flatMap((/** @type {string[]} */ [text, ground]) => [text, ground]), ...CRITICAL, ...Object.values(LIKE)]) assert.ok(known.has(token), token);
});

test('docs/customisation.md has the same tables', () => {
  const page = readFileSync(file('docs/customisation.md'), 'utf8');
  const [, before, , after] = /^([^]*<!-- slots -->\n)([^]*)(<!-- end of slots -->[^]*)$/.exec(page) ?? assert.fail('no place for the tables');
  const made = `${before}${tables()}${after}`;
  if (process.env.UPDATE) writeFileSync(file('docs/customisation.md'), made);
  else assert.equal(page, made, 'UPDATE=1 node --test tests/customise/slots.test.mjs writes it anew');
});

function tables() {
  return Object.keys(FATE).map((group) => {
    const rows = CIRCLE[group].map((/** @type {string} */ slot) => `| \`${slot}\` | ${FATE[group](slot)} |`);
    return `\n### ${group}\n\n| Circle | Here |\n|---|---|\n${rows.join('\n')}\n`;
  }).join('');
}
