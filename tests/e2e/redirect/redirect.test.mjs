// People who are sent to our page and come back, from an app that was written for Planbok.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Receiver } from '../../conformance/harness/receiver.mjs';
import { ENGINES, openPage } from '../harness/browser.mjs';
import { find, until } from '../harness/find.mjs';
import { keepSecret, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';
import { serveApp } from './host.mjs';
import { enrolled as enrolledAt, isBack as isBackAt, visitor } from './person.mjs';

const [APP, RECEIVER] = await Promise.all([serveApp(), Receiver.start()]);
after(() => APP.close());
after(() => RECEIVER.end());
// The receiver is on this machine.
const HEARD = { REPIN_WEBHOOK_ALLOW_NETWORK: '127.0.0.0/8', REPIN_WEBHOOK_ALLOW_HTTP: 'true' };

const [PIN, CHANGED, RESET] = ['493817', '730562', '815937'];
const ANSWERS = ['Aunt Philomena', 'Zanzibar harbour'];

for (const engine of ENGINES) {
  stage('redirect', engine, (stage) => {
    const visit = visitor(stage);
    const enrolled = () => enrolledAt(APP, stage, PIN, ANSWERS);
    /** @param {import('./person.mjs').Visit} visit @param {string} status @param {string} polled */
    const isBack = (visit, status, polled) => isBackAt(APP, visit, status, polled);

    test('someone sets a PIN, changes it and resets it, each on our page, and the app sees it verified', async () => {
      const customer = await enrolled();
      [CHANGED, RESET].forEach((secret) => keepSecret(stage, 'typed', secret));
      await visit(customer, 'update-pin', async (visit) => {
        await visit.widget.pin('current.title', PIN);
        await visit.widget.choosePin(CHANGED);
        await visit.widget.shows('done_restore.title');
        await visit.widget.press('common.done');
        await isBack(visit, 'verified', 'verified');
      });
      await visit(customer, 'reset-pin', async (visit) => {
        await visit.widget.answer(ANSWERS);
        await visit.widget.choosePin(RESET);
        await visit.widget.shows('done_restore.title');
        await visit.widget.press('common.done');
        await isBack(visit, 'verified', 'verified');
      });
      await visit(customer, 'update-pin', async ({ widget }) => {
        await widget.pin('current.title', RESET);
        await widget.shows('new.title');
      });
    });

    test('the ticket leaves the address bar, a reload goes on, and the link is good in no other browser', async () => {
      const customer = await enrolled();
      await visit(customer, 'reset-pin', async (visit) => {
        const { page, widget, link, witness } = visit;
        await widget.shows('questions.title');
        assert.equal(page.url(), link.split('#')[0]);
        const ticket = link.split('#')[1];
        assert.ok(!(await witness.seen()).strings.some((text) => text.includes(ticket)), 'nor is it in the page');
        assert.deepEqual(witness.requests.filter((url) => url.split('#')[0].includes(ticket)), []);
        await page.reload();
        await widget.shows('questions.title');
        assert.equal(await page.evaluate(() => document.cookie), '', 'no script reads the cookie');

        const other = await openPage(stage.browser);
        await other.page.goto(link);
        await find(other.page, 'heading', t('frame.link.title'));
        assert.equal(other.page.url(), link.split('#')[0]);
        await (await find(other.page, 'button', t('frame.return', { host: new URL(APP.origin).host }))).click();
        await until('the way back', () => other.page.url() === `${APP.origin}/`);
        await other.context.close();

        await widget.answer(ANSWERS);
        await widget.choosePin(RESET);
        await widget.shows('done_restore.title');
        // Instead of pressing: a reload after the end leads back, too.
        await page.reload();
        await isBack(visit, 'verified', 'verified');
      });
    });

    test('who leaves comes back as one who left', async () => {
      const customer = await enrolled();
      await visit(customer, 'update-pin', async (visit) => {
        await visit.widget.shows('current.title');
        await visit.widget.press('common.cancel');
        await isBack(visit, 'cancelled', 'failed');
        assert.equal((await customer.poll(visit.challengeId)).result.outcome, 'cancelled');
      });
    });

    test('a link whose time is over says so, calmly', async () => {
      const customer = await enrolled();
      const { redirectUrl } = await customer.ask('update-pin');
      await stage.gateway.advance(15 * 60 * 1000);
      const { page, context } = await openPage(stage.browser);
      await page.goto(redirectUrl);
      await find(page, 'heading', t('frame.link.title'));
      await (await find(page, 'button', t('frame.return', { host: new URL(APP.origin).host }))).click();
      const url = new URL(await until('the way back', () => (page.url().startsWith(`${APP.origin}/done?`) ? page.url() : undefined)));
      assert.equal(url.searchParams.get('status'), 'failed');
      await context.close();
    });

    test('who takes more than an hour to leave the last screen is led back all the same', async () => {
      const customer = await enrolled();
      await visit(customer, 'update-pin', async (visit) => {
        await visit.widget.pin('current.title', PIN);
        await visit.widget.choosePin(CHANGED);
        await visit.widget.shows('done_restore.title');
        await stage.gateway.advance(61 * 60 * 1000);
        await visit.widget.press('common.done');
        await isBack(visit, 'verified', 'verified');
      });
    });

    test('where no mail is sent nobody is offered a code', async () => {
      const customer = await enrolled();
      await visit(customer, 'recovery', async (visit) => {
        await visit.widget.pin('current.title', PIN);
        // Its first screen is the questions': there is nothing to choose between.
        await visit.widget.chooseQuestions(ANSWERS.map((answer, question) => ({ question, answer })));
        await visit.widget.shows('done_way.title');
        await visit.widget.press('common.done');
        await isBack(visit, 'verified', 'verified');
      });
    });

    test('an app is told by signed webhooks that recovery is set up, and that the PIN is updated', async () => {
      const { secret } = await APP.subscribe(stage.gateway, RECEIVER.url, ['customer.recovery_setup', 'customer.pin_updated']);
      const customer = await enrolled();
      /** @param {string} event @param {string} type */
      const told = async (event, type) => {
        const { headers, raw } = await RECEIVER.notification(({ event: name, data }) => name === event && data.customerId === customer.id);
        const signed = createHmac('sha256', secret).update(`${headers['x-webhook-timestamp']}.`).update(raw).digest('hex');
        assert.equal(headers['x-webhook-signature'], `sha256=${signed}`);
        assert.equal(JSON.parse(raw.toString()).data.type, type);
      };
      await told('customer.recovery_setup', 'INITIALIZE');
      await visit(customer, 'update-pin', async (visit) => {
        await visit.widget.pin('current.title', PIN);
        await visit.widget.choosePin(CHANGED);
        await visit.widget.shows('done_restore.title');
      });
      await told('customer.pin_updated', 'CHANGE_PIN');
    });

    test('no page frames it', async () => {
      const customer = await APP.customer(stage.gateway);
      const { redirectUrl } = await customer.ask('initialize');
      const headers = (await fetch(redirectUrl)).headers;
      const policy = headers.get('content-security-policy') ?? '';
      for (const part of ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "script-src 'self' 'wasm-unsafe-eval'"]) {
        assert.ok(policy.includes(part), policy);
      }
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('cache-control'), 'no-cache');
    });
  }, { REPIN_ALLOWED_ORIGIN: APP.origin, ...HEARD });
}
