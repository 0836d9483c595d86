// An app in Leptos that has the crate: the face in its own WASM, the vault as it is shipped.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { enrolled, stage } from '../e2e/harness/story.mjs';
import { serveFiles } from '../e2e/harness/files.mjs';
import { ROOT } from './harness/apps.mjs';
import { openPage } from '../e2e/harness/browser.mjs';
import { find } from '../e2e/harness/find.mjs';
import { recover } from './harness/recovery.mjs';
import { openSite } from './harness/site.mjs';
import { Rows } from './harness/rows.mjs';

const OUT = 'target/consumers/leptos';
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

  test('leptos speaks the language of its page, from right to left where that is written so', async () => {
    const site = await serveFiles([OUT]);
    try {
      await inLanguage(stage, person, site.url, 'ar');
    } finally {
      site.close();
    }
  });
});

/** @param {import('../e2e/harness/story.mjs').Stage} stage @param {import('../e2e/harness/story.mjs').Person} person @param {string} app @param {string} tag */
async function inLanguage({ gateway, browser }, person, app, tag) {
  const session = await gateway.session(person.userId);
  const challengeId = await gateway.challenge(session, 'RESTORE_PIN');
  const site = await openSite(app, gateway.url, async () => ({ ...session, challengeId }));
  const { page, context, witness } = await openPage(browser);
  try {
    await page.goto(site.origin, { waitUntil: 'load' });
    await page.evaluate((tag) => void (document.documentElement.lang = tag), tag);
    // The page's own WASM makes it.
    await (await page.waitForSelector('#start'))?.click();
    await find(page, 'heading', JSON.parse(readFileSync(`${ROOT}locales/${tag}.json`, 'utf8')).questions.title);
    const section = await page.$eval('section.repin', ({ lang, dir }) => ({ lang, dir }));
    assert.deepEqual(section, { lang: tag, dir: 'rtl' });
    assert.deepEqual(witness.console, []);
  } finally {
    await context.close();
    site.close();
  }
}
