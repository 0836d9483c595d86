// The memory of the worker and of the page after every ending, in both browsers: no PIN, no answer, no key, no token, and
// nothing that the PIN or the answers become on the way to a key.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES } from '../harness/browser.mjs';
import { App, visitApp } from '../harness/app.mjs';
import { derive, joined } from '../harness/derived.mjs';
import { LONG, evidence, times } from '../harness/evidence.mjs';
import { until } from '../harness/find.mjs';
import { newAnswer, newPin, normalised } from '../harness/markers.mjs';
import { Memories, lendMemories } from '../harness/memory.mjs';
import { inMemory, rawInMemory } from '../harness/secrets.mjs';
import { enrolled, stage } from '../harness/story.mjs';
import { later, moveClock } from '../access/harness/clock.mjs';

/**
 * @typedef {import('../harness/secrets.mjs').Needle} Needle
 * @typedef {import('../harness/story.mjs').Person} Person
 * @typedef {object} Scene
 * @property {import('../harness/app.mjs').Visit} visit
 * @property {Memories} memories
 * @property {Person} person
 * @property {string} pin another than the person's
 *
 * @typedef {object} Ending
 * @property {import('../harness/gateway.mjs').ChallengeType} type
 * @property {(scene: Scene) => Promise<void>} story up to where the product ends the worker
 */

const RUNS = times(1, 200);

/** @type {import('../harness/gateway.mjs').Gateway} */
let gateway;
const app = await App.start(() => gateway.url);
after(() => app.close());

/** @type {Record<string, Ending>} */
const ENDINGS = {
  success: {
    type: 'RESTORE_PIN',
    async story({ visit: { widget }, person, pin }) {
      await widget.answer(person.answers);
      await widget.choosePin(pin);
      await widget.shows('done_restore.title');
      person.pin = pin;
    },
  },
  'wrong PIN, to the lock': {
    type: 'CHANGE_PIN',
    async story({ visit: { widget }, pin }) {
      await widget.pin('current.title', pin);
      for (const n of [2, 1]) {
        await widget.says('current.tries', { n });
        await widget.typePin('current.title', pin);
        await widget.press('common.continue');
      }
      await widget.shows('locked.title_pin');
      await widget.press('common.close');
      // For the next who comes.
      await gateway.advance(31 * 60_000);
    },
  },
  cancel: {
    type: 'RESTORE_PIN',
    async story({ visit: { widget }, person, pin }) {
      await widget.answer(person.answers);
      await widget.pin('new.title', pin);
      await widget.shows('confirm.title');
      await widget.typePin('confirm.title', pin.slice(0, 4));
      await widget.leave();
    },
  },
  'time-out': {
    type: 'RESTORE_PIN',
    async story({ visit: { widget, page }, person, pin }) {
      await widget.answer(person.answers);
      await widget.pin('new.title', pin);
      await widget.shows('confirm.title');
      await later(page, 61 * 60_000);
      await widget.shows('expired.title');
    },
  },
};

