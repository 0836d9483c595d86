// What goes wrong on the way, and how people come back from it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES, openPage } from '../harness/browser.mjs';
import { until } from '../harness/find.mjs';
import { execute } from '../harness/host.mjs';
import { enrolled, run, stage } from '../harness/story.mjs';

const AN_HOUR = 60 * 60 * 1000;

for (const engine of ENGINES) {
  stage('detours', engine, (stage) => {
    test('a weak PIN, the old PIN and a mismatch are refused, each with its reason, and cost nothing', async () => {
      const person = await enrolled(stage);
      await run(stage, person.userId, 'CHANGE_PIN', async ({ widget, status }) => {
        await widget.pin('current.title', person.pin);
        await widget.pin('new.title', '123456');
        await widget.warns('new.weak');
        await widget.pin('new.title', person.pin);
        await widget.warns('new.same');
        await widget.pin('new.title', '7402');
        await widget.warns('pin.short_title');
        await widget.pin('new.title', '740285');
        await widget.pin('confirm.title', '740286', 'confirm.submit');
        await widget.warns('confirm.mismatch');
        await widget.press('confirm.different');
        await widget.choosePin('604218');
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
      });
    });

    test('a lost connection loses nothing: trying again goes on from the same place', async () => {
      const person = await enrolled(stage);
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget, status }) => {
        await widget.answer(person.answers);
        await widget.shows('new.title');
        await widget.pin('new.title', '518306');
        await stage.gateway.stop();
        await widget.pin('confirm.title', '518306', 'confirm.submit');
        await widget.shows('offline.title');
        await stage.gateway.start();
        await widget.press('common.retry');
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
      });
    });

    test('of two tabs with one challenge the first to finish wins, and the other is told', async () => {
      const person = await enrolled(stage);
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget, session, challengeId, status }) => {
        const other = await openPage(stage.browser);
        const second = await execute(other.page, stage.gateway, session, challengeId);
        await second.answer(person.answers);
        await second.shows('new.title');
        // A person turns to a tab to use it; a browser lets those in the background wait.
        await widget.page.bringToFront();
        await widget.answer(person.answers);
        await widget.choosePin('395028');
        await widget.shows('done_restore.title');
        await other.page.bringToFront();
        await second.choosePin('728164');
        await second.shows('errors.155122.title');
        await other.context.close();
        assert.equal(await status(), 'COMPLETE');
      });
    });

    test('leaving in the middle is asked about once, and the challenge stays open', async () => {
      const person = await enrolled(stage);
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget, status }) => {
        await widget.answer(person.answers);
        await widget.shows('new.title');
        assert.equal(await status(), 'IN_PROGRESS');
        await widget.typePin('new.title', '5183');
        await widget.press('common.cancel');
        await widget.press('leave.stay');
        await widget.leave();
        await until('the widget is gone', async () => !(await widget.has('heading', 'new.title')));
        await until('the gateway heard of it', async () => (await status()) === 'PENDING');
      });
    });

    // Last: it puts the gateway's clock forward for all.
    test('a session that ends in the middle is called ended, and nothing was changed', async () => {
      const person = await enrolled(stage);
      await run(stage, person.userId, 'RESTORE_PIN', async ({ widget }) => {
        await widget.answerFields();
        await stage.gateway.advance(AN_HOUR + 60_000);
        await widget.answer(person.answers);
        await widget.shows('expired.title');
      });
      assert.equal((await stage.gateway.look(person.userId)).securityQuestionStatus, 'ENABLED');
    });
  });
}
