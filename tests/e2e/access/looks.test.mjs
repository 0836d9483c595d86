// How people change what they see, on every state: forced colours, more contrast, less motion, larger text, wider spacing,
// four times the size, a phone on its side. Nothing may be lost, cut off or out of reach.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { colour, picture } from '../harness/browser.mjs';
import { openStates } from './harness/states.mjs';

/** A state that stands for its kind, in pictures for people. */
const PICTURED = ['questions-wrong', 'new-pin-weak', 'working', 'choose-question-date', 'locked'];

/** Tokens that stand on each other, and the contrast that WCAG asks of them. @type {Pair[]} */
const PAIRS = [
  ['text', 'bg', 4.5],
  ['muted', 'bg', 4.5],
  ['muted', 'surface', 4.5],
  ['accent', 'bg', 4.5],
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-hover', 4.5],
  ['danger', 'danger-bg', 4.5],
  ['danger', 'bg', 4.5],
  ['warn', 'warn-bg', 4.5],
  ['ok', 'ok-bg', 4.5],
  ['ok', 'bg', 4.5],
  ['field-border', 'bg', 3],
  ['field-border', 'field-bg', 3],
  ['focus', 'bg', 3],
];

/** What these tests ask for, beside what each device says without being asked. @type {Feature[]} */
const KNOWN = [
  { name: 'prefers-reduced-motion', value: 'reduce' },
  { name: 'prefers-contrast', value: 'more' },
  { name: 'forced-colors', value: 'active' },
];

/** @param {Feature} feature */
const query = ({ name, value }) => `(${name}: ${value})`;

/** @typedef {{ name: string, value: string }} Feature @typedef {(string | number)[]} Pair foreground, background, least */

