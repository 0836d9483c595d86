// The memory of the worker and of the page after every ending: no PIN, no answer, no key, no token.
//
// The product ends the worker, and with it its memory. Here `terminate` is held back, so that what the vault left
// behind can be searched: what it does not wipe itself would also be there while a slow page keeps the worker alive.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { serveHost, visit } from '../harness/elsewhere.mjs';
import { until } from '../harness/find.mjs';
import { enrolled, run, stage } from '../harness/story.mjs';
import { inMemory, plant, rawInMemory, searchMemories } from '../harness/secrets.mjs';

/** @typedef {import('../harness/secrets.mjs').Needle} Needle */

// The same sources without the allocator that wipes (`cargo xtask`, `--cfg repin_leaky`): what a search must catch.
const LEAKY = await serveHost(['target/leaky', 'dist']);
after(() => LEAKY.close());

stage('memory', 'chromium', (stage) => {
  test('nothing is left after a recovery, and the search sees what the vault holds on the way', async () => {
    const person = await enrolled(stage);
    const pin = '518306';
    await held(person, 'RESTORE_PIN', async ({ widget, search }, needles) => {
      await widget.answer(person.answers);
      await widget.shows('new.title');
      await widget.pin('new.title', pin);
      await widget.shows('confirm.title');
      // The vault must remember the new PIN until it is confirmed: a search that misses it here proves nothing later.
      const midway = await search([...needles, ...inMemory('new PIN', pin)]);
      assert.ok(midway.some((line) => line.includes('new PIN')), `the control was not caught: ${midway}`);
      assert.ok(midway.some((line) => line.includes('key')), `the control was not caught: ${midway}`);
      await widget.pin('confirm.title', pin, 'confirm.submit');
      await widget.shows('done_restore.title');
      return inMemory('new PIN', pin);
    });
  });

  test('nothing is left after a wrong PIN and leaving', async () => {
    const person = await enrolled(stage);
    await held(person, 'CHANGE_PIN', async ({ widget }) => {
      await widget.pin('current.title', '640917');
      await widget.says('current.tries', { n: 2 });
      await widget.leave();
      return inMemory('wrong PIN', '640917');
    });
  });

  test('nothing is left after leaving with a PIN half chosen', async () => {
    const person = await enrolled(stage);
    await held(person, 'RESTORE_PIN', async ({ widget }) => {
      await widget.answer(person.answers);
      await widget.pin('new.title', '518306');
      await widget.shows('confirm.title');
      await widget.typePin('confirm.title', '5183');
      await widget.leave();
      return inMemory('new PIN', '518306');
    });
  });

  test('nothing is left after three wrong answers', async () => {
    const person = await enrolled(stage);
    const wrong = ['Cousin Ermintrude', 'Valparaiso bay'];
    await held(person, 'RESTORE_PIN', async ({ widget }) => {
      await widget.answer(wrong);
      await widget.says('questions.tries', { n: 2 });
      await widget.press('common.continue');
      await widget.says('questions.tries', { n: 1 });
      await widget.press('common.continue');
      await widget.shows('locked.title');
      await widget.press('common.close');
      return wrong.flatMap((answer) => inMemory('wrong answer', answer));
    });
  });

  test('the same search finds what a widget that does not wipe leaves behind: the control', async () => {
    const person = await enrolled(stage);
    const pin = '518306';
    await visit(stage, LEAKY, person.userId, 'RESTORE_PIN', async ({ widget, page, session }) => {
      const { search, needles } = await searchFor(page, person, session);
      await widget.answer(person.answers);
      await widget.choosePin(pin);
      await widget.shows('done_restore.title');
      await ended(page);
      const found = await search([...needles, ...inMemory('new PIN', pin)]);
      for (const kind of ['answer', 'token']) {
        assert.ok(found.some((line) => line.startsWith('worker') && line.includes(kind)), `no ${kind} was found: ${found}`);
      }
    }, holdTerminate);
  });

  /**
   * Runs a challenge with the worker held back at its end, then searches both memories, then plants what must be found.
   *
   * @param {import('../harness/story.mjs').Person} person
   * @param {import('../harness/gateway.mjs').ChallengeType} type
   * @param {(run: { widget: import('../harness/widget.mjs').Widget, search: (needles: Needle[]) => Promise<string[]> }, needles: Needle[]) => Promise<Needle[]>} story
   *   returns what else must be gone
   */
  function held(person, type, story) {
    return run(stage, person.userId, type, async ({ widget, page, session }) => {
      const { search, needles, threads } = await searchFor(page, person, session);
      needles.push(...(await story({ widget, search }, needles)));
      await ended(page);
      assert.deepEqual(await search(needles), []);
      for (const thread of Object.values(threads)) await plant(thread, needles[0].bytes);
      assert.equal((await search(needles)).length, 2, 'a planted PIN is found in both');
    }, { prepare: holdTerminate });
  }
}, { REPIN_ALLOWED_ORIGIN: LEAKY.origin });

/**
 * What must be gone at the end, and the search for it in the memories of worker and page.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {import('../harness/story.mjs').Person} person
 * @param {import('../harness/gateway.mjs').Session} session
 */
async function searchFor(page, person, session) {
  const needles = [
    ...inMemory('PIN', person.pin),
    ...person.answers.flatMap((answer) => [...inMemory('answer', answer), ...inMemory('normalised answer', normalised(answer))]),
    ...rawInMemory('encryption key', Buffer.from(session.encryptionKey, 'base64')),
    ...inMemory('token', session.userToken),
  ];
  const worker = await until('the worker runs', () => page.workers()[0]);
  const threads = { worker: /** @type {any} */ (worker).client, page: await page.createCDPSession() };
  const search = async (/** @type {Needle[]} */ wanted) => {
    const lines = [];
    for (const [name, thread] of Object.entries(threads)) {
      const { memories, found } = await searchMemories(thread, wanted);
      assert.equal(memories, 1, `the ${name} has one memory`);
      lines.push(...found.map((line) => `${name}: ${line}`));
    }
    return lines;
  };
  return { search, needles, threads };
}

/** @param {import('puppeteer-core').Page} page */
function ended(page) {
  return until('the widget ends the worker', () => page.evaluate(() => /** @type {any} */ (window).terminated));
}

/** Runs in the page, before any of its scripts. */
function holdTerminate() {
  Worker.prototype.terminate = function () {
    /** @type {any} */ (window).terminated = true;
  };
}

/** The rule of repin-core, as far as these answers need it. @param {string} answer */
function normalised(answer) {
  return answer.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
