// What a recovery leaves behind in the page: nothing it was told.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES, openPage } from '../harness/browser.mjs';
import { enrolled, keepSecret, run, stage } from '../harness/story.mjs';
import { inText } from '../harness/secrets.mjs';

// What the widget may ask for, by path on the page's own origin.
const ALLOWED = [
  /^\/$/,
  /^\/(repin|page)\.js$/,
  /^\/(repin|page)\.css$/,
  /^\/repin-worker\.js$/,
  /^\/repin_widget(_bg)?\.(js|wasm)$/,
  /^\/locales\/en\.json$/,
  /^\/v1\/repin\/challenges\/[0-9a-f-]{36}\/messages$/,
  /^\/favicon\.(ico|svg)$/,
];

for (const engine of ENGINES) {
  stage('secrecy', engine, (stage) => {
    test('texts, attributes, storage, console and requests never hold a PIN or an answer', async () => {
      const person = await enrolled(stage);
      const pin = '518306';
      keepSecret(stage, 'typed', pin);
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget, page, witness }) => {
        await widget.answer(person.answers);
        await widget.shows('new.title');
        // Under BiDi the driver cannot look into workers. The policy, which allows our own origin alone, holds there too.
        const byWorker = engine === 'chromium' ? await askedFor(page.workers()) : [];
        await widget.choosePin(pin);
        await widget.shows('done_restore.title');

        const { strings } = await witness.seen();
        const typed = { 'first answer': person.answers[0], 'second answer': person.answers[1], PIN: pin };
        assert.ok(strings.length > 50, 'the observer saw the widget being drawn');
        assert.deepEqual(inText(strings.join('\n'), typed), []);
        assert.deepEqual(inText(`${strings.join('\n')}\n${pin}`, typed), ['PIN as text'], 'the search finds what is there');
        assert.deepEqual(await storage(page), { local: 0, session: 0, cookies: '', databases: 0, caches: 0 });
        const asked = [...witness.requests, ...byWorker];
        assert.deepEqual(asked.filter((url) => !ours(url, stage.gateway.url)), []);
        assert.deepEqual(inText(asked.join('\n'), typed), []);
        // The budget of the design: loader, styles, glue, WASM, worker, and at most a locale and an icon.
        const files = new Set(asked.map((url) => new URL(url).pathname).filter((path) => /repin|locales/.test(path) && !path.startsWith('/v1/')));
        assert.ok(files.size >= 5 && files.size <= 7, [...files].join(' '));
      });
    });

    test('the policy forbids what the page does not need, and the witness would have seen a violation', async () => {
      const { page, context, witness } = await openPage(stage.browser);
      const reply = await page.goto(`${stage.gateway.url}/`);
      assert.match(reply?.headers()['content-security-policy'] ?? '', /default-src 'none'|default-src 'self'/);
      // Script would be stopped by Trusted Types before the policy is asked.
      await page.evaluate(() => document.body.setAttribute('style', 'outline: 7px solid'));
      assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).outlineWidth), '7px');
      assert.equal((await witness.seen()).violations.length, 1);
      await context.close();
    });
  });
}

stage('secrecy', 'chromium', (stage) => {
  test('assistive technology is never given the digits of a masked PIN', async () => {
    const person = await enrolled(stage);
    const pin = '518306';
    await run(stage, person.userId, 'CHANGE_PIN', async ({ widget, page }) => {
      const session = await page.createCDPSession();
      const tree = async () => JSON.stringify(await session.send('Accessibility.getFullAXTree'));
      await widget.typePin('current.title', person.pin);
      const current = await tree();
      assert.match(current, /••••••/, 'the tree has the field');
      assert.doesNotMatch(current, new RegExp(person.pin));
      await widget.press('common.continue');
      await widget.shows('new.title');
      await widget.typePin('new.title', pin);
      assert.doesNotMatch(await tree(), new RegExp(pin));
      await widget.press('common.continue');
      await widget.shows('confirm.title');
      await widget.typePin('confirm.title', pin);
      assert.doesNotMatch(await tree(), new RegExp(pin));
      await widget.press('pin.show');
      assert.match(await tree(), new RegExp(pin), 'the search finds a PIN that its owner asked to see');
    });
  });
});

/** What workers asked for, by their own account: a page is not told by every browser. @param {import('puppeteer-core').WebWorker[]} workers */
async function askedFor(workers) {
  const lists = await Promise.all(
    workers.map((worker) => worker.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))),
  );
  return lists.flat();
}

/** @param {string} url @param {string} origin */
function ours(url, origin) {
  if (url.startsWith('data:')) return true; // asks nobody
  const { origin: asked, pathname, search } = new URL(url);
  return asked === origin && search === '' && ALLOWED.some((path) => path.test(pathname));
}

/** @param {import('puppeteer-core').Page} page */
function storage(page) {
  return page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
    caches: globalThis.caches ? (await caches.keys()).length : 0,
  }));
}
