// Whole flows without a pointer, in both browsers: where each screen puts the focus, the way round it with Tab, and what a
// screen reader would say. Both are kept as texts in flows/, to be read.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES, launch } from '../harness/browser.mjs';
import { evidence } from '../harness/evidence.mjs';
import { enrolled, quiet, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';
import { arrives, tabTo, wayRound } from './harness/keys.mjs';
import { own } from './harness/own.mjs';
import { Reader, listen } from './harness/reader.mjs';
import { Tour, button, field, heading, pinField, said, type } from './harness/tour.mjs';

/** A phone held upright with its keyboard open: the least room that anyone has. */
const PHONE = { width: 390, height: 480 };

for (const engine of ENGINES) {
  stage('by keyboard alone', engine, (stage) => {
    /** @type {import('puppeteer-core').Browser} */
    let listener;
    /** @type {Reader} */
    let reader;
    /** @type {Tour[]} */
    const tours = [];
    before(async () => {
      listener = engine === 'chromium' ? stage.browser : await launch('chromium');
      reader = await Reader.open(listener);
    });
    after(async () => {
      if (listener !== stage.browser) await listener?.close();
    });

    test('someone recovers with answers', async () => {
      const person = await enrolled(stage);
      const tour = new Tour(reader);
      await own(stage, person.userId, 'RESTORE_PIN', { ...PHONE, prepare: [listen] }, async ({ page, witness, outcome }) => {
        const { keyboard } = page;
        await tour.at(page, 'the questions', heading('questions.title'));
        await keyboard.press('Enter');
        await tabTo(page, button('common.continue'));
        await keyboard.press('Enter');
        await tour.at(page, 'nothing was typed', `alert “${t('questions.empty')} ${t('questions.no_try')}”`);
        await type(page, field(QUESTIONS[0]), 'something else');
        await type(page, field(QUESTIONS[1]), 'and more');
        await keyboard.press('Enter');
        const wrong = `alert “${t('questions.wrong')} ${t('questions.tries', { n: 2 })} ${t('questions.wrong_which')}”`;
        await tour.at(page, 'the answers do not match', wrong);
        await type(page, field(QUESTIONS[0]), person.answers[0]);
        await type(page, field(QUESTIONS[1]), person.answers[1]);
        await keyboard.press('Enter');
        await newPin(page, tour, '518306');
        await tour.at(page, 'done', heading('done_restore.title'));
        await tabTo(page, button('common.done'));
        await keyboard.press('Enter');
        assert.equal((await outcome()).status, 'completed');
        await quiet(witness);
      });
      tour.compare('recover');
      tours.push(tour);
    });

    test('someone changes the PIN, has forgotten it, and goes on with answers', async () => {
      const person = await enrolled(stage);
      const tour = new Tour(reader);
      const onForgot = async () => {
        const session = await stage.gateway.session(person.userId);
        return { userToken: session.userToken, encryptionKey: session.encryptionKey, challengeId: await stage.gateway.challenge(session, 'RESTORE_PIN') };
      };
      await own(stage, person.userId, 'CHANGE_PIN', { ...PHONE, prepare: [listen], onForgot }, async ({ page, witness, outcome }) => {
        const { keyboard } = page;
        await tour.at(page, 'the current PIN', pinField('current.title'));
        await keyboard.type('41');
        await keyboard.press('Enter');
        await tour.at(page, 'two digits of six', pinField('current.title'));
        // Coming back with Tab selects what a field holds, as everywhere.
        await keyboard.press('End');
        await keyboard.type('9302');
        await said(page, 'polite: 6 of 6 digits');
        await keyboard.press('Enter');
        await said(page, new RegExp(`assertive: ${t('current.wrong')}`));
        await tour.at(page, 'a wrong PIN', pinField('current.title'));
        await tabTo(page, button('current.forgot'));
        await keyboard.press('Enter');
        await tour.at(page, 'recovery instead', heading('questions.title'));
        await tabTo(page, button('questions.forgot'));
        await keyboard.press('Enter');
        await tour.at(page, 'the answers are forgotten too', heading('forgot.title'));
        await tabTo(page, button('forgot.back'));
        await keyboard.press('Enter');
        await arrives(page, heading('questions.title'));
        await type(page, field(QUESTIONS[0]), person.answers[0]);
        await keyboard.press('Escape');
        await tour.at(page, 'leave?', heading('leave.title'));
        await keyboard.press('Escape');
        await arrives(page, heading('questions.title'));
        await type(page, field(QUESTIONS[1]), person.answers[1]);
        await keyboard.press('Enter');
        await arrives(page, pinField('new.title'));
        await keyboard.type('604218');
        await keyboard.press('Enter');
        await arrives(page, pinField('confirm.title'));
        await keyboard.type('604217');
        await keyboard.press('Enter');
        await said(page, new RegExp(`assertive: ${t('confirm.mismatch')}`));
        await tour.at(page, 'the two PINs differ', pinField('confirm.title'));
        await keyboard.type('604218');
        await keyboard.press('Enter');
        await arrives(page, heading('done_restore.title'));
        await keyboard.press('Escape');
        assert.equal((await outcome()).status, 'completed');
        await quiet(witness);
      });
      tour.compare('change');
      tours.push(tour);
    });

    test('someone sets up PIN and questions', async () => {
      const userId = await stage.gateway.user();
      const tour = new Tour(reader);
      await own(stage, userId, 'INITIALIZE', { ...PHONE, prepare: [listen] }, async ({ page, witness, outcome }) => {
        const { keyboard } = page;
        await tour.at(page, 'the first PIN', pinField('first.title'));
        await keyboard.type('123456');
        await keyboard.press('Enter');
        await said(page, new RegExp(`assertive: ${t('new.weak')}`));
        await tour.at(page, 'a run', pinField('first.title'));
        for (let n = 0; n < 6; n += 1) await keyboard.press('Backspace');
        await keyboard.type('493817');
        await keyboard.press('Enter');
        await tour.at(page, 'the same again', pinField('confirm_first.title'));
        await keyboard.type('493817');
        await keyboard.press('Enter');
        await tour.at(page, 'why questions', heading('intro.title'));
        await tabTo(page, button('intro.start'));
        await keyboard.press('Enter');
        await tour.at(page, 'the first question', heading('choose.title', { n: 1, total: 2 }));
        await choose(page, 1);
        await type(page, `field “${t('choose.answer')}”`, 'Aunt Philomena');
        await type(page, `field “${t('choose.hint')}”`, 'the loud one');
        await keyboard.press('Enter');
        await arrives(page, heading('choose.title', { n: 2, total: 2 }));
        await tabTo(page, button('common.continue'));
        await keyboard.press('Enter');
        await tour.at(page, 'the second, and none is chosen', `list “${t('choose.question')}”`);
        await choose(page, 9);
        for (const [part, value] of [['day', '27'], ['month', 'March'], ['year', '1988']]) {
          await type(page, `field “${t(`date.${part}`)}”`, value);
        }
        await tour.at(page, 'a question about a date', `field “${t('date.year')}”`);
        await keyboard.press('Enter');
        await arrives(page, `field “${t('choose.hint')}”`);
        await keyboard.press('Enter');
        await tour.at(page, 'a last look', heading('summary.title'));
        await tabTo(page, button('common.continue'));
        await keyboard.press('Enter');
        await tour.at(page, 'what it means', heading('agree.title'));
        await tabTo(page, button('common.continue'));
        await keyboard.press('Enter');
        const phrase = `field “${t('agree.label', { phrase: t('agree.phrase') })}”`;
        await tour.at(page, 'nothing was agreed to', phrase);
        await type(page, phrase, t('agree.phrase'));
        await keyboard.press('Enter');
        await tour.at(page, 'done', heading('done_all.title'));
        await keyboard.press('Escape');
        assert.equal((await outcome()).status, 'completed');
        await quiet(witness);
      });
      tour.compare('initialise');
      tours.push(tour);
    });

    test('Tab passes by nothing that the way round should have: the control', async () => {
      assert.equal(tours.length, 3);
      const person = await enrolled(stage);
      await own(stage, person.userId, 'RESTORE_PIN', { ...PHONE, prepare: [listen] }, async ({ page }) => {
        await arrives(page, heading('questions.title'));
        // A button that the keyboard does not come to, and one that is too small to be hit.
        await page.evaluate(() => {
          const root = [...document.querySelectorAll('#widget *')].find(({ shadowRoot }) => shadowRoot)?.shadowRoot;
          const [first] = root?.querySelectorAll('form input') ?? [];
          /** @type {HTMLElement} */ (first).tabIndex = -1;
        });
        const names = (await wayRound(page)).map(({ name }) => name);
        assert.ok(!names.includes(field(QUESTIONS[0])), 'it is missed');
        await assert.rejects(tabTo(page, field(QUESTIONS[0])), /Tab never came to/);
      });
      const stops = tours.reduce((sum, tour) => sum + tour.stops, 0);
      evidence(33, `${tours.length} whole flows by keyboard alone in ${engine}: ${stops} stops with Tab there and back, ${tours.reduce((sum, tour) => sum + tour.faults, 0)} of them covered, out of sight, too small or without a ring`, 'a field that Tab passes by is told of');
    });
  });
}

/** As they are asked in: those that `enrolled` chooses. */
const QUESTIONS = ['What was the name of your first school?', 'What was the name of your first pet?'];

/** @param {import('puppeteer-core').Page} page @param {Tour} tour @param {string} pin */
async function newPin(page, tour, pin) {
  await tour.at(page, 'a new PIN', pinField('new.title'));
  await page.keyboard.type(pin);
  await tour.at(page, 'six digits that hold', pinField('new.title'));
  await page.keyboard.press('Enter');
  await tour.at(page, 'the same again', pinField('confirm.title'));
  await page.keyboard.type(pin);
  await page.keyboard.press('Enter');
}

/** Chooses the n-th of the catalogue's questions with the arrow keys. @param {import('puppeteer-core').Page} page @param {number} n */
async function choose(page, n) {
  await tabTo(page, `list “${t('choose.question')}”`);
  for (let down = 0; down < n; down += 1) await page.keyboard.press('ArrowDown');
}
