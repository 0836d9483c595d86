// Every example is run by something, or says why not.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { step, steps } from '../guide/steps.mjs';
import { blocks, problem } from './blocks.mjs';

/** Each is run by a test of this folder. */
const KINDS = [
  'sh', // a shell with PIN_URL and PIN_API_KEY; `sh says WORDS`: what it must print
  'circle', // Circle's SDK for Node, in both versions; prints a session
  'python', // Circle's SDK for Python; prints a session
  'verify', // Python's check of a webhook
  'backend', // a host's server, which pages use
  'page', // HTML in Chromium, up to a PIN; `page click NAME`, `page shows TITLE`
  'script', // a module in such a page
  'stack', // a file of an app: `stack NAMES FILE`, built by those tools
  'circle-web', // Circle's web SDK, bundled
  'guide', // a shell of root's on a machine of the guide's: tests/guide/steps.mjs has the words
];
const BLOCKS = blocks();

test('every example says how it is run, or why not', (context) => {
  assert.ok(BLOCKS.length > 10);
  assert.deepEqual(BLOCKS.map((block) => problem(block, KINDS)).filter(Boolean), []);
  const not = BLOCKS.filter(({ how }) => how === 'not run: ');
  context.diagnostic(`${BLOCKS.length} examples, ${not.length} not run`);
  for (const { at, what } of not) context.diagnostic(`not run: ${at}: ${what}`);
});

test('what is unmarked, of no kind, nowhere or different is found: the control', () => {
  const block = { at: 'x:1', file: 'docs/x.md', language: 'js', code: 'nothing();\n' };
  assert.match(problem(block, KINDS) ?? '', /neither/);
  assert.match(problem({ ...block, how: 'run: ', what: 'magic' }, KINDS) ?? '', /nothing runs/);
  assert.match(problem({ ...block, how: 'run by ', what: 'tests/nowhere' }, KINDS) ?? '', /there is no/);
  assert.match(problem({ ...block, file: 'docs/y.md', how: 'run by ', what: 'docs/frame.md' }, KINDS) ?? '', /does not name/);
  assert.match(problem({ ...block, code: 'something else();\n', how: 'same as ', what: 'docs/frame.md' }, KINDS) ?? '', /does not say/);
});

test('every step of the operator’s guide says where and how it is taken', () => {
  // The guide itself wants root and a quarter of an hour: `cargo xtask evidence --long --row 34`.
  assert.ok(steps().length > 30);
  assert.throws(() => step({ at: 'x:1', file: 'docs/x.md', language: 'sh', code: '', what: 'guide on one quickly' }), /not a mark/);
});