describe('every state', () => {
  /** @type {import('./harness/states.mjs').States} */
  let states;
  /** @type {import('puppeteer-core').CDPSession | undefined} What it emulates ends with it. */
  let cdp;
  before(async () => {
    states = await openStates();
  });
  after(() => states?.close());

  /**
   * What is wrong on each state with a look.
   *
   * @param {{ width: number, height: number, features?: Feature[], css?: string, text?: string }} how
   * @param {() => string[]} faults runs in the page
   * @param {string} [name] of the pictures
   */
  async function onAll({ width, height, features = [], css = '', text = '' }, faults, name) {
    const { page, names, show } = states;
    await page.setViewport({ width, height });
    await prefer(features);
    await page.evaluate(dress, css, text);
    const found = [];
    for (const state of names) {
      await show(state);
      found.push(...(await page.evaluate(faults)).map((fault) => `${state}: ${fault}`));
      if (name && PICTURED.includes(state)) await picture(page, `access-${name}-${state}`);
    }
    await prefer([]);
    await page.evaluate(dress, '', '');
    return found;
  }

  const CONTROL = { width: 320, height: 640 };

  test('has targets of 44 px, all of them (2.5.8 asks for 24)', async () => {
    assert.deepEqual(await onAll({ width: 390, height: 844 }, tooSmall), []);
    assert.deepEqual(await onAll({ width: 320, height: 640 }, tooSmall), []);
    assert.deepEqual(await onAll({ width: 1280, height: 900 }, tooSmall), []);
  });

  test('a target that is too small is found: the control', async () => {
    assert.notDeepEqual(await onAll({ ...CONTROL, css: '.repin .link { min-height: 20px; padding: 0 }' }, tooSmall), []);
  });

  test('reflows at 400 %: 1280 × 1024 px become 320 × 256, and nobody scrolls sideways', async () => {
    assert.deepEqual(await onAll({ width: 320, height: 256 }, lost, 'zoom-400'), []);
  });

  test('loses nothing with text twice as large and all else as it was (1.4.4)', async () => {
    assert.deepEqual(await onAll({ width: 390, height: 844, text: '200%' }, lost, 'text-200'), []);
    assert.deepEqual(await onAll({ width: 1280, height: 900, text: '200%' }, lost), []);
  });

  test('loses nothing with the spacing of 1.4.12', async () => {
    const css =
      '.repin * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } .repin p { margin-block-end: 2em !important }';
    assert.deepEqual(await onAll({ width: 320, height: 640, css }, lost, 'spacing'), []);
    assert.deepEqual(await onAll({ width: 1280, height: 900, css }, lost), []);
  });

  test('what is cut off is found: the control', async () => {
    const css = '.repin .note { block-size: 20px; overflow: hidden } .repin h2 { white-space: nowrap }';
    assert.notDeepEqual(await onAll({ ...CONTROL, css }, lost), []);
  });

  test('is whole on a phone on its side (1.3.4)', async () => {
    assert.deepEqual(await onAll({ width: 844, height: 390 }, lost, 'landscape'), []);
  });

  test('has the contrast that its colours promise, in light and dark', async () => {
    const { page, show } = states;
    for (const theme of ['light', 'dark']) {
      await show('questions', { theme });
      const ratios = await page.evaluate(contrasts, PAIRS);
      assert.equal(ratios.length, PAIRS.length);
      assert.deepEqual(ratios.filter(({ ratio, least }) => !(ratio >= least)), [], theme);
      const [{ ratio }] = await page.evaluate(contrasts, [['border', 'bg', 3]]);
      assert.ok(ratio < 3, 'the control: a line that only divides');
    }
  });

  test('keeps its three date fields in one row at 320 px', async () => {
    const { page, show } = states;
    await page.setViewport({ width: 320, height: 640 });
    for (const name of ['questions', 'choose-question-date']) {
      await show(name);
      const tops = await page.$$eval('.date .fld', (fields) => fields.filter((field) => field.checkVisibility()).map((field) => Math.round(field.getBoundingClientRect().top)));
      assert.equal(tops.length, 3);
      assert.equal(new Set(tops).size, 1, `${name}: ${tops}`);
    }
  });

  test('moves nothing for those who want less motion', async () => {
    await prefer([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    assert.deepEqual(await moving(), []);
    await prefer([]);
  });

  test('what moves is found: the control', async () => {
    const found = await moving();
    for (const motion of ['loading: pr-pulse', 'questions: pr-in', 'success: pr-draw']) assert.ok(found.includes(motion), `${motion} in: ${found}`);
  });

  test('has edges where contrast is forced or wanted', async () => {
    for (const features of [[{ name: 'prefers-contrast', value: 'more' }], [{ name: 'forced-colors', value: 'active' }]]) {
      assert.deepEqual(await onAll({ width: 390, height: 844, features }, edgeless, `${features[0].name}`), []);
    }
  });

  test('shows in forced colours where the focus is, how many digits stand there, what is wrong and how far it is', async () => {
    const { page, show } = states;
    await page.setViewport({ width: 390, height: 844 });
    await prefer([{ name: 'forced-colors', value: 'active' }]);
    await show('current-pin');
    await page.focus('.pin input');
    await page.keyboard.type('49');
    await page.waitForSelector('.slot.f:nth-child(2)');
    const canvas = await at('.card', 0.5, 0.995);
    assert.notDeepEqual(await at('.slot:nth-child(1)', 0.5, 0.5), canvas, 'a digit is a dot');
    assert.notDeepEqual(await edge('.slot:nth-child(1)'), canvas, 'a slot has an edge');
    assert.notDeepEqual(await edge('.slot.a'), await edge('.slot:nth-child(6)'), 'the slot in turn has another edge');
    await page.focus('.btn.main');
    await page.keyboard.press('Tab');
    const ring = await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle);
    assert.equal(ring, 'solid');
    await show('questions-wrong');
    const dashed = await page.$$eval('.fld[aria-invalid=true]', (fields) => fields.map((field) => getComputedStyle(field).borderTopStyle));
    assert.ok(dashed.length > 0 && dashed.every((style) => style === 'dashed'), `${dashed}`);
    await show('working');
    await page.$eval('progress', (bar) => {
      // A copy, which no timer moves.
      const half = /** @type {HTMLProgressElement} */ (bar.cloneNode());
      half.value = 50;
      bar.replaceWith(half);
    });
    assert.notDeepEqual(await at('progress', 0.25, 0.5), await at('progress', 0.75, 0.5), 'what is done differs from what is not');
    await prefer([]);
  });

  /** What the person's device says they prefer; puppeteer's own way knows only some. @param {Feature[]} features */
  async function prefer(features) {
    cdp ??= await states.page.createCDPSession();
    await cdp.send('Emulation.setEmulatedMedia', { features });
    // The page learns of it in its next frame. Forced colours say something of contrast, too.
    await states.page.waitForFunction(
      (wanted, known) => (wanted.length ? wanted.every((query) => matchMedia(query).matches) : !known.some((query) => matchMedia(query).matches)),
      {},
      features.map(query),
      KNOWN.map(query),
    );
  }

  /** What moves when a state comes, and while it stands. @returns {Promise<string[]>} */
  async function moving() {
    const { page, names } = states;
    const found = [];
    // The gallery stills everything for its pictures.
    const still = async (/** @type {boolean} */ off) => {
      await page.$eval('link[href="gallery.css"]', (link, off) => void (/** @type {HTMLLinkElement} */ (link).disabled = off), off);
      // A sheet that is enabled again is fetched again.
      await page.waitForFunction((off) => !(/** @type {HTMLLinkElement} */ (document.querySelector('link[href="gallery.css"]')).sheet) === off, {}, off);
    };
    await still(true);
    for (const name of names) {
      const running = await page.evaluate(async (name) => {
        const now = () => document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().activeDuration);
        /** @type {any} */ (window).gallery.show(name);
        const comes = now();
        // Bars come after a moment, and the caret blinks once the field has the focus.
        while (name === 'loading' && !document.querySelector('.sk')) await new Promise(requestAnimationFrame);
        return [...comes, ...now()].map((animation) => /** @type {any} */ (animation).animationName ?? 'a transition');
      }, name);
      found.push(...new Set(running.map((motion) => `${name}: ${motion}`)));
    }
    await still(false);
    return found;
  }

  /** The edge of an element on its left: the colour there that is furthest from white. @param {string} selector */
  async function edge(selector) {
    const { page } = states;
    const box = await (await page.$(selector))?.boundingBox();
    assert.ok(box, selector);
    const across = [];
    for (let x = Math.floor(box.x); x < box.x + 3; x += 1) across.push(await colour(page, x, Math.round(box.y + box.height / 2)));
    return across.sort((one, other) => one[0] + one[1] + one[2] - other[0] - other[1] - other[2])[0];
  }

  /** The colour at a place of an element, from its left and top. @param {string} selector @param {number} across @param {number} down */
  async function at(selector, across, down) {
    const { page } = states;
    const box = await (await page.$(selector))?.boundingBox();
    assert.ok(box, selector);
    return colour(page, Math.round(box.x + box.width * across), Math.round(box.y + box.height * down));
  }
});

