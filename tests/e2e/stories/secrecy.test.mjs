// Whole flows with markers for PINs and answers: what they leave in the page, in what it sends and says, and on the
// gateway's side. Nothing that was typed, no token and no key.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES, openPage } from '../harness/browser.mjs';
import { App, visitApp } from '../harness/app.mjs';
import { until } from '../harness/find.mjs';
import { evidence, times } from '../harness/evidence.mjs';
import { newAnswer, newPin } from '../harness/markers.mjs';
import { LEAKS, STORAGES, places, watchPlaces } from '../harness/places.mjs';
import { enrolled, keepSecret, run, stage } from '../harness/story.mjs';
import { inText, spellings } from '../harness/secrets.mjs';
import { leave, provoke, traces } from '../harness/traces.mjs';
import { Receiver } from '../../conformance/harness/receiver.mjs';
import { later, moveClock } from '../access/harness/clock.mjs';

// What the widget may ask for, by path on the page's own origin.
const ALLOWED = [
  /^\/$/,
  /^\/repin(-worker)?\.js$/,
  /^\/repin\.css$/,
  /^\/repin_widget(_bg)?\.(js|wasm)$/,
  /^\/repin_kdf_(simd|scalar)\.wasm$/,
  /^\/locales\/en\.json$/,
  /^\/v1\/repin\/challenges\/[0-9a-f-]{36}\/messages$/,
];
/** Rounds of five flows: enrolment, a forgotten PIN, the recovery, a lock, a session that runs out. */
const ROUNDS = times(1, 40);

/** @type {import('../harness/gateway.mjs').Gateway} */
let gateway;
const app = await App.start(() => gateway.url);
const receiver = await Receiver.start();
after(async () => {
  app.close();
  await receiver.end();
});
const SETTINGS = {
  REPIN_ALLOWED_ORIGIN: app.origin,
  REPIN_WEBHOOK_ALLOW_NETWORK: '127.0.0.0/8',
  REPIN_WEBHOOK_ALLOW_HTTP: 'true',
};

/** @typedef {(visit: import('../harness/app.mjs').Visit, look: (typed: string[]) => Promise<void>) => Promise<void>} Story `look` is called while `typed` is in the fields */

