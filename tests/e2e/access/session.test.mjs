// The session's hour and how people get more of it (WCAG 2.2.1): a word at five minutes, an alert at two, a fresh token of
// the gateway's for one press, as often as it is asked for; and nothing typed is lost.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ENGINES } from '../harness/browser.mjs';
import { has, until } from '../harness/find.mjs';
import { enrolled, keepSecret, quiet, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';
import { later, moveClock } from './harness/clock.mjs';
import { arrives, focusNow, tabTo } from './harness/keys.mjs';
import { own } from './harness/own.mjs';
import { listen } from './harness/reader.mjs';

const MINUTE = 60_000;
/** WCAG 2.2.1 asks for ten extensions at least. */
const EXTENSIONS = 10;

for (const engine of ENGINES) {
  stage('the session’s time', engine, (stage) => {
    /** Another token for the same challenge, as a host's server gets one. @param {string} userId */
    const fresh = (userId) => async (/** @type {string} */ _reason, /** @type {import('./harness/own.mjs').Handed} */ first) => {
      const session = await stage.gateway.session(userId);
      keepSecret(stage, 'token', session.userToken);
      keepSecret(stage, 'encryption key', session.encryptionKey);
      return { userToken: session.userToken, encryptionKey: session.encryptionKey, challengeId: first.challengeId };
    };

    test('is mentioned at five minutes, urgent at two, and extended by one press without losing what was typed', async () => {
      const person = await enrolled(stage);
      const how = { getSession: fresh(person.userId), prepare: [listen, moveClock] };
      await own(stage, person.userId, 'RESTORE_PIN', how, async ({ page, widget, witness, outcome }) => {
        const [first, second] = await widget.answerFields();
        await first.type(person.answers[0]);
        await second.type('half an ans');
        assert.deepEqual(await noted(page), { minutes: null, alert: false, more: false }, 'with plenty of time it is no topic');

        await later(page, 55.05 * MINUTE);
        await until('it is mentioned', async () => (await noted(page)).minutes === 5);
        assert.deepEqual(await noted(page), { minutes: 5, alert: false, more: false });
        const heard = () => page.evaluate(() => /** @type {any} */ (window).announced);
        await until('it is said', async () => (await heard()).includes(`polite: ${t('expiring.title', { n: 5 })}`));

        await later(page, 58.05 * MINUTE);
        await until('it is urgent', async () => (await noted(page)).alert);
        assert.deepEqual(await noted(page), { minutes: 2, alert: true, more: true });
        await tabTo(page, `button “${t('expiring.more')}”`);
        // A minute passes while someone is on the button: it stays, and the focus with it.
        await later(page, 59.05 * MINUTE);
        await stage.gateway.advance(59.05 * MINUTE);
        await until('a minute has passed', async () => (await noted(page)).minutes === 1);
        assert.equal((await focusNow(page))?.name, `button “${t('expiring.more')}”`);
        await page.keyboard.press('Enter');
        await until('there is time again', async () => (await noted(page)).minutes === null);
        // The button is gone: the focus is where the page begins, and not lost.
        await arrives(page, `heading “${t('questions.title')}”`);
        await until('the press is answered', async () => (await heard()).includes(`polite: ${t('expiring.title', { n: 60 })}`));
        assert.equal(await value(first), person.answers[0]);
        assert.equal(await value(second), 'half an ans');

        // The first token is dead by now: it is the fresh one that goes on.
        await later(page, 62 * MINUTE);
        await stage.gateway.advance(2.95 * MINUTE);
        await widget.answer(person.answers);
        await widget.choosePin('518306');
        await widget.shows('done_restore.title');
        await widget.press('common.done');
        assert.equal((await outcome()).status, 'completed');
        await quiet(witness);
      });
    });

    test(`can be extended ${EXTENSIONS} times, and half an answer is still there`, async () => {
      const person = await enrolled(stage);
      const how = { getSession: fresh(person.userId), prepare: [moveClock] };
      await own(stage, person.userId, 'RESTORE_PIN', how, async ({ page, widget, witness }) => {
        const [first] = await widget.answerFields();
        await first.type('Aunt Ph');
        for (let hour = 1; hour <= EXTENSIONS; hour += 1) {
          await later(page, hour * 59 * MINUTE);
          await stage.gateway.advance(59 * MINUTE);
          await widget.press('expiring.more');
          await until('there is time again', async () => (await noted(page)).minutes === null);
        }
        assert.equal(await value(first), 'Aunt Ph');
        await widget.answer(person.answers);
        await widget.shows('new.title');
        await quiet(witness);
      });
    });

    test('that nobody can extend says when it ends and that no try is lost', async () => {
      const person = await enrolled(stage);
      const refuse = () => Promise.reject(new Error('the host has no more'));
      await own(stage, person.userId, 'RESTORE_PIN', { getSession: refuse, prepare: [moveClock] }, async ({ page, widget }) => {
        const [first] = await widget.answerFields();
        await first.type('Aunt Ph');
        await later(page, 58.05 * MINUTE);
        await until('it is urgent', async () => (await noted(page)).alert);
        await tabTo(page, `button “${t('expiring.more')}”`);
        await page.keyboard.press('Enter');
        await widget.says('expiring.failed');
        assert.equal((await noted(page)).more, false);
        await arrives(page, `heading “${t('questions.title')}”`);
        assert.equal(await value(first), 'Aunt Ph');
        await later(page, 61 * MINUTE);
        await widget.shows('expired.title');
        await arrives(page, `heading “${t('expired.title')}”`);
      });
    });

    test('that comes for another challenge is no more time, and says so', async () => {
      const person = await enrolled(stage);
      const another = async () => {
        const session = await stage.gateway.session(person.userId);
        keepSecret(stage, 'token', session.userToken);
        keepSecret(stage, 'encryption key', session.encryptionKey);
        return { ...session, challengeId: await stage.gateway.challenge(session, 'RESTORE_PIN') };
      };
      await own(stage, person.userId, 'RESTORE_PIN', { getSession: another, prepare: [moveClock] }, async ({ page, widget, challengeId, outcome }) => {
        const [first] = await widget.answerFields();
        await first.type('Aunt Ph');
        await later(page, 58.05 * MINUTE);
        await until('it is urgent', async () => (await noted(page)).alert);
        await tabTo(page, `button “${t('expiring.more')}”`);
        await page.keyboard.press('Enter');
        await widget.says('expiring.failed');
        assert.equal((await noted(page)).more, false);
        // The button that was pressed is gone.
        await arrives(page, `heading “${t('questions.title')}”`);
        assert.equal(await value(first), 'Aunt Ph');
        // And the end is of the challenge that was begun.
        await first.click({ clickCount: 3 });
        await page.keyboard.press('Backspace');
        await widget.answer(person.answers);
        await widget.choosePin('518306');
        await widget.shows('done_restore.title');
        await widget.press('common.done');
        const { status, challengeId: ended } = await outcome();
        assert.deepEqual([status, ended], ['completed', challengeId]);
      });
    });
    // The challenge has a time of its own, which the operator sets: two hours unless told otherwise.
  }, { REPIN_CHALLENGE_TTL: `${(EXTENSIONS + 2) * 60 * 60}` });
}

/** @param {import('puppeteer-core').ElementHandle<HTMLInputElement>} field */
const value = (field) => field.evaluate(({ value }) => value);

/** What is said about the time. @param {import('puppeteer-core').Page} page */
async function noted(page) {
  const left = await page.evaluate(() => {
    const root = [...document.querySelectorAll('#widget *')].find((element) => element.shadowRoot)?.shadowRoot;
    const note = [...(root?.querySelectorAll('.card > .note') ?? [])][0];
    return note && { text: note.textContent ?? '', alert: note.getAttribute('role') === 'alert' };
  });
  const more = await has(page, 'button', t('expiring.more'));
  return { minutes: left ? Number(/\d+/.exec(left.text)?.[0]) : null, alert: left?.alert ?? false, more };
}
