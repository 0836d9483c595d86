// 50,000 customisations made of what pages could send, from a seed: none throws, and what comes out keeps to its grammar.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { check } from './grammar.mjs';
import { load } from './load.mjs';
import { seeded } from './seeded.mjs';

const { customise } = await load('npm/src/customise/customise.ts');
const { contrast, over, parse } = await load('npm/src/customise/colour.ts');
const SLOTS = JSON.parse(readFileSync(new URL('./slots.json', import.meta.url), 'utf8'));
const RUNS = 50_000;

const { random, whole, any } = seeded(20_261_120);

const LONG = 'x'.repeat(1024 * 1024);
const PIECES = ['red', '#', 'ff0', 'rgb(', 'hsl(', '%', ',', ')', ' ', '/', ';', '}', '*{', 'url(', 'var(--x)', 'expression(', '\\', '"', "'", '<script>', '\u0000', '\u001f', '\u202e', '\ud800', '1', '255', '-', '.5', 'e9', 'deg', 'https://', 'javascript:', 'a.example', '@', '\n', '{{pin}}', '{{ordinal}}', '{n}', 'I agree', 'é', '请', '__proto__', 'constructor'];
const GOOD = ['red', '#fff', '#102030', 'rgb(1 2 3)', 'hsl(20, 30%, 40%)', 'https://a.example/x.svg', 'Enter your {{pin}}', 'PIN', 'TEXT', 'DATE', 'I agree', 'Where?', 'When?', 'Who?'];

const string = () => (random() < 0.4 ? any(GOOD) : Array.from({ length: whole(8) }, () => any(PIECES)).join(''));

/** @param {number} depth @returns {any} */
function value(depth = 0) {
  const cycle = /** @type {any} */ ([]);
  cycle.push(cycle);
  return any([
    string, string, string, string, string,
    () => LONG,
    () => whole(300) / (whole(4) || 1) - 20,
    () => any([null, undefined, true, NaN, Infinity, -0, 12n, Symbol('s'), () => 'red', new Date(0), /x/, new Map(), cycle]),
    () => ({ get question() { throw new Error('asked'); }, toString: thrown, valueOf: thrown }),
    () => new Proxy([], { get: thrown, getOwnPropertyDescriptor: any([thrown, () => undefined, () => ({ value: string(), configurable: true })]) }),
    () => Object.assign(Object.create({ bg: 'red' }), { [string()]: string() }),
    () => Array.from({ length: whole(depth ? 4 : 70) }, () => (depth > 1 ? string() : value(depth + 1))),
    () => ({ question: value(depth + 1), type: any(['TEXT', 'DATE', string()]), name: string(), url: string() }),
  ])();
}

/** @param {string[]} slots @param {any} [into] */
function filled(slots, into = {}) {
  const share = random() ** 2;
  for (const slot of slots) {
    if (random() > share) continue;
    const path = slot.split('.');
    const name = /** @type {string} */ (path.pop());
    let node = into;
    for (const part of path) node = node[part] ??= {};
    Reflect.set(node, name, random() < 0.7 ? string() : value());
  }
  return into;
}

test(`${RUNS} customisations from a seed: none throws, and what comes out keeps to its grammar`, () => {
  const seen = { texts: 0, tokens: 0, images: 0, questions: 0, warnings: 0 };
  for (let run = 0; run < RUNS; run += 1) {
    const questions = Array.from({ length: whole(9) }, () => (random() < 0.8 ? { question: string(), type: any(['TEXT', 'DATE']) } : value()));
    const input = random() < 0.02 ? value() : {
      localizations: random() < 0.05 ? value() : filled(SLOTS.localizations),
      themeColor: random() < 0.05 ? value() : { ...filled(SLOTS.themeColor), titleGradients: random() < 0.8 ? [string(), string(), string()] : value() },
      resources: random() < 0.05 ? value() : filled(SLOTS.resources),
      customLinks: random() < 0.05 ? value() : filled(SLOTS.customLinks),
      recoveryWays: random() < 0.5 ? ['email', value(), 'both'] : value(),
      securityQuestions: random() < 0.1 ? value() : { questions, requiredCount: random() < 0.5 ? whole(6) : value(), securityConfirmItems: value() },
    };
    const made = customise(input);
    try {
      check(made);
      stillReadable(made.tokens);
    } catch (error) {
      throw new Error(`run ${run}: ${/** @type {Error} */ (error).message}`, { cause: error });
    }
    for (const part of /** @type {(keyof typeof seen)[]} */ (Object.keys(seen))) seen[part] += Object.keys(made[part]).length ? 1 : 0;
  }
  // A grammar that nothing is ever held to would prove nothing.
  for (const [part, runs] of Object.entries(seen)) assert.ok(runs > RUNS / 50, `${part}: only ${runs} runs made any`);
});

/** @param {Record<string, string>} tokens */
function stillReadable(tokens) {
  const bg = parse(tokens['--pr-bg'] ?? '#ffffff');
  if (tokens['--pr-danger']) {
    for (const ground of ['--pr-bg', '--pr-danger-bg']) {
      const below = tokens[ground] ? over(parse(tokens[ground]), bg) : bg;
      assert.ok(contrast(parse(tokens['--pr-danger']), below) >= 4.45, `an error in ${tokens['--pr-danger']} on ${tokens[ground]}`);
    }
  }
  for (const token of ['--pr-focus', '--pr-field-focus', '--pr-field-error']) {
    if (tokens[token]) assert.ok(contrast(parse(tokens[token]), bg) >= 2.95, `${token} ${tokens[token]} on ${tokens['--pr-bg']}`);
  }
}

/** @returns {never} */
function thrown() {
  throw new Error('touched');
}