for (const engine of ENGINES) {
  stage('whole flows', engine, (stage) => {
    const tally = { flows: 0, places: new Set(), leaks: 0, caught: 0, markers: 0, writes: 0, calls: 0, foreign: 0, left: 0 };
    before(async () => {
      gateway = stage.gateway;
      app.reset();
      receiver.deliveries.length = 0;
      const { status } = await gateway.call('POST', '/v2/notifications/subscriptions', { body: { endpoint: receiver.url } });
      assert.equal(status, 200);
    });

    test('leave nothing in the page that was typed, no token and no key; and write, log and send nothing else', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const userId = await gateway.user();
        const [pin, second, third] = [newPin(), newPin(), newPin()];
        const answers = [newAnswer(), newAnswer()];
        [pin, second, third, ...answers].forEach((secret) => keepSecret(stage, 'typed', secret));
        const typed = { PIN: pin, 'second PIN': second, 'third PIN': third, 'first answer': answers[0], 'second answer': answers[1] };
        const flow = (/** @type {import('../harness/gateway.mjs').ChallengeType} */ type, /** @type {string} */ status, /** @type {Story} */ story) => watched(userId, type, status, typed, story);

        await flow('INITIALIZE', 'COMPLETE', async ({ widget }) => {
          await widget.choosePin(pin);
          await widget.chooseQuestions(answers.map((answer, question) => ({ question, answer })));
          await widget.shows('done_all.title');
        });
        await flow('CHANGE_PIN', 'PENDING', async ({ widget, outcome }, look) => {
          await widget.pin('current.title', third);
          await widget.says('current.tries', { n: 2 });
          await look([third]);
          await widget.press('current.forgot');
          await widget.shows('handed_over.title');
          await widget.press('common.close');
          assert.equal((await outcome()).status, 'forgot');
        });
        await flow('RESTORE_PIN', 'COMPLETE', async ({ widget }, look) => {
          await widget.answer(answers);
          await widget.pin('new.title', second);
          await widget.shows('confirm.title');
          await widget.typePin('confirm.title', second);
          await look([second]);
          await widget.press('confirm.submit');
          await widget.shows('done_restore.title');
        });
        await flow('RESTORE_PIN', 'PENDING', async ({ widget }) => {
          await widget.answer([...answers].reverse());
          for (const n of [2, 1]) {
            await widget.says('questions.tries', { n });
            await widget.press('common.continue');
          }
          await widget.shows('locked.title');
        });
        await flow('CHANGE_PIN', 'PENDING', async ({ widget, page }, look) => {
          await widget.typePin('current.title', second);
          await look([second]);
          await widget.press('common.continue');
          await widget.pin('new.title', third);
          await widget.shows('confirm.title');
          await later(page, 61 * 60_000);
          await widget.shows('expired.title');
        });
      }
      assert.equal(tally.flows, 5 * ROUNDS);
    });

    test('the same look finds a marker that was put into any of those places', async () => {
      const userId = await gateway.user();
      const said = await visitLeaky(userId);
      for (const [index, [place, marker]] of said.entries()) {
        const { name, found, all } = marker;
        tally.leaks += 1;
        if (found.length) tally.caught += 1;
        assert.ok(found.length, `${place}: ${name} was not found among ${all.slice(0, 500)} (${index})`);
      }
    });

    test('leave nothing on the gateway’s side, whatever it is asked', async () => {
      const own = Object.fromEntries(Object.entries(stage.secrets).filter(([name]) => !name.startsWith('API key')));
      await provoke(app, Object.values(own).slice(0, 12));
      // Whatever was to be told by webhook has been told when the last has come.
      await until('the webhook of the last recovery', () => receiver.deliveries.filter(({ raw }) => `${raw}`.includes('challenges.restorePin')).length >= ROUNDS);
      const found = Object.entries(traces(gateway, app, receiver)).map(([place, text]) => {
        assert.ok(text.length > 100, `there is something in ${place}`);
        return [place, inText(text, own)];
      });
      assert.deepEqual(found.filter(([, lines]) => lines.length), []);
      const marker = newAnswer();
      await leave(marker, gateway, app, receiver);
      const caught = Object.entries(traces(gateway, app, receiver)).filter(([, text]) => inText(text, { marker }).length).map(([place]) => place);
      assert.deepEqual(caught, found.map(([place]) => place), 'a marker that was put there is found in each');
      const every = spellings(marker).filter(([, spelled]) => inText(`before ${spelled} after`, { marker }).length);
      assert.equal(every.length, spellings(marker).length, 'and in each encoding');
      evidence(
        18,
        `0 of ${Object.keys(own).length} markers (PINs, answers, tokens, keys; 10 encodings) in the log at TRACE, the database, audit rows, ${receiver.deliveries.length - 1} webhook bodies and ${app.refusals.length - 1} error bodies of ${tally.flows} whole flows in ${engine}`,
        `a marker put into each of the ${caught.length} places was found in ${caught.length}, and in each of ${every.length} spellings`,
      );
      evidence(
        20,
        `${tally.left} markers in ${tally.places.size} places of the page, ${tally.writes} writes to any storage, ${tally.calls} console calls, ${tally.foreign} URLs off the list in ${tally.flows} whole flows in ${engine}`,
        `of ${tally.leaks} places with a marker put there on purpose ${tally.caught} were caught`,
      );
    });

    test('the policy forbids what the page does not need, and the witness would have seen a violation', async () => {
      const { page, context, witness } = await openPage(stage.browser);
      const reply = await page.goto(`${stage.gateway.url}/`);
      assert.match(reply?.headers()['content-security-policy'] ?? '', /default-src 'none'|default-src 'self'/);
      // Script would be stopped by Trusted Types before the policy is asked.
      await page.evaluate(() => document.body.setAttribute('style', 'outline: 7px solid'));
      assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).outlineWidth), '7px');
      assert.equal((await witness.seen()).violations.length, 1);
      await context.close();
    });

    /**
     * Runs a flow in an app's page, looking at everything while things are typed and at the end.
     *
     * @param {string} userId
     * @param {import('../harness/gateway.mjs').ChallengeType} type
     * @param {string} status the challenge's, in the end
     * @param {Record<string, string>} typed
     * @param {Story} story
     */
    async function watched(userId, type, status, typed, story) {
      const asked = app.asked.length;
      await visitApp(stage, app, userId, type, async (visit) => {
        const { page, witness, session } = visit;
        const secrets = { ...typed, token: session.userToken, 'encryption key': session.encryptionKey };
        const look = async (/** @type {string[]} */ inFields = []) => {
          const tree = engine === 'chromium' && inFields.length > 0;
          const all = await places(page, { tree });
          all['host’s callbacks'] = [JSON.stringify(await visit.told())];
          all.requests.push(...witness.requests);
          all.console = [...all.console, ...witness.console];
          const found = Object.entries(all).map(([place, values]) => [place, inText(values.join('\n'), secrets)]);
          tally.left += found.flatMap(([, lines]) => lines).length;
          assert.deepEqual(found.filter(([, lines]) => lines.length), []);
          const writes = STORAGES.flatMap((place) => all[place].map((value) => `${place}: ${value}`));
          tally.writes += writes.length;
          tally.calls += all.console.length;
          assert.deepEqual({ writes, console: all.console, clipboard: all.clipboard, messages: all.messages }, { writes: [], console: [], clipboard: [], messages: [] });
          assert.ok(all['texts and attributes'].length > 20, 'the observer saw the widget being drawn');
          // Under BiDi the driver cannot look into workers: what they ask for is seen by the server.
          const foreign = [...all.requests.filter((url) => !ours(url)), ...app.asked.slice(asked).filter((path) => !ALLOWED.some((allowed) => allowed.test(path)))];
          tally.foreign += foreign.length;
          assert.deepEqual(foreign, []);
          assert.deepEqual(new Set(app.referrers.filter((from) => from !== '' && from !== `${app.origin}/` && !ALLOWED.some((path) => path.test(new URL(from).pathname)))), new Set());
          assert.deepEqual(inText(app.referrers.join('\n'), secrets), []);
          for (const place of [...Object.keys(all), 'Referer headers']) tally.places.add(place);
        };
        await story(visit, look);
        await look();
        tally.flows += 1;
        assert.equal((await gateway.status(session, session.challengeId)).status.replace('IN_PROGRESS', 'PENDING'), status);
        if (type === 'RESTORE_PIN') {
          // Loader, glue, WASM, worker, Argon2id, and at most a locale.
          const files = new Set(app.asked.slice(asked).filter((path) => /repin|locales/.test(path) && !path.startsWith('/v1/')));
          assert.ok(files.size >= 5 && files.size <= 6, [...files].join(' '));
        }
      }, { before: prepare });
    }

    /** A page that puts a marker of its own into each place. @param {string} userId */
    async function visitLeaky(userId) {
      /** @type {[string, { name: string, found: string[], all: string }][]} */
      const said = [];
      const put = Object.entries(LEAKS).filter(([place]) => place !== 'accessibility tree' || engine === 'chromium');
      await visitApp(stage, app, userId, 'SET_PIN', async ({ page, widget }) => {
        await widget.shows('first.title');
        for (const [index, [place, leak]] of put.entries()) {
          const marker = `${newPin()}${newAnswer().replace(' ', '')}`;
          // Another encoding for each, but for what cannot hold every character.
          const all = spellings(marker).filter(([, spelled]) => /^[\w+/-]+$/.test(spelled));
          const [name, spelled] = all[index % all.length];
          await page.evaluate(leak, spelled);
          const seen = await places(page, { tree: engine === 'chromium' });
          said.push([place, { name, found: inText((seen[place] ?? []).join('\n'), { marker }), all: (seen[place] ?? []).join(' ') }]);
        }
      }, { before: prepare });
      return said;
    }

    /** @param {import('puppeteer-core').Page} page */
    async function prepare(page) {
      await page.evaluateOnNewDocument(watchPlaces);
      await page.evaluateOnNewDocument(moveClock);
    }
  }, SETTINGS);
}

