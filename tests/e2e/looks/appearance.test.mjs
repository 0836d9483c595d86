// Tokens reach the widget from the page around it, presets are readable, and nothing moves when nothing shall.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { drawn } from '../harness/drawn.mjs';
import { until } from '../harness/find.mjs';
import { stage } from './stage.mjs';

const GREEN = 'rgb(11, 110, 79)';

describe('appearance', async () => {
  const { play } = await stage('chromium');

  /** @param {import('puppeteer-core').Page} page @param {string} selector @param {string} property */
  const style = (page, selector, property) =>
    page.$eval(`#widget >>> ${selector}`, (element, property) => getComputedStyle(element).getPropertyValue(property), property);

  /** @type {[string, (page: import('puppeteer-core').Page) => Promise<unknown>][]} */
  const PLACES = [
    ['on :root', (page) => page.addStyleTag({ content: ':root { --pr-accent: #0b6e4f }' })],
    ['on an ancestor', (page) => page.addStyleTag({ content: '#widget { --pr-accent: #0b6e4f }' })],
    ['on the widget’s own element', (page) => page.addStyleTag({ content: '#widget > * { --pr-accent: #0b6e4f }' })],
  ];
  for (const [where, set] of PLACES) {
    for (const theme of ['light', 'dark']) {
      test(`a token set ${where} shows, in ${theme}`, async () => {
        const { page, widget, close } = await play({}, { theme }, set);
        await widget.shows('questions.title');
        assert.equal(await style(page, '.main', 'background-color'), GREEN);
        // Its neighbours are still those of the theme.
        assert.equal(await style(page, '.card', 'background-color'), theme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(21, 23, 28)');
        await close();
      });
    }
  }

  test('variables win over the page, and what is no token is left out and named', async () => {
    const appearance = { variables: { '--pr-accent': '#0b6e4f', '--pr-radius': '2px; color: red', color: 'red' } };
    const { page, widget, witness, close } = await play({}, { theme: 'light', appearance }, (page) =>
      page.addStyleTag({ content: ':root { --pr-accent: #000 }' }),
    );
    await widget.shows('questions.title');
    assert.equal(await style(page, '.main', 'background-color'), GREEN);
    assert.equal(await style(page, '.main', 'border-top-left-radius'), '14px');
    assert.notEqual(await style(page, 'h2', 'color'), 'rgb(255, 0, 0)');
    assert.deepEqual(witness.console.filter((line) => line.startsWith('warn')), ['warn: repin: color is not a token']);
    await close();
  });

  test('a pair that people cannot read is named in the console, with its contrast', async () => {
    const appearance = { variables: { '--pr-accent': '#ffd000' } };
    const { widget, witness, close } = await play({}, { theme: 'light', appearance });
    await widget.shows('questions.title');
    const told = await until('a warning', () => witness.console.filter((line) => line.startsWith('warn')).join('\n'));
    assert.match(told, /--pr-on-accent on --pr-accent has a contrast of 1\.4\d; people need 4\.5/);
    await close();
  });

  for (const preset of ['minimal', 'rounded', 'high-contrast']) {
    for (const theme of ['light', 'dark']) {
      test(`${preset} shows and every pair is readable, in ${theme}`, async () => {
        const { page, widget, witness, close } = await play({}, { theme, appearance: { theme: preset } });
        await widget.shows('questions.title');
        const radius = { minimal: '6px', rounded: '24px', 'high-contrast': '8px' }[preset];
        assert.equal(await style(page, '.main', 'border-top-left-radius'), radius);
        // The contrast is told in the frame after the one in which the widget came.
        await page.evaluate(drawn);
        assert.deepEqual(witness.console.filter((line) => line.startsWith('warn')), []);
        await close();
      });
    }
  }

  test('disableAnimations: nothing moves; the control: without it something does', async () => {
    for (const disableAnimations of [true, false]) {
      const { page, widget, close } = await play({}, { appearance: { disableAnimations } });
      await widget.shows('questions.title');
      assert.equal(await style(page, '.page > *', 'animation-name'), disableAnimations ? 'none' : 'pr-in');
      await close();
    }
  });

  test('a page without `appearance` does not fetch its module', async () => {
    for (const [options, asked] of /** @type {[object, number][]} */ ([[{}, 0], [{ appearance: { theme: 'minimal' } }, 1]])) {
      const { widget, witness, close } = await play({}, options);
      await widget.shows('questions.title');
      assert.equal(witness.requests.filter((address) => address.endsWith('repin-appearance.js')).length, asked);
      await close();
    }
  });
});
