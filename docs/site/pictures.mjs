// Takes the pictures of docs/pictures/screens: every state of the widget as the gallery draws it, in light and dark.
// `cargo xtask pictures` builds the gallery and calls it.
import { mkdirSync, rmSync } from 'node:fs';
import { launch, openPage } from '../../tests/e2e/harness/browser.mjs';
import { serveFiles } from '../../tests/e2e/harness/files.mjs';

const SCREENS = new URL('../pictures/screens/', import.meta.url);

const gallery = await serveFiles(['tests/gallery', 'target/gallery', 'dist']);
const browser = await launch('chromium');
try {
  const { page } = await openPage(browser);
  await page.setViewport({ width: 500, height: 900, deviceScaleFactor: 1.6 });
  await page.emulateTimezone('UTC');
  await page.goto(gallery.url);
  await page.waitForSelector('html[data-ready]');
  // Round corners on whatever the page around the picture has.
  await page.addStyleTag({ content: 'body { background: transparent !important; } .repin .card { box-shadow: none !important; }' });
  const names = /** @type {string[]} */ (await page.evaluate(() => /** @type {any} */ (window).gallery.names()));
  rmSync(SCREENS, { recursive: true, force: true });
  mkdirSync(SCREENS, { recursive: true });
  for (const theme of ['light', 'dark']) {
    for (const name of names) await take(page, name, theme);
  }
  console.log(`${names.length} states`);
} finally {
  await browser.close();
  gallery.close();
}

/** @param {import('puppeteer-core').Page} page @param {string} name @param {string} theme */
async function take(page, name, theme) {
  await page.evaluate(
    async (name, theme) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      /** @type {any} */ (window).gallery.show(name, { theme });
      /** @type {HTMLElement} */ (document.activeElement)?.blur();
      await frame();
      await frame();
    },
    name,
    theme,
  );
  // It is drawn a moment later, so that a quick start does not flash.
  if (name === 'loading') await page.waitForSelector('#stage .sk');
  const card = await page.$('#stage .card');
  const path = /** @type {`${string}.webp`} */ (new URL(`${name}-${theme}.webp`, SCREENS).pathname);
  await card?.screenshot({ path, type: 'webp', quality: 76, omitBackground: true });
}
