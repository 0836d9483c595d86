// Takes a picture of every state in every look, and of a few in the themes, the same one each time: a bundled font, a clock
// that stands still, nothing that moves, no caret, and text drawn without hints or subpixels of a screen.
import { readFileSync } from 'node:fs';
import { launch, openPage } from '../harness/browser.mjs';
import { serveFiles } from '../harness/files.mjs';

/** @typedef {{ width: number, theme: 'light' | 'dark', dir: 'ltr' | 'rtl', locale: string, preset?: string }} Look `preset` as `appearance.theme` has it */

/** What a theme changes: fields and notes, slots and rules, a picture and a clock. */
const REPRESENTATIVE = ['questions-wrong', 'new-pin-weak', 'locked'];

/** @type {Record<string, Look>} */
export const LOOKS = {
  light: { width: 520, theme: 'light', dir: 'ltr', locale: 'en' },
  dark: { width: 520, theme: 'dark', dir: 'ltr', locale: 'en' },
  rtl: { width: 520, theme: 'light', dir: 'rtl', locale: 'ar' },
  phone: { width: 390, theme: 'light', dir: 'ltr', locale: 'en' },
  minimal: { width: 520, theme: 'light', dir: 'ltr', locale: 'en', preset: 'minimal' },
  'minimal-dark': { width: 520, theme: 'dark', dir: 'ltr', locale: 'en', preset: 'minimal' },
  rounded: { width: 520, theme: 'light', dir: 'ltr', locale: 'en', preset: 'rounded' },
  'rounded-dark': { width: 520, theme: 'dark', dir: 'ltr', locale: 'en', preset: 'rounded' },
  'high-contrast': { width: 520, theme: 'light', dir: 'ltr', locale: 'en', preset: 'high-contrast' },
  'high-contrast-dark': { width: 520, theme: 'dark', dir: 'ltr', locale: 'en', preset: 'high-contrast' },
};

/** A Thursday, so that every clock in the pictures reads the same. */
const NOW = Date.UTC(2026, 0, 15, 14, 4, 19);
/** How long a picture's protecting has gone on, in ms: not at its beginning, where an empty bar says nothing. */
const PART_WAY = 900;
const FLAGS = ['--font-render-hinting=none', '--disable-lcd-text', '--disable-font-subpixel-positioning', '--force-color-profile=srgb', '--force-device-scale-factor=1'];
const WEIGHTS = [400, 500, 600, 700];
const FACES = ['noto-sans/files/noto-sans-latin', 'noto-sans-arabic/files/noto-sans-arabic-arabic'];
const RANGES = ['U+0000-05FF, U+2000-2BFF', 'U+0600-06FF, U+0750-077F, U+FB50-FDFF, U+FE70-FEFF'];
const STYLES = `${FACES.flatMap((file, index) => WEIGHTS.map((weight) => `@font-face {
  font-family: "Pictures"; font-weight: ${weight}; src: url("${file}-${weight}-normal.woff2"); unicode-range: ${RANGES[index]};
}`)).join('\n')}
:root { --pr-font: "Pictures"; }
* { caret-color: transparent !important; scrollbar-width: none; }
::-webkit-progress-value { transition: none !important; }`;

/**
 * @typedef {object} Camera
 * @property {string[]} states every state there is
 * @property {(look: string) => string[]} pictured those that are pictured in a look
 * @property {(look: string, state: string) => Promise<Buffer>} take
 * @property {(css: string) => Promise<void>} spoil lays a rule over the page, for controls; an empty one takes it away
 * @property {() => Promise<void>} close
 */

/** @returns {Promise<Camera>} */
export async function camera() {
  const files = await serveFiles(['tests/gallery', 'target/gallery', 'dist', 'node_modules/@fontsource']);
  const browser = await launch('chromium', undefined, FLAGS);
  const { page } = await openPage(browser);
  await page.emulateTimezone('UTC');
  await page.evaluateOnNewDocument((now) => {
    const clock = Object.assign(window, { clock: { begins: now, now } }).clock;
    Date.now = () => clock.now;
  }, NOW);
  await page.goto(files.url);
  await page.waitForSelector('html[data-ready]');
  await page.addStyleTag({ content: STYLES });
  await page.evaluate(async (weights) => {
    for (const weight of weights) await Promise.all(['a', '\u0627'].map((sign) => document.fonts.load(`${weight} 16px Pictures`, sign)));
    for (const id of ['preset', 'spoilt']) document.head.appendChild(document.createElement('style')).id = id;
  }, WEIGHTS);
  const states = await page.evaluate(() => /** @type {any} */ (window).gallery.names());
  return {
    states,
    pictured: (look) => (LOOKS[look].preset ? REPRESENTATIVE : states),
    async take(look, state) {
      const { width, preset, ...rest } = LOOKS[look];
      await page.$eval('#preset', (style, css) => void (style.textContent = css), preset ? readFileSync(`style/themes/${preset}.css`, 'utf8') : '');
      await page.setViewport({ width, height: look === 'phone' ? 844 : 1000 });
      const clip = await page.evaluate(show, state, rest, PART_WAY);
      const whole = { x: 0, y: 0, width, height: 844 };
      return Buffer.from(await page.screenshot({ clip: look === 'phone' ? whole : clip, captureBeyondViewport: false }));
    },
    async spoil(css) {
      await page.$eval('#spoilt', (style, css) => void (style.textContent = css), css);
    },
    async close() {
      await browser.close();
      files.close();
    },
  };
}

/**
 * Runs in the page: shows a state until it stands still, and tells where.
 *
 * @param {string} state
 * @param {Omit<Look, 'width' | 'preset'>} look
 * @param {number} partWay
 */
async function show(state, look, partWay) {
  const { clock } = /** @type {any} */ (window);
  clock.now = clock.begins;
  const messages = look.locale === 'en' ? undefined : (await (await fetch(`locales/${look.locale}.json`)).json()).face;
  scrollTo(0, 0);
  /** @type {any} */ (window).gallery.show(state, { ...look, messages });
  // The focus moves in the task after the next.
  for (let tasks = 0; tasks < 3; tasks += 1) await new Promise((next) => setTimeout(next));
  // The bars of a wait come after a moment.
  while (state === 'loading' && !document.querySelector('.sk')) await new Promise((next) => setTimeout(next, 20));
  // The bar goes on by a timer.
  const bar = document.querySelector('progress');
  if (bar) clock.now += partWay;
  while (bar && !bar.value) await new Promise((next) => setTimeout(next, 20));
  for (let frames = 0; frames < 2; frames += 1) await new Promise((next) => requestAnimationFrame(next));
  await document.fonts.ready;
  scrollTo(0, 0);
  const { x, y, width, height } = /** @type {HTMLElement} */ (document.querySelector('.repin')).getBoundingClientRect();
  return { x, y, width, height: Math.min(height, innerHeight - y) };
}
