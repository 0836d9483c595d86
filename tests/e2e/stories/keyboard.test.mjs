// A whole recovery without a pointer: typed, and pasted.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES } from '../harness/browser.mjs';
import { evidence } from '../harness/evidence.mjs';
import { find, until } from '../harness/find.mjs';
import { enrolled, keepSecret, run, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';

// More than any screen has: a way round that does not come by is a trap.
const STOPS = 40;

for (const engine of ENGINES) {
  stage('keyboard alone', engine, (stage) => {
    test('someone recovers with Tab, letters, digits and Enter', async () => {
      const person = await enrolled(stage);
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget, page, status }) => {
        const { keyboard } = page;
        const [first, second] = await widget.answerFields();
        await tabTo(page, first);
        await keyboard.type(person.answers[0]);
        await tabTo(page, second);
        await keyboard.type(person.answers[1]);
        await keyboard.press('Enter');

        // The PIN's field has the focus when its screen comes: nobody should have to look for it.
        await widget.shows('new.title');
        await focused(await find(page, 'textbox', `${t('new.title')}…`));
        await keyboard.type('518306');
        await keyboard.press('Enter');
        await widget.shows('confirm.title');
        await focused(await find(page, 'textbox', `${t('confirm.title')}…`));
        await keyboard.type('518306');
        await keyboard.press('Enter');

        await widget.shows('done_restore.title');
        await tabTo(page, await find(page, 'button', t('common.done')));
        await keyboard.press('Enter');
        assert.equal(await status(), 'COMPLETE');
      });
    });

    test('someone enrols and recovers with all that they type pasted, as a password manager or a note has it', async () => {
      const userId = await stage.gateway.user();
      const [pin, answers] = ['604218', ['Cousin Ermintrude', 'Valparaiso bay']];
      [pin, ...answers].forEach((secret) => keepSecret(stage, 'typed', secret));
      let pasted = 0;
      /** Into what has the focus. @param {import('puppeteer-core').Page} page @param {Handle} field @param {string} text */
      const into = async (page, field, text) => {
        await settled(page);
        await field.focus();
        await paste(page, text);
        pasted += 1;
      };
      await run(stage, userId, 'INITIALIZE', async ({ widget, page, status }) => {
        await offerToCopy(page);
        for (const title of ['first.title', 'confirm_first.title']) {
          await widget.shows(title);
          await into(page, await find(page, 'textbox', `${t(title)}…`), '604-218');
          await page.keyboard.press('Enter');
        }
        await widget.shows('intro.title');
        await widget.press('intro.start');
        for (const [index, answer] of answers.entries()) {
          await widget.shows('choose.title', { n: index + 1, total: 2 });
          await widget.select(index);
          await into(page, await find(page, 'textbox', t('choose.answer')), answer);
          await page.keyboard.press('Enter');
          // The hint comes before the form is sent, and may stay empty.
          await focused(await find(page, 'textbox', t('choose.hint')));
          await page.keyboard.press('Enter');
        }
        await widget.shows('summary.title');
        await widget.press('common.continue');
        await widget.shows('agree.title');
        await into(page, await find(page, 'textbox', `${t('agree.label', { phrase: t('agree.phrase') })}…`), t('agree.phrase'));
        await page.keyboard.press('Enter');
        await widget.shows('done_all.title');
        assert.equal(await status(), 'COMPLETE');
      });
      await run(stage, userId, 'RESTORE_PIN', async ({ widget, page, status }) => {
        await offerToCopy(page);
        const fields = await widget.answerFields();
        // The control: what is pasted is what arrives, for another text is no answer.
        await into(page, fields[0], `${answers[0]}x`);
        await into(page, fields[1], answers[1]);
        await page.keyboard.press('Enter');
        await widget.says('questions.tries', { n: 2 });
        await fields[0].evaluate((field) => field.select());
        await into(page, fields[0], answers[0]);
        await page.keyboard.press('Enter');
        // Mended, and nothing sent: that is for the last field.
        await focused(fields[1]);
        await page.keyboard.press('Enter');
        for (const title of ['new.title', 'confirm.title']) {
          await widget.shows(title);
          await into(page, await find(page, 'textbox', `${t(title)}…`), '518 306');
          await page.keyboard.press('Enter');
        }
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
      });
      evidence(33, `an enrolment and a recovery with all ${pasted} entries pasted came to their end in ${engine}`, 'an answer pasted with one letter more was counted as wrong');
    });
  });
}

/** A field of the page around, to copy from. @param {import('puppeteer-core').Page} page */
async function offerToCopy(page) {
  await page.evaluate(() => document.body.prepend(Object.assign(document.createElement('textarea'), { id: 'note' })));
}

/** Waits for the focus that a new screen takes, which would go off with what is being copied. @param {import('puppeteer-core').Page} page */
async function settled(page) {
  await until('the screen has the focus', () => page.evaluate(() => Boolean(document.activeElement?.shadowRoot?.activeElement)));
}

/** Copies a text in the page around, and pastes it where the focus was: by the keys that people use. @param {import('puppeteer-core').Page} page @param {string} text */
async function paste(page, text) {
  const focused = await page.evaluateHandle((text) => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    const note = /** @type {HTMLTextAreaElement} */ (document.getElementById('note'));
    note.value = text;
    note.select();
    return active;
  }, text);
  await chord(page, 'c');
  await page.evaluate((active) => /** @type {HTMLElement} */ (active).focus(), focused);
  await chord(page, 'v');
}

/** @param {import('puppeteer-core').Page} page @param {'c' | 'v'} key */
async function chord({ keyboard }, key) {
  await keyboard.down('Control');
  await keyboard.press(key);
  await keyboard.up('Control');
}

/** @typedef {import('puppeteer-core').ElementHandle<HTMLElement>} Handle */

/** @param {import('puppeteer-core').Page} page @param {Handle} element */
async function tabTo(page, element) {
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await hasFocus(element)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab never came to ${await element.evaluate((element) => element.outerHTML)}`);
}

/** Waits: a new screen gives the focus after it is drawn. @param {Handle} element */
async function focused(element) {
  await until('the focus is on the field', () => hasFocus(element));
}

/** @param {Handle} element @returns {Promise<boolean>} */
function hasFocus(element) {
  return element.evaluate((element) => /** @type {ShadowRoot} */ (element.getRootNode()).activeElement === element);
}
