// docs/errors.md has one anchor for every kind and every code, with the code's own status and message, and says of each
// what the person sees, what to do, and whether a try is used.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { read } from './site.mjs';

const PAGE = read('docs/errors.md');
const CODES = [...read('crates/core/src/error.rs').matchAll(/^ +\w+ = (-?\d+), (\d+), (\w+), "((?:[^"\\]|\\.)*)";/gm)].map(
  ([, number, status, origin, message]) => ({ number, status: number === '-1' ? '500' : status, origin, message }),
);
const TYPES = read('npm/src/types.ts');
const KINDS = [...(/type FailureKind =([^;]*);/.exec(TYPES)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(([, kind]) => kind);
const ENDS = [...(/type Outcome =([^]*?);\n\n/.exec(TYPES)?.[1] ?? '').matchAll(/status: '(\w+)'/g)].map(([, end]) => end);

/** What stands under a heading, on one line. @param {string} title @returns {string | undefined} */
function under(title) {
  const parts = PAGE.split(/^#{2,3} /m).filter((part) => part.startsWith(`${title}\n`));
  assert.ok(parts.length < 2, `${title} stands ${parts.length} times`);
  return parts[0]?.slice(title.length).replace(/\s+/g, ' ').trim();
}

test('the sources were understood', () => {
  assert.ok(CODES.length > 60 && KINDS.length >= 9 && ENDS.length === 5, `${CODES.length} ${KINDS} ${ENDS}`);
});

for (const { number, status, origin, message } of CODES) {
  if (origin === 'Circle') {
    test(`${number} of Circle’s has its anchor and message`, () => {
      assert.ok(PAGE.includes(`| <a id="${number}"></a>${number} | ${message} |`));
    });
    continue;
  }
  test(`${number} has its anchor, message and status, and says what to do`, () => {
    const how = origin === 'Gateway' ? `HTTP ${status}` : 'never sent over HTTP';
    assert.ok(under(number)?.startsWith(`“${message}” (${how}). `), under(number));
    says(number);
  });
}

for (const kind of KINDS) {
  test(`${kind} has its anchor, its codes, and says what to do`, () => {
    says(kind);
    const listed = [...(/\*\*Codes:\*\*(.*)$/.exec(under(kind) ?? '')?.[1] ?? '').matchAll(/-?\d+/g)].map(([number]) => number);
    const mapped = [...read('npm/src/outcome.ts').matchAll(/^ +(\d+): '(\w+)',$/gm)].filter(([, , to]) => to === kind);
    for (const [, number] of mapped) assert.ok(listed.includes(number), `${kind} does not list ${number}`);
  });
}

test('every end has its anchor', () => assert.deepEqual(ENDS.filter((end) => !under(end)), []));

/** @param {string} title */
function says(title) {
  const text = under(title) ?? assert.fail(`no heading ${title}`);
  for (const part of ['**The person sees**', '**You do:**', '**A try is used:**']) assert.ok(text.includes(part), `${title}: no ${part}`);
}
