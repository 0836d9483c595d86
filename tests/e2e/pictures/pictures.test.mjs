// Every state looks as it was accepted: light, dark, right to left, on a phone, and a few in each theme. `cargo xtask pictures
// accept` accepts.
import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { camera, LOOKS } from './camera.mjs';
import { PNG } from 'pngjs';
import { compare } from './compare.mjs';

const ACCEPTED = new URL('./accepted/', import.meta.url);
const FOUND = new URL('../../../target/pictures/', import.meta.url);
const CAMERA = await camera();
after(() => CAMERA.close());

/** @param {string} look @param {string} state */
const accepted = (look, state) => readFileSync(new URL(`${look}/${state}.png`, ACCEPTED));

describe('pictures', () => {
  for (const look of Object.keys(LOOKS)) {
    test(`${look}: every state has a picture, and every picture a state`, () => {
      assert.deepEqual(readdirSync(new URL(`${look}/`, ACCEPTED)).sort(), CAMERA.pictured(look).map((state) => `${state}.png`).sort());
    });

    for (const state of CAMERA.pictured(look)) {
      test(`${look}: ${state} looks as accepted`, async () => {
        if (!existsSync(new URL(`${look}/${state}.png`, ACCEPTED))) assert.fail('no picture yet');
        const taken = await CAMERA.take(look, state);
        const { same, why, diff } = compare(accepted(look, state), taken);
        if (same) return;
        mkdirSync(FOUND, { recursive: true });
        writeFileSync(new URL(`${look}-${state}.png`, FOUND), taken);
        if (diff) writeFileSync(new URL(`${look}-${state}-diff.png`, FOUND), diff);
        assert.fail(`${why}; see target/pictures/${look}-${state}*.png`);
      });
    }
  }
});

describe('a picture tells', () => {
  /** @type {[what: string, state: string, css: string, look?: string][]} */
  const CHANGES = [
    ['a colour that is a little off', 'questions', '.repin { --pr-accent: #3a5ae6 }'],
    ['a grey that is a little lighter', 'questions', '.repin { --pr-muted: #6b7280 }'],
    ['a button moved by two pixels', 'success', '.btn.main { position: relative; inset-inline-start: 2px }'],
    ['a text moved by one pixel', 'locked', 'h2 { translate: 0 1px }'],
    ['an icon that is missing', 'questions', '.note .icon { visibility: hidden }'],
    ['a corner that is less round', 'new-pin', '.slot { border-radius: 4px !important }'],
    ['a box that is taller', 'success', '.hero { padding-block-end: 9px !important }'],
    ['a bar that is not as far', 'working', 'progress::-webkit-progress-value { max-inline-size: 50% }'],
    ['a card at the top of a phone and not in its middle', 'failed', '.card { align-content: start !important }', 'phone'],
    ['an edge that is thinner than its theme’s', 'locked', '.disc { border-width: 1px !important }', 'high-contrast'],
  ];
  for (const [what, state, css, look = 'light'] of CHANGES) {
    test(`${what}`, async () => {
      await CAMERA.spoil(css);
      const { same, why } = compare(accepted(look, state), await CAMERA.take(look, state));
      await CAMERA.spoil('');
      assert.equal(same, false, why);
    });
  }

  for (const [look, { preset, theme }] of Object.entries(LOOKS)) {
    if (!preset) continue;
    test(`a theme that is not put on: ${look}`, async () => {
      for (const state of CAMERA.pictured(look)) {
        const { same } = compare(accepted(look, state), await CAMERA.take(theme, state));
        assert.equal(same, false, state);
      }
    });
  }

  test('and not that every edge is smoothed a little differently', () => {
    const picture = PNG.sync.read(accepted('light', 'questions'));
    for (let at = 0; at < picture.data.length; at += 4) {
      // Up to six of 256 levels, as another release of the browser rounds.
      const by = ((at * 2654435761) >>> 24) % 13;
      for (let part = 0; part < 3; part += 1) picture.data[at + part] = Math.min(255, Math.max(0, picture.data[at + part] + by - 6));
    }
    const { same, why } = compare(accepted('light', 'questions'), PNG.sync.write(picture));
    assert.equal(same, true, why);
  });
});
