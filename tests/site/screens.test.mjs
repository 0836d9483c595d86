// docs/screens.md shows every state that the gallery draws, in light and dark.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, read } from './site.mjs';

const STATES = [...read('src/bin/repin_gallery.rs').matchAll(/^ +\("([a-z-]+)", /gm)].map(([, name]) => name);
const PAGE = read('docs/screens.md');

test('the gallery was understood', () => assert.ok(STATES.length >= 36, STATES.join()));

for (const state of STATES) {
  test(`${state} is in the documentation`, () => {
    assert.ok(PAGE.includes(`<figure id="${state}">`), 'docs/screens.md has no figure of it');
    for (const theme of ['light', 'dark']) {
      const file = `tests/e2e/pictures/accepted/${theme}/${state}.png`;
      assert.ok(PAGE.includes(`../${file}`) && existsSync(join(ROOT, file)), file);
    }
  });
}
