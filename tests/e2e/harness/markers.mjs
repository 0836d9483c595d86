// What a person of a test types, made anew in each run: whatever else has these characters has them from there.
import { randomInt } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Six digits that the rules of crates/core/src/pin_policy.rs let pass: all different, no date, no run, no line of the keypad. @returns {string} */
export function newPin() {
  for (;;) {
    const digits = [...'0123456789'];
    for (let last = digits.length - 1; last > 0; last -= 1) {
      const other = randomInt(last + 1);
      [digits[last], digits[other]] = [digits[other], digits[last]];
    }
    const [first, second, third] = digits.map(Number);
    if (first >= 3 && third >= 4 && ![1, 3, 7, 9].includes(Math.abs(first - second))) return digits.slice(0, 6).join('');
  }
}

/** Two words of nobody's language. @returns {string} */
export function newAnswer() {
  const word = (/** @type {number} */ length) => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const [first, second] = [word(7), word(8)];
  return `${first[0].toUpperCase()}${first.slice(1)} ${second}`;
}

/** The rule of repin-core, as far as these answers need it. @param {string} answer */
export function normalised(answer) {
  return answer.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
