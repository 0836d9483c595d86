// The tour a newcomer takes: `cargo xtask demo`, one page, and no fake in it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { signerOnEthereum, signerOnSolana } from '../../independent/wallet.mjs';
import { ENGINES, openPage } from '../harness/browser.mjs';
import { find, until } from '../harness/find.mjs';
import { keepSecret, quiet, stage } from '../harness/story.mjs';
import { Widget } from '../harness/widget.mjs';

/** @param {import('puppeteer-core').Page} page @param {string} selector */
const texts = async (page, selector) =>
  Promise.all((await page.$$(selector)).map((element) => element.evaluate((element) => element.textContent ?? '')));

/** The addresses that Harbour shows. @param {import('puppeteer-core').Page} page */
const held = (page) =>
  until('addresses', async () => {
    const shown = await texts(page, '#addresses code');
    return shown.length ? shown : undefined;
  });

for (const engine of ENGINES) {
  stage('the demo', engine, (stage) => {
    test('someone enrols, makes a wallet that outlives a forgotten PIN, is locked out, moves the clock, and finds no PIN in what is stored', async () => {
      const { page, context, witness } = await openPage(stage.browser);
      const widget = new Widget(page);
      const press = async (/** @type {string} */ name) => (await find(page, 'button', name)).click();
      const [first, second, answers] = ['493817', '518306', ['Aunt Philomena', 'Zanzibar harbour']];
      [first, second, ...answers].forEach((secret) => keepSecret(stage, 'typed', secret));

      await page.goto(`${stage.gateway.url}/demo`);
      await press('Set up PIN and questions');
      await widget.choosePin(first);
      await widget.chooseQuestions(answers.map((answer, question) => ({ question, answer })));
      await widget.shows('done_all.title');
      await press('Done');
      await find(page, 'any', /^Done\. ?Your PIN and questions are set\./);

      await press('Create a wallet');
      await widget.pin('current.title', first);
      await widget.shows('wallet.title');
      await press('Done');
      const addresses = await held(page);
      assert.equal(addresses.length, 2);

      await press('Forgot my PIN');
      await widget.answer(answers);
      await widget.choosePin(second);
      await widget.shows('done_restore.title');
      await press('Done');
      await find(page, 'any', /^Done\. ?You are back in, with a new PIN\./);

      assert.deepEqual(await held(page), addresses, 'the wallet is the one that it was');
      await press('Export private keys');
      await widget.pin('current.title', second);
      await widget.agree('keys.get');
      await widget.press('keys.show');
      const keys = await until('two keys', async () => {
        const shown = await texts(page, '#widget >>> code');
        return shown.length === 2 && shown.every(Boolean) ? shown : undefined;
      });
      keys.forEach((key) => keepSecret(stage, 'private key', key));
      assert.deepEqual([await signerOnEthereum(keys[0], 'mine'), await signerOnSolana(keys[1], 'mine')], addresses);
      await widget.press('common.close');

      await press('Change PIN');
      for (const [index, wrong] of ['162730', '162731', '162732'].entries()) {
        await widget.pin('current.title', wrong);
        if (index < 2) await widget.says('current.tries', { n: 2 - index });
      }
      await widget.shows('locked.title_pin');
      await press('+30 minutes');
      await widget.pin('current.title', second);
      await widget.shows('new.title');

      for (const needle of [second, answers[0]]) {
        await widget.fill('Search every byte…', needle);
        await press('Search');
        await find(page, 'status', new RegExp(`^Not found\\. “${needle}” is nowhere`));
      }
      await press('Search for this person’s ID');
      await find(page, 'status', /^(?!Not found).*in /);
      // The page keeps the pretend person's ID in its address, so that a reload stays with them. Nothing else is kept.
      await quiet(witness, ['History.replaceState']);
      await context.close();
    });
  });
}
