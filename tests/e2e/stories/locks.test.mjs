// Three wrong tries, and what is left to do then.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES } from '../harness/browser.mjs';
import { find } from '../harness/find.mjs';
import { execute } from '../harness/host.mjs';
import { enrolled, run, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';

const HALF_AN_HOUR = 30 * 60 * 1000;

for (const engine of ENGINES) {
  stage('locks', engine, (stage) => {
    test('three wrong answers pause recovery, a reload keeps the countdown, and time opens it again', async () => {
      const person = await enrolled(stage);
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget, page, session, challengeId, status }) => {
        const wrong = ['someone', 'somewhere'];
        await widget.answer(wrong);
        await widget.warns('questions.wrong');
        await widget.says('questions.tries', { n: 2 });
        await widget.press('common.continue');
        await widget.says('questions.tries', { n: 1 });
        await widget.press('common.continue');
        await widget.shows('locked.title');
        await countsDown(page);
        assert.equal(await status(), 'PENDING', 'a lock ends the run, and leaves the challenge open');
        assert.equal((await stage.gateway.look(person.userId)).securityQuestionStatus, 'LOCKED');

        await execute(page, stage.gateway, session, challengeId);
        await widget.shows('locked.title');
        await countsDown(page);

        await stage.gateway.advance(HALF_AN_HOUR);
        await execute(page, stage.gateway, session, challengeId);
        await widget.answer(person.answers);
        await widget.choosePin('169372');
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
      });
    });

    test('three wrong PINs pause the PIN, and the answers open a way on', async () => {
      const person = await enrolled(stage);
      await run(stage, person.userId, 'CHANGE_PIN', async ({ widget }) => {
        for (const [pin, left] of /** @type {const} */ ([['111222', 2], ['222333', 1]])) {
          await widget.pin('current.title', pin);
          await widget.says('current.tries', { n: left });
        }
        await widget.pin('current.title', '333444');
        await widget.shows('locked.title_pin');
        assert.equal((await stage.gateway.look(person.userId)).pinStatus, 'LOCKED');
        await widget.press('current.forgot');
        await widget.shows('handed_over.title');
      });
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget, status }) => {
        await widget.answer(person.answers);
        await widget.choosePin('850146');
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
      });
      assert.equal((await stage.gateway.look(person.userId)).pinStatus, 'ENABLED');
    });
  });
}

/** @param {import('puppeteer-core').Page} page */
async function countsDown(page) {
  const timer = await find(page, 'timer', t('locked.left'));
  assert.match(await timer.evaluate((timer) => timer.textContent ?? ''), /^(30:00|[0-2]\d:[0-5]\d)$/);
}
