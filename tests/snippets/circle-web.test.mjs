// The examples for Circle's web SDK, unmodified: bundled as Circle's own example is, in a page that a gateway allows, up to
// the first screen in the frame. tests/e2e/circle goes on from there.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { nodePolyfills } from 'vite-plugin-node-polyfills';
import { launch, openPage } from '../e2e/harness/browser.mjs';
import { serveFiles } from '../e2e/harness/files.mjs';
import { find, until } from '../e2e/harness/find.mjs';
import { Gateway } from '../e2e/harness/gateway.mjs';
import { t } from '../e2e/harness/widget.mjs';
import { ROOT, ofKind } from './blocks.mjs';

/** @type {import('puppeteer-core').Browser} */
let browser;
before(async () => void (browser = await launch('chromium')));
after(() => browser?.close());

for (const { at, code, language } of ofKind('circle-web')) {
  test(`${at} opens the frame with Circle’s own SDK`, async () => {
    const folder = `target/snippets/${at.replace(/\W/g, '-')}`;
    const pages = await serveFiles([`${folder}/built`]);
    const origin = pages.url.replace('127.0.0.1', 'localhost').replace(/\/$/, '');
    const gateway = await Gateway.start({ REPIN_ALLOWED_ORIGIN: origin });
    const { page, context } = await openPage(browser);
    try {
      const session = await gateway.session(await gateway.user());
      const given = { ...session, challengeId: await gateway.challenge(session, 'INITIALIZE'), appId: await gateway.appId() };
      await bundle(join(ROOT, folder), language, code.replaceAll('https://pin.wallet.example', gateway.url), given);
      await page.goto(origin);
      const frame = await until('the SDK opens the frame', () => page.frames().find((frame) => frame.url().startsWith(gateway.url)));
      await find(/** @type {any} */ (frame), 'heading', t('first.title'));
      assert.equal((await page.$$('#sdkIframe')).length, 1);
    } finally {
      await context.close();
      await gateway.end();
      pages.close();
    }
  });
}

/**
 * The example in an app: before it, what a reader has; after it, what an example for one line leaves out.
 * @param {string} folder @param {string} language @param {string} code @param {Record<string, string>} given
 */
async function bundle(folder, language, code, given) {
  mkdirSync(folder, { recursive: true });
  const rest = code.includes('.execute(') ? '' : 'sdk.setAuthentication({ userToken, encryptionKey });\nsdk.execute(challengeId, () => {});\n';
  const app = `import { W3SSdk } from '@circle-fin/w3s-pw-web-sdk';
const { appId, userToken, encryptionKey, challengeId } = ${JSON.stringify(given)};
${code}${rest}`;
  writeFileSync(join(folder, `app.${language}`), app);
  const head = '<meta charset="utf-8"><title>An app</title><link rel="icon" href="data:,">';
  writeFileSync(join(folder, 'index.html'), `<!doctype html><html lang="en"><head>${head}<script type="module" src="./app.${language}"></script></head></html>`);
  await build({ root: folder, configFile: false, plugins: [nodePolyfills()], logLevel: 'error', build: { outDir: 'built', chunkSizeWarningLimit: 2000 } });
}
