// The main road: set up, change, forget, recover.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES } from '../harness/browser.mjs';
import { find } from '../harness/find.mjs';
import { accepts, enrolled, keepSecret, run, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';

for (const engine of ENGINES) {
  stage('enrol and recover', engine, (stage) => {
    test('someone enrols, changes the PIN, forgets it, recovers, and only the last PIN works', async () => {
      const person = await enrolled(stage);
      const pins = ['274614', '816305'];
      pins.forEach((pin) => keepSecret(stage, 'typed', pin));

      await run(stage, person.userId, 'CHANGE_PIN', async ({ widget, status }) => {
        await widget.pin('current.title', person.pin);
        await widget.choosePin(pins[0]);
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
      });
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget, status }) => {
        await widget.answer(person.answers);
        await widget.choosePin(pins[1]);
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
      });

      assert.equal(await accepts(stage, person.userId, person.pin), false);
      assert.equal(await accepts(stage, person.userId, pins[0]), false);
      assert.equal(await accepts(stage, person.userId, pins[1]), true);
    });

    test('a PIN first, questions later, give the same way back', async () => {
      const userId = await stage.gateway.user();
      const [pin, answers] = ['902746', ['Quartz Lane', 'Mr Bartholomew']];
      [pin, ...answers].forEach((secret) => keepSecret(stage, 'typed', secret));

      await run(stage, userId, 'SET_PIN', async ({ widget, status }) => {
        await widget.choosePin(pin);
        await widget.shows('done_pin.title');
        assert.equal(await status(), 'COMPLETE');
      });
      assert.equal((await stage.gateway.look(userId)).securityQuestionStatus, 'UNSET');
      await run(stage, userId, 'SET_SECURITY_QUESTIONS', async ({ widget, status }) => {
        await widget.pin('current.title', pin);
        await widget.chooseQuestions([
          { question: 1, answer: answers[0], hint: 'where the shop was' },
          { question: 0, answer: answers[1] },
        ]);
        await widget.shows('done_answers.title');
        assert.equal(await status(), 'COMPLETE');
      });
      await run(stage, userId, 'RESTORE_PIN', async ({ widget, status }) => {
        await widget.says('questions.hint', { hint: 'where the shop was' });
        // As people type it the second time.
        await widget.answer(['quartz  lane', 'MR. BARTHOLOMEW']);
        await widget.choosePin('614029');
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
      });
      const { pinStatus, securityQuestionStatus } = await stage.gateway.look(userId);
      assert.deepEqual({ pinStatus, securityQuestionStatus }, { pinStatus: 'ENABLED', securityQuestionStatus: 'ENABLED' });
    });

    test('each question starts with nothing chosen and nothing typed', async () => {
      const userId = await stage.gateway.user();
      await run(stage, userId, 'INITIALIZE', async ({ widget, page }) => {
        await widget.choosePin('493817');
        await widget.shows('intro.title');
        await widget.press('intro.start');
        await widget.shows('choose.title', { n: 1, total: 2 });
        await widget.select(0);
        await widget.fill(t('choose.answer'), 'Clementine');
        await widget.fill(`${t('choose.hint')}…`, 'the fruit');
        await widget.press('common.continue');
        await widget.shows('choose.title', { n: 2, total: 2 });
        const fields = [
          await find(page, 'combobox', `${t('choose.question')}…`),
          await find(page, 'textbox', t('choose.answer')),
          await find(page, 'textbox', `${t('choose.hint')}…`),
        ];
        const values = await Promise.all(fields.map((field) => field.evaluate((field) => /** @type {HTMLInputElement} */ (field).value)));
        assert.deepEqual(values, ['', '', '']);
      });
    });
  });
}
