// The committed OpenAPI document, read by a validator that knows nothing of the code that made it. That it is the generated
// one, and describes every route, is the gateway's own test (crates/server/tests/rest/openapi.rs).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';

const document = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  assert.deepEqual(result.errors ?? [], []);
  assert.ok(result.valid);
  assert.equal(validator.version, '3.1');
});

test('every reference leads somewhere and every operation has a name of its own', () => {
  /** @type {string[]} */
  const references = [];
  /** @param {unknown} value */
  const walk = (value) => {
    if (typeof value !== 'object' || value === null) return;
    if ('$ref' in value) references.push(String(value.$ref));
    Object.values(value).forEach(walk);
  };
  walk(document);
  assert.ok(references.length > 0);
  for (const reference of references) {
    const parts = reference.replace('#/', '').split('/');
    assert.ok(parts.reduce((/** @type {any} */ at, name) => at?.[name], document), reference);
  }
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  const names = operations.map((operation) => operation.operationId);
  assert.equal(new Set(names).size, names.length);
});
