// An app in Leptos that has the crate: the face in its own WASM, the vault as it is shipped.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, readFileSync, renameSync } from 'node:fs';
import { later, moveClock } from '../e2e/access/harness/clock.mjs';
import { enrolled, keepSecret, stage } from '../e2e/harness/story.mjs';
import { serveFiles } from '../e2e/harness/files.mjs';
import { ROOT } from './harness/apps.mjs';
import { openPage } from '../e2e/harness/browser.mjs';
import { find, has, until } from '../e2e/harness/find.mjs';
import { t } from '../e2e/harness/widget.mjs';
import { recover } from './harness/recovery.mjs';
import { openSite } from './harness/site.mjs';
import { Rows } from './harness/rows.mjs';

const OUT = 'target/consumers/leptos';
const MINUTE = 60_000;
const rows = new Rows('leptos.json');
cpSync(`${ROOT}tests/consumers/leptos/index.html`, `${ROOT}${OUT}/index.html`);
cpSync(`${ROOT}dist`, `${ROOT}${OUT}/repin`, { recursive: true });

stage('apps built', 'chromium', (stage) => {
  /** @type {import('../e2e/harness/story.mjs').Person} */
  let person;
  before(async () => {
    person = await enrolled(stage);
  });
  after(() => rows.write());

  test('leptos recovers a PIN', () => rows.add({ app: 'leptos', versions: 'leptos 0.8.23', mode: 'dev', browser: 'chromium', note: 'the crate; the vault from `dist/`; unoptimised' }, async () => {
    const site = await serveFiles([OUT]);
    try {
      // The app's own, which nobody optimised, says nothing of what a page weighs.
      await recover(stage, person, site.url, { name: 'leptos', speak: (page, tag) => page.select('#locale', tag), modules: 3 });
    } finally {
      site.close();
    }
  }));

  test('leptos speaks the language of its page, from right to left where that is written so', () => visit(stage, person, async ({ page, start }) => {
    const tag = 'ar';
    await page.evaluate((tag) => void (document.documentElement.lang = tag), tag);
    await start();
    await find(page, 'heading', JSON.parse(readFileSync(`${ROOT}locales/${tag}.json`, 'utf8')).questions.title);
    const section = await page.$eval('section.repin', ({ lang, dir }) => ({ lang, dir }));
    assert.deepEqual(section, { lang: tag, dir: 'rtl' });
  }));

  for (const file of ['repin_widget_bg.wasm', 'repin-worker.js']) {
    test(`leptos tries again when ${file} was not to be had: it is asked for once more, and one vault starts`, async () => {
      const place = `${ROOT}${OUT}/repin/${file}`;
      const away = `${place}.away`;
      renameSync(place, away);
      let isBack = false;
      const putBack = () => isBack || (renameSync(away, place), (isBack = true));
      try {
        await visit(stage, person, async ({ page, site, start, reasons }) => {
          await start();
          const again = await find(page, 'button', t('common.retry'));
          putBack();
          // Somebody impatient.
          await again.click({ count: 2 });
          await find(page, 'heading', t('questions.title'));
          const workers = site.answered.filter(({ path, status }) => path.startsWith('/repin/repin-worker.js') && status === 200);
          assert.equal(workers.length, 1, 'one vault was started');
          assert.deepEqual(reasons, ['start'], 'another try needs no other session');
        });
      } finally {
        putBack();
      }
    });
  }

  // Last, for it puts the gateway's clock forward.
  test('leptos says that more time is wanted, and the same challenge goes on with what was typed', () => visit(stage, person, async ({ page, start, reasons }) => {
    await start();
    await find(page, 'heading', t('questions.title'));
    const [first, second] = await page.$$('section.repin form input:not([type=checkbox])');
    await first.type(person.answers[0]);

    await later(page, 58.05 * MINUTE);
    await stage.gateway.advance(58.05 * MINUTE);
    await (await find(page, 'button', t('expiring.more'))).click();
    // Also the end of what is said when there is no more time.
    await until('there is time again', async () => !(await has(page, 'any', `…${t('expiring.no_loss')}…`)));
    assert.deepEqual(reasons, ['start', 'expiring']);

    // The first token is dead by now: it is the fresh one that goes on.
    await stage.gateway.advance(3 * MINUTE);
    await second.type(person.answers[1]);
    await (await find(page, 'button', t('common.continue'))).click();
    await find(page, 'heading', t('new.title'));
  }, [moveClock]));
});

/**
 * Somebody who forgot the PIN, in the app.
 *
 * @typedef {object} Visit
 * @property {import('puppeteer-core').Page} page
 * @property {import('./harness/site.mjs').Site} site
 * @property {() => Promise<void>} start presses the app's button
 * @property {string[]} reasons why a session was asked for, each time
 *
 * @param {import('../e2e/harness/story.mjs').Stage} stage
 * @param {import('../e2e/harness/story.mjs').Person} person
 * @param {(visit: Visit) => Promise<void>} story
 * @param {(() => void)[]} [prepare] run before the page's scripts
 */
async function visit(stage, person, story, prepare = []) {
  const files = await serveFiles([OUT]);
  const { page, context, witness } = await openPage(stage.browser);
  for (const script of prepare) await page.evaluateOnNewDocument(script);
  /** @type {string[]} */
  const reasons = [];
  page.on('request', (request) => request.url().endsWith('/api/recovery') && reasons.push(request.postData() ?? ''));
  const give = backend(stage, person.userId);
  let given = 0;
  const site = await openSite(files.url, stage.gateway.url, async () => {
    // The page's own word of it may come after the request.
    await until('it is known why', () => reasons.length > given);
    return give(reasons[given++]);
  });
  try {
    await page.goto(site.origin, { waitUntil: 'load' });
    // The page's own WASM makes the button.
    await story({ page, site, reasons, start: async () => (await page.waitForSelector('#start'))?.click() });
    assert.deepEqual(witness.console, []);
  } catch (error) {
    throw new Error(`${/** @type {Error} */ (error).message}\nconsole: ${witness.console.join('\n')}`, { cause: error });
  } finally {
    await context.close();
    site.close();
    files.close();
  }
}

/**
 * What the app's backend gives, as in docs/backend.md: more time is for the challenge that was given last.
 *
 * @param {import('../e2e/harness/story.mjs').Stage} stage
 * @param {string} userId
 */
function backend(stage, userId) {
  let challengeId = '';
  return async (/** @type {string} */ reason) => {
    const session = await stage.gateway.session(userId);
    keepSecret(stage, 'token', session.userToken);
    keepSecret(stage, 'encryption key', session.encryptionKey);
    if (reason !== 'expiring') challengeId = await stage.gateway.challenge(session, 'RESTORE_PIN');
    return { ...session, challengeId };
  };
}
