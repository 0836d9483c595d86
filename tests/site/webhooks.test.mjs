// docs/webhooks.md names the types of challenge that come under each notification type, as the gateway sends them.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { read } from './site.mjs';

const [NAMED] = /`Challenge\.type`[^]*?\n    }/.exec(read('crates/core/src/api.rs')) ?? [''];
const NAMES = new Map([...NAMED.matchAll(/Self::(\w+) => "(\w+)"/g)].map(([, variant, name]) => [variant, name]));
const [OF_CHALLENGE] = /fn of_challenge[^]*?\n}/.exec(read('crates/server/src/webhooks/types.rs')) ?? [''];
/** @type {[string, string[]][]} */
const SENT = [...OF_CHALLENGE.matchAll(/((?:ChallengeType::\w+[|\s]*)+)=>[\s{]*"([\w.]+)"/g)].map(([, variants, type]) => [
  type,
  [...variants.matchAll(/ChallengeType::(\w+)/g)].map(([, variant]) => NAMES.get(variant) ?? variant),
]);
/** @type {[string, string[]][]} */
const TABLE = [...read('docs/webhooks.md').matchAll(/^\| `(challenges\.\w+)` \| ([\w, ]+) \|$/gm)].map(([, type, kinds]) => [type, kinds.split(', ')]);

test('the sources were understood', () => {
  assert.ok(NAMES.size >= 11, [...NAMES].join());
  assert.deepEqual(new Set(SENT.flatMap(([, kinds]) => kinds)), new Set(NAMES.values()));
});

test('docs/webhooks.md has every notification type with its types of challenge', () => {
  assert.deepEqual(Object.fromEntries(TABLE), Object.fromEntries(SENT));
});
