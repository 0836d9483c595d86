// The flows of ways back, codes, wallets and their keys without a pointer, with the mock in a gateway's place: what is shown,
// said and reached is the same. Kept as texts in flows/, to be read.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch } from '../harness/browser.mjs';
import { t } from '../harness/widget.mjs';
import { stage } from '../looks/stage.mjs';
import { arrives, tabTo } from './harness/keys.mjs';
import { Reader, listen } from './harness/reader.mjs';
import { Tour, button, field, heading, pinField, said, type } from './harness/tour.mjs';

const PIN = '493817';
const NEW_PIN = '582914';
const CODE = '40718265';
const codeField = `field “${t('code.title')}, ${t('pin.label', { n: 8 })}”`;
const phrase = `field “${t('agree.label', { phrase: t('agree.phrase') })}”`;

describe('by keyboard alone, with a mock', async () => {
  const { play } = await stage('chromium');
  /** @type {import('puppeteer-core').Browser} */
  let listener;
  /** @type {Reader} */
  let reader;
  before(async () => {
    listener = await launch('chromium');
    reader = await Reader.open(listener);
  });
  after(() => listener?.close());

  /** @param {string} flow @param {(page: import('puppeteer-core').Page, tour: Tour) => Promise<void>} walk @param {object} [played] */
  async function walks(flow, walk, played = {}) {
    const { page, outcome, close } = await play({ flow, ...played }, {}, async (page) => {
      await page.setViewport({ width: 390, height: 480 });
      await page.evaluate(listen);
      // A page goes on before and after the widget: Tab has somewhere to come from and to go to.
      await page.evaluate(() => {
        for (const side of /** @type {const} */ (['before', 'after'])) {
          const neighbour = document.createElement('button');
          neighbour.textContent = `the page ${side} the widget`;
          document.getElementById('widget')?.[side](neighbour);
        }
      });
    });
    const tour = new Tour(reader);
    await walk(page, tour);
    const ended = await outcome();
    assert.deepEqual([ended.status, ended.flow], ['completed', flow]);
    await close();
    tour.compare(flow.toLowerCase().replaceAll('_', '-'));
  }

  /** @param {import('puppeteer-core').Page} page @param {string} pin */
  async function enter(page, pin) {
    await page.keyboard.type(pin);
    await page.keyboard.press('Enter');
  }

  test('someone chooses a code and answers as the way back', () =>
    walks('SET_RECOVERY', async (page, tour) => {
      await arrives(page, pinField('current.title'));
      await enter(page, PIN);
      await tour.at(page, 'which way', heading('ways.title'));
      await tabTo(page, `button “${t('ways.email')} ${t('ways.email_text')}”`);
      await page.keyboard.press('Enter');
      await tour.at(page, 'the address, of a code that stands alone', heading('email.title'));
      await tabTo(page, button('common.back'));
      await page.keyboard.press('Enter');
      await arrives(page, heading('ways.title'));
      await tabTo(page, `button “${t('ways.both')} ${t('ways.both_text')}”`);
      await page.keyboard.press('Enter');
      await arrives(page, heading('email.title'));
      await type(page, field(t('email.label')), 'maria@example');
      await page.keyboard.press('Enter');
      await said(page, `assertive: ${t('email.invalid')}`);
      await tour.at(page, 'no address', field(t('email.label')));
      await type(page, field(t('email.label')), 'maria@example.org');
      await page.keyboard.press('Enter');
      await tour.at(page, 'the code', codeField);
      await enter(page, '4071');
      await said(page, new RegExp(`assertive: ${t('code.short')}`));
      await tour.at(page, 'four digits of eight', codeField);
      await page.keyboard.press('End');
      await enter(page, '8265');
      await arrives(page, heading('intro.title'));
      await tabTo(page, button('intro.start'));
      await page.keyboard.press('Enter');
      for (const [n, answer] of ['St Marys', 'Rover'].entries()) {
        await arrives(page, heading('choose.title', { n: n + 1, total: 2 }));
        await tabTo(page, `list “${t('choose.question')}”`);
        // Not the ones about dates.
        for (let down = 0; down <= 2 * n; down += 1) await page.keyboard.press('ArrowDown');
        await type(page, field(t('choose.answer')), answer);
        await page.keyboard.press('Enter');
        await arrives(page, field(t('choose.hint')));
        await page.keyboard.press('Enter');
      }
      await arrives(page, heading('summary.title'));
      await tabTo(page, button('common.continue'));
      await page.keyboard.press('Enter');
      await arrives(page, heading('agree.title'));
      await type(page, phrase, t('agree.phrase'));
      await page.keyboard.press('Enter');
      await tour.at(page, 'done', heading('done_way.title'));
      await page.keyboard.press('Escape');
    }));

  test('someone sets a new PIN with a code', () =>
    walks('RESTORE_PIN_BY_CODE', async (page, tour) => {
      await tour.at(page, 'a code will be sent', heading('code.announce'));
      await tabTo(page, button('code.send'));
      await page.keyboard.press('Enter');
      await arrives(page, codeField);
      await enter(page, '40718266');
      await said(page, new RegExp(`assertive: ${t('code.wrong')}`));
      await tour.at(page, 'a wrong code', codeField);
      await enter(page, CODE);
      await arrives(page, pinField('new.title'));
      await enter(page, NEW_PIN);
      await arrives(page, pinField('confirm.title'));
      await enter(page, NEW_PIN);
      await arrives(page, heading('done_restore.title'));
      await page.keyboard.press('Escape');
    }, { scenario: 'wrong-answers', wrong: 1 }));

  test('someone makes a wallet', () =>
    walks('CREATE_WALLET', async (page, tour) => {
      await arrives(page, pinField('current.title'));
      await enter(page, PIN);
      await tour.at(page, 'the addresses', heading('wallet.title'));
      await page.keyboard.press('Escape');
    }));

  test('someone exports the keys of a wallet, and is warned first', () =>
    walks('EXPORT_PRIVATE_KEYS', async (page, tour) => {
      await arrives(page, pinField('current.title'));
      await enter(page, PIN);
      await tour.at(page, 'the warning', heading('keys.warn'));
      await type(page, phrase, t('agree.phrase'));
      await page.keyboard.press('Enter');
      await tour.at(page, 'the keys, hidden', heading('keys.title'));
      await tabTo(page, button('keys.show'));
      await page.keyboard.press('Enter');
      await tour.at(page, 'the keys, shown', button('keys.hide'));
      await page.keyboard.press('Enter');
      await tour.at(page, 'hidden again', button('keys.show'));
      // Escape would end it unasked, and does nothing.
      await page.keyboard.press('Escape');
      await tabTo(page, button('common.close'));
      await page.keyboard.press('Enter');
    }));

  test('someone recovers, and the wallets that are held elsewhere follow', () =>
    walks('RECOVER_WALLETS', async (page, tour) => {
      await arrives(page, heading('questions.title'));
      await tabTo(page, field('What was the name of your first school?'));
      await page.keyboard.type('St Marys');
      for (const [part, value] of [['day', '27'], ['month', '3'], ['year', '1988']]) await type(page, field(t(`date.${part}`)), value);
      await page.keyboard.press('Enter');
      await arrives(page, pinField('new.title'));
      await enter(page, NEW_PIN);
      await arrives(page, pinField('confirm.title'));
      await enter(page, NEW_PIN);
      await arrives(page, heading('done_restore.title'));
      await said(page, `polite: ${t('updating.count', { n: 2, total: 3 })}`);
      await tour.at(page, 'two of three, one of them not known', heading('done_restore.title'));
      await tabTo(page, button('common.close'));
      await page.keyboard.press('Enter');
    }, { scenario: 'wallet-unknown' }));
});