/** Runs in the page: a person's own styles and text size. @param {string} css @param {string} text */
function dress(css, text) {
  document.getElementById('own')?.remove();
  document.head.append(Object.assign(document.createElement('style'), { id: 'own', textContent: css }));
  document.documentElement.style.fontSize = text;
}

/** Runs in the page. @returns {string[]} */
function tooSmall() {
  return [...document.querySelectorAll('.repin :is(button, a[href], select, input)')].flatMap((target) => {
    if (!target.checkVisibility()) return [];
    const { width, height } = (target.closest('.pin') ?? target).getBoundingClientRect();
    return width < 44 || height < 44 ? [`${target.tagName}.${target.className} ${width} × ${height}`] : [];
  });
}

/** Runs in the page: text that is cut off, covered for good, or beyond the window's sides. @returns {string[]} */
function lost() {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} px wide`);
  for (const element of document.querySelectorAll('.repin *')) {
    if (!(element instanceof HTMLElement) || !element.checkVisibility() || element.closest('.vh, .over')) continue;
    const { left, right, width } = element.getBoundingClientRect();
    const said = `${element.tagName}.${element.className} “${element.textContent?.slice(0, 30)}”`;
    if (width && (left < -1 || right > innerWidth + 1)) faults.push(`${said} is beyond the window`);
    if (element.matches('input, select, progress')) continue;
    const { overflowX, overflowY, display } = getComputedStyle(element);
    if (display === 'inline') continue;
    if (element.scrollWidth > element.clientWidth + 1) faults.push(`${said} is wider than its place`);
    if (element.scrollHeight > element.clientHeight + 1 && (overflowY !== 'visible' || element.matches('button, .note'))) faults.push(`${said} is higher than its place (${overflowX})`);
  }
  // What stays in sight at the bottom may not take most of a low window.
  const main = [...document.querySelectorAll('.repin .main')].find((button) => getComputedStyle(button).position === 'sticky');
  if (main && main.getBoundingClientRect().height > innerHeight / 2) faults.push('the button takes half of the window');
  return faults;
}

/** Runs in the page: what has no edge of its own though it is a place to type, to press or to look at. @returns {string[]} */
function edgeless() {
  return [...document.querySelectorAll('.repin :is(.fld, .slot, .btn, .note)')].flatMap((element) => {
    if (!element.checkVisibility()) return [];
    const { borderTopStyle, borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(element);
    const around = getComputedStyle(/** @type {Element} */ (element.parentElement?.closest('.card'))).backgroundColor;
    const edge = borderTopStyle !== 'none' && parseFloat(borderTopWidth) >= 1 && borderTopColor !== 'rgba(0, 0, 0, 0)' && borderTopColor !== around;
    return edge || backgroundColor !== around ? [] : [`${element.tagName}.${element.className} has no edge`];
  });
}

/**
 * Runs in the page: WCAG's contrast of pairs of tokens.
 *
 * @param {Pair[]} pairs
 * @returns {{ pair: string, least: number, ratio: number }[]}
 */
function contrasts(pairs) {
  /** @param {string | number} token */
  const luminance = (token) => {
    const probe = document.createElement('i');
    probe.style.color = `var(--${token})`;
    document.querySelector('.repin')?.append(probe);
    const [r, g, b] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    probe.remove();
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return pairs.map(([front, back, least]) => {
    const [dark, light] = [luminance(front), luminance(back)].sort((one, other) => one - other);
    return { pair: `${front} on ${back}`, least: Number(least), ratio: (light + 0.05) / (dark + 0.05) };
  });
}