stage('secrecy', 'chromium', (stage) => {
  test('assistive technology is never given the digits of a masked PIN', async () => {
    const person = await enrolled(stage);
    const pin = '518306';
    await run(stage, person.userId, 'CHANGE_PIN', async ({ widget, page }) => {
      const session = await page.createCDPSession();
      const tree = async () => JSON.stringify(await session.send('Accessibility.getFullAXTree'));
      await widget.typePin('current.title', person.pin);
      const current = await tree();
      assert.match(current, /••••••/, 'the tree has the field');
      assert.doesNotMatch(current, new RegExp(person.pin));
      await widget.press('common.continue');
      await widget.shows('new.title');
      await widget.typePin('new.title', pin);
      assert.doesNotMatch(await tree(), new RegExp(pin));
      await widget.press('common.continue');
      await widget.shows('confirm.title');
      await widget.typePin('confirm.title', pin);
      assert.doesNotMatch(await tree(), new RegExp(pin));
      await widget.press('pin.show');
      assert.match(await tree(), new RegExp(pin), 'the search finds a PIN that its owner asked to see');
    });
  });
});

/** @param {string} url */
function ours(url) {
  if (url.startsWith('data:')) return true; // asks nobody
  const { origin, pathname, search } = new URL(url, app.origin);
  return origin === app.origin && search === '' && ALLOWED.some((path) => path.test(pathname));
}
