// What Planbok protects: a wallet whose keys a person can take away, and the ways back to its PIN; each on our page, from an app that
// was written for Planbok.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { signerOnEthereum, signerOnSolana } from '../../independent/wallet.mjs';
import { ENGINES } from '../harness/browser.mjs';
import { find, until } from '../harness/find.mjs';
import { PostOffice } from '../harness/post.mjs';
import { keepSecret, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';
import { serveApp } from './host.mjs';
import { enrolled, isBack, visitor } from './person.mjs';

const [APP, POST] = await Promise.all([serveApp(), PostOffice.open()]);
after(() => [APP, POST].forEach((one) => one.close()));

const [PIN, CHANGED, RESET] = ['493817', '730562', '815937'];
const ANSWERS = ['Aunt Philomena', 'Zanzibar harbour'];
const MINUTE = 60 * 1000;
const ADDRESS = 'maria@mail.example';

for (const engine of ENGINES) {
  stage('a wallet at an app of Planbok’s', engine, (stage) => {
    const visit = visitor(stage);
    [PIN, CHANGED, RESET, ...ANSWERS].forEach((secret) => keepSecret(stage, 'typed', secret));

    /** @param {import('./person.mjs').Visit} visit */
    const isVerified = async (visit) => {
      await visit.widget.press('common.done');
      await isBack(APP, visit, 'verified', 'verified');
    };

    /** @param {import('./host.mjs').Customer} customer @param {string} pin @returns {Promise<string[]>} its addresses */
    async function makesWallet(customer, pin) {
      /** @type {string[]} */
      let shown = [];
      await visit(customer, 'wallet/create', async (visit) => {
        await visit.widget.pin('current.title', pin);
        await visit.widget.shows('wallet.title');
        shown = await codes(visit.page);
        await isVerified(visit);
      });
      assert.equal(shown.length, 2);
      return shown;
    }

    /** Takes the keys away with this PIN, and signs with them: whose they are. @param {import('./host.mjs').Customer} customer @param {string} pin */
    async function exports(customer, pin) {
      /** @type {string[]} */
      let keys = [];
      await visit(customer, 'export-private-keys', async (visit) => {
        const { page, widget, witness } = visit;
        await widget.pin('current.title', pin);
        await widget.shows('keys.warn');
        await widget.agree('keys.get');
        await widget.shows('keys.title');
        const asked = witness.requests.length;
        await widget.press('keys.show');
        keys = await until('two keys', async () => {
          const found = (await codes(page)).filter((text) => /^(0x[0-9a-f]{64}|[1-9A-HJ-NP-Za-km-z]{80,90})$/.test(text));
          return found.length === 2 ? found : undefined;
        });
        keys.forEach((key) => keepSecret(stage, 'private key', key));
        await widget.press('keys.hide');
        assert.deepEqual((await codes(page)).filter((text) => keys.includes(text)), [], 'hidden is gone');
        assert.deepEqual(witness.requests.slice(asked), [], 'showing them asks nobody for anything');
        await widget.press('keys.save');
        const file = await until('a file', () => page.evaluate(() => /** @type {any} */ (window).saved));
        const lines = file.split('\r\n').slice(1, 3).map((/** @type {string} */ line) => line.split(','));
        assert.deepEqual(lines.map((/** @type {string[]} */ cells) => cells[2]), keys, 'the file has the same keys');
        assert.deepEqual(witness.requests.slice(asked).filter((url) => !url.startsWith('blob:')), [], 'nor does saving them');
        await widget.press('common.close');
        await isBack(APP, visit, 'verified', 'verified');
      }, keepSaved);
      return [await signerOnEthereum(keys[0], 'mine'), await signerOnSolana(keys[1], 'mine')];
    }

    /** @param {import('./person.mjs').Visit} visit @param {'email' | 'both'} way */
    async function choosesMail({ page, widget }, way) {
      await widget.pin('current.title', PIN);
      await widget.shows('ways.title');
      await (await find(page, 'button', `${t(`ways.${way}`)}…`)).click();
      await widget.shows('email.title');
      await widget.fill(t('email.label'), ADDRESS);
      await widget.press('code.send');
      await entersCode(widget);
    }

    /** @param {import('../harness/widget.mjs').Widget} widget */
    async function entersCode(widget) {
      await widget.shows('code.title');
      const code = await POST.code();
      keepSecret(stage, 'code', code);
      await widget.typePin('code.title', code);
      await widget.press('common.continue');
    }

    test('a wallet outlives an updated and a forgotten PIN: its exported keys sign for the same addresses', async () => {
      const nobody = await APP.customer(stage.gateway);
      await assert.rejects(nobody.ask('wallet/create'), /recovery first/, 'nothing is put behind what nobody could get back');
      const customer = await enrolled(APP, stage, PIN, ANSWERS);
      const addresses = await makesWallet(customer, PIN);
      assert.deepEqual(await exports(customer, PIN), addresses);
      await visit(customer, 'update-pin', async (visit) => {
        await visit.widget.pin('current.title', PIN);
        await visit.widget.choosePin(CHANGED);
        await visit.widget.shows('done_restore.title');
        await isVerified(visit);
      });
      assert.deepEqual(await exports(customer, CHANGED), addresses);
      // Five challenges are asked for in five minutes, and no more.
      await stage.gateway.advance(6 * MINUTE);
      await visit(customer, 'reset-pin', async (visit) => {
        await visit.widget.answer(ANSWERS);
        await visit.widget.choosePin(RESET);
        await visit.widget.shows('done_restore.title');
        await isVerified(visit);
      });
      assert.deepEqual(await exports(customer, RESET), addresses);
    });

    test('recovery is set up anew as a code, and a code alone resets the PIN', async () => {
      const customer = await enrolled(APP, stage, PIN, ANSWERS);
      const addresses = await makesWallet(customer, PIN);
      await visit(customer, 'recovery', async (visit) => {
        await choosesMail(visit, 'email');
        await visit.widget.shows('done_way.title');
        await isVerified(visit);
      });
      // An hour later: codes to one address are counted.
      await stage.gateway.advance(60 * MINUTE);
      await visit(customer, 'reset-pin', async (visit) => {
        await visit.widget.press('code.send');
        await entersCode(visit.widget);
        await visit.widget.choosePin(RESET);
        await visit.widget.shows('done_restore.title');
        await isVerified(visit);
      });
      assert.deepEqual(await exports(customer, RESET), addresses);
    });

    test('with a code and answers both are asked for, and who took too long has another code sent', async () => {
      await stage.gateway.advance(60 * MINUTE);
      const customer = await enrolled(APP, stage, PIN, ANSWERS);
      const addresses = await makesWallet(customer, PIN);
      await visit(customer, 'recovery', async (visit) => {
        await choosesMail(visit, 'both');
        await visit.widget.chooseQuestions(ANSWERS.map((answer, question) => ({ question, answer })));
        await visit.widget.shows('done_way.title');
        await isVerified(visit);
      });
      await visit(customer, 'reset-pin', async (visit) => {
        const { widget } = visit;
        await stage.gateway.advance(MINUTE);
        await widget.press('code.send');
        await entersCode(widget);
        await widget.answer(ANSWERS);
        await widget.shows('new.title');
        await stage.gateway.advance(11 * MINUTE);
        await widget.choosePin(RESET);
        await widget.warns('code.expired');
        await widget.press('code.again');
        // The letter may be there before its page knows, which then empties the field.
        await until('another one was sent', async () => !(await widget.has('alert', 'code.expired')));
        await entersCode(widget);
        await widget.answer(ANSWERS);
        await widget.choosePin(RESET);
        await widget.shows('done_restore.title');
        await isVerified(visit);
      });
      assert.deepEqual(await exports(customer, RESET), addresses);
    });
  }, { REPIN_ALLOWED_ORIGIN: APP.origin, ...POST.settings });
}

/** Runs in the page: keeps what is handed to the browser as a file. */
function keepSaved() {
  const make = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (file) => {
    if (file instanceof Blob && file.type === 'text/csv') file.text().then((text) => (/** @type {any} */ (window).saved = text));
    return make(file);
  };
}

/** What stands in code elements on the page: addresses, and keys while they are shown. @param {import('puppeteer-core').Page} page @returns {Promise<string[]>} */
async function codes(page) {
  await find(page, 'heading', /./);
  const elements = await page.$$('#widget >>> code');
  return Promise.all(elements.map((element) => element.evaluate((element) => (element.textContent ?? '').replace(/\s/g, ''))));
}