for (const engine of ENGINES) {
  stage('memory', engine, (stage) => {
    /** @type {Person} */
    let person;
    /** What the person's answers become: the same for as long as they are not set anew. @type {Needle[]} */
    let ofAnswers;
    const tally = { runs: 0, needles: 0, found: 0, leakyRuns: 0, traps: 0, planted: 0 };
    /** What was found in the memories of the widget that does not wipe. @type {Set<string>} */
    const leaked = new Set();
    before(async () => {
      gateway = stage.gateway;
      person = await enrolled(stage, newPin(), [newAnswer(), newAnswer()]);
      ofAnswers = derived('answers', derive(gateway, person.userId, 'answers', joined(person.answers.map(normalised))));
    });

    for (const [name, { type, story }] of Object.entries(ENDINGS)) {
      test(`nothing is left after: ${name}`, async () => {
        await lendMemories(app);
        for (let run = 0; run < RUNS; run += 1) {
          await held(type, async (scene, needles) => {
            await story(scene);
            await scene.memories.ended();
            const all = [...needles, ...learnt(type, scene.pin)];
            const found = await scene.memories.search(all);
            tally.runs += 1;
            tally.needles = Math.max(tally.needles, all.length);
            tally.found += found.length;
            assert.deepEqual(found, []);
            for (const thread of /** @type {const} */ (['page', 'worker'])) {
              await scene.memories.plant(thread, needles[0].bytes);
              tally.planted += (await scene.memories.search(needles.slice(0, 1), [thread])).length;
            }
            await scene.memories.release();
          });
        }
        assert.equal(tally.planted, 2 * tally.runs, 'a planted PIN is found, in both threads and every time');
      });

      test(`the same search finds what a widget that does not wipe leaves behind: ${name}`, async () => {
        await lendMemories(app, 'target/leaky');
        await held(type, async (scene, needles) => {
          await story(scene);
          await scene.memories.ended();
          const found = await scene.memories.search(needles);
          // Six digits lie in what an allocator writes over first; what is longer stays.
          const kinds = type === 'CHANGE_PIN' ? ['encryption key', 'token'] : ['answer', 'token'];
          for (const kind of kinds) assert.ok(found.some((line) => line.startsWith(`worker: ${kind}`)), `no ${kind} among ${found}`);
          tally.leakyRuns += 1;
          found.forEach((line) => leaked.add(line.replace(/^\w+: | as \w+( it)?( is)?$/g, '').replace(/,.*/, '')));
        });
      });
    }

    test('a trap ends the worker, and its memory with it; nothing is left in the page', async () => {
      await lendMemories(app);
      for (let run = 0; run < RUNS; run += 1) {
        await held('RESTORE_PIN', async ({ visit: { widget }, memories }, needles) => {
          await widget.shows('questions.title');
          // The next random number is for the blind of the answers, which the vault has read by then.
          await memories.breakWorker();
          await widget.answer(person.answers);
          await widget.shows('errors.-1.title');
          await memories.ended();
          // Nothing wipes after a trap: what is there is the control of this search.
          const inWorker = await memories.search(needles, ['worker']);
          assert.ok(inWorker.some((line) => line.includes('answer')), `the search misses what a trap leaves: ${inWorker}`);
          await memories.release();
          const found = await memories.search(needles, ['page']);
          tally.runs += 1;
          tally.traps += 1;
          tally.found += found.length;
          assert.deepEqual(found, []);
        });
      }
    });

    if (engine === 'chromium') {
      test('these are all the memories there are, and hold on the way what they should', async () => {
        await lendMemories(app);
        await held('RESTORE_PIN', async ({ visit: { widget, page }, memories, pin }, needles) => {
          await widget.answer(person.answers);
          await widget.pin('new.title', pin);
          await widget.shows('confirm.title');
          // The vault must remember the new PIN until it is confirmed: a search that misses it here proves nothing later.
          const midway = await memories.search([...needles, ...inMemory('typed PIN', pin)]);
          for (const kind of ['typed PIN', 'encryption key', 'token']) {
            assert.ok(midway.some((line) => line.startsWith(`worker: ${kind}`)), `no ${kind} among ${midway}`);
          }
          const sizes = await memories.sizes();
          const worker = await until('the worker runs', () => page.workers()[0]);
          for (const [thread, session] of /** @type {const} */ ([['page', await page.createCDPSession()], ['worker', /** @type {any} */ (worker).client]])) {
            assert.deepEqual(await allMemories(session), sizes[thread]);
          }
          await widget.leave();
        });
      });
    }

    test('the figures', () => {
      const runs = Object.keys(ENDINGS).length * RUNS + RUNS;
      assert.equal(tally.runs, runs);
      evidence(
        19,
        `${tally.found} copies of PIN, answers, rwd, export_key, EK and token in worker and page memory after ${runs} runs in ${engine} (5 endings × ${RUNS}; ${tally.traps} of them traps, after which the worker’s memory is gone), up to ${tally.needles} needles each`,
        `the widget built without wiping left copies after ${tally.leakyRuns} of the ${Object.keys(ENDINGS).length} endings that wipe (${[...leaked].sort().join(', ')}); ${tally.planted} of ${2 * (runs - RUNS)} planted needles found; a trapped worker’s memory, held back, has the answers`,
      );
    });

    /**
     * Runs a challenge with the worker's end held back, in the widget that `app` serves.
     *
     * @param {import('../harness/gateway.mjs').ChallengeType} type
     * @param {(scene: Scene, needles: Needle[]) => Promise<void>} story is given what must be gone
     */
    function held(type, story) {
      const before = async (/** @type {import('puppeteer-core').Page} */ page) => {
        await Memories.hold(page);
        await page.evaluateOnNewDocument(moveClock);
      };
      return visitApp(stage, app, person.userId, type, async (visit) => {
        const memories = new Memories(visit.page);
        const pin = newPin();
        const needles = [
          ...inMemory('PIN', person.pin),
          ...inMemory('typed PIN', pin),
          ...person.answers.flatMap((answer) => [...inMemory('answer', answer), ...inMemory('answer, normalised,', normalised(answer))]),
          ...rawInMemory('encryption key', Buffer.from(visit.session.encryptionKey, 'base64')),
          // The rest of a token says who it is for and how it is signed.
          ...inMemory('token', visit.session.userToken.split('.')[2]),
          ...(type === 'RESTORE_PIN' ? ofAnswers : []),
        ];
        await visit.widget.shows(type === 'RESTORE_PIN' ? 'questions.title' : 'current.title');
        await memories.calibrate(needles.filter(({ name }) => !/token|encryption/.test(name)));
        await story({ visit, memories, person, pin }, needles);
      }, { before });
    }

    /** What the typed PIN became: a credential, or a wrong guess. @param {import('../harness/gateway.mjs').ChallengeType} type @param {string} pin */
    function learnt(type, pin) {
      const right = person.pin === pin;
      return right || type === 'CHANGE_PIN' ? derived('typed PIN', derive(gateway, person.userId, 'pin', Buffer.from(pin), right)) : [];
    }
  }, { REPIN_ALLOWED_ORIGIN: app.origin, ...(LONG && { REPIN_CHALLENGE_TTL: '86400' }) });
}

/** @param {string} name @param {import('../harness/derived.mjs').Derived} keys */
function derived(name, { rwd, exportKey }) {
  return [...rawInMemory(`rwd of ${name}`, rwd), ...rawInMemory(`export_key of ${name}`, exportKey)];
}

/** All memories of a thread, as Chromium's own debugger counts them. @param {import('puppeteer-core').CDPSession} thread */
async function allMemories(thread) {
  const { result } = await thread.send('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' });
  const { objects } = await thread.send('Runtime.queryObjects', { prototypeObjectId: result.objectId ?? '' });
  const { result: sizes } = await thread.send('Runtime.callFunctionOn', {
    objectId: objects.objectId ?? '',
    functionDeclaration: 'function () { return { memories: this.length, bytes: this.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) }; }',
    returnByValue: true,
  });
  return sizes.value;
}
