// What may come out of `customise`, whatever went in. Written apart from the code it judges.
import assert from 'node:assert/strict';

const COLOUR = '#[0-9a-f]{6}(?:[0-9a-f]{2})?';
const VALUES = new RegExp(`^(?:${COLOUR}|linear-gradient\\(90deg(?:, ${COLOUR}){2,6}\\)|"[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,63}", [\\w", -]+)$`, 'u');
const ADDRESS = /^https:\/\/[^\s"'()\\<>@/]+\/[^\s"'()\\<>]*$/;
/** Controls, halves of characters, and what turns the direction of other text. */
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
const REASONS = [
  'none that there is',
  'not a string', 'not a colour', 'not an address', 'not an https: address', 'no question', 'neither TEXT nor DATE', 'there already',
  'not one plain family name', 'not a number from 0 to 1', 'nothing that people would type',
  'does not say what inputMatch wants typed', 'fewer than must be chosen; all are ignored', 'style sheets from elsewhere are not loaded',
];
const REASON = new RegExp(`^[\\w.-]{1,60}: (?:${REASONS.join('|')}|longer than \\d+ characters|only the first \\d+ are read|a contrast below [\\d.]+ on [\\w-]+(?:; another colour is shown)?)$`);

/** @param {any} made */
export function check(made) {
  const { texts, tokens, theme, images, learnMoreUrl, questions, requiredCount, confirmItems, recoveryWays, warnings, ...rest } = made;
  assert.deepEqual(rest, {});
  for (const [key, words] of Object.entries(texts)) {
    assert.match(key, /^[a-z_]+(?:\.[a-z_]+){1,2}$/);
    const parts = words.split('\u001f');
    assert.ok(parts.length === 1 || (parts.length === 3 && key.endsWith('.title')), `${key}: ${JSON.stringify(words)}`);
    showable(parts.join(''), 1_100);
  }
  for (const [token, value] of Object.entries(tokens)) {
    assert.match(token, /^--pr-[a-z-]+$/);
    assert.match(/** @type {string} */ (value), VALUES);
  }
  assert.ok([undefined, 'light', 'dark'].includes(theme));
  for (const [part, url] of Object.entries(images)) {
    assert.match(part, /^(?:close|back|intro|confirm|error|arrow)$/);
    assert.match(/** @type {string} */ (url), ADDRESS);
  }
  if (learnMoreUrl !== undefined) assert.match(learnMoreUrl, ADDRESS);
  assert.ok(recoveryWays === undefined || (recoveryWays.length > 0 && recoveryWays.every((/** @type {string} */ way) => ['questions', 'email', 'both'].includes(way))));
  assert.ok(questions.length === 0 || questions.length >= Math.max(requiredCount, 2));
  assert.ok(questions.length <= 50 && Number.isInteger(requiredCount) && requiredCount >= 1 && requiredCount <= 10);
  for (const { text, type, ...more } of questions) {
    assert.deepEqual(more, {});
    assert.ok(type === 'TEXT' || type === 'DATE');
    assert.ok(text.length > 0);
    showable(text, 200);
  }
  assert.equal(new Set(questions.map((/** @type {any} */ { text }) => text.toLowerCase())).size, questions.length);
  assert.ok(confirmItems.length <= 10);
  confirmItems.forEach((/** @type {string} */ item) => showable(item, 300));
  assert.ok(warnings.length <= 60);
  warnings.forEach((/** @type {string} */ warning) => assert.match(warning, REASON));
  const size = JSON.stringify(made).length;
  assert.ok(size < 64 * 1024, `${size} characters`);
  assert.deepEqual(structuredClone(made), made, 'plain data');
}

/** @param {unknown} words @param {number} most */
function showable(words, most) {
  assert.equal(typeof words, 'string');
  assert.ok(/** @type {string} */ (words).length <= most);
  assert.doesNotMatch(/** @type {string} */ (words), UNSHOWABLE);
}
