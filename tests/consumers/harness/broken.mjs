// A face that traps in an app whose bundler gave its files names of its own.
import assert from 'node:assert/strict';
import { openPage, picture } from '../../e2e/harness/browser.mjs';
import { breakFaces, watchEngines } from '../../e2e/harness/engines.mjs';
import { find, until } from '../../e2e/harness/find.mjs';
import { t, Widget } from '../../e2e/harness/widget.mjs';
import { START } from './recovery.mjs';
import { openSite } from './site.mjs';

/**
 * The first letter typed traps. The person is told, starts again, and leaves; the app hears of it.
 *
 * @param {import('../../e2e/harness/story.mjs').Stage} stage
 * @param {import('../../e2e/harness/story.mjs').Person} person
 * @param {string} app where it is served
 */
export async function breakAndGoOn({ gateway, browser }, person, app) {
  const session = await gateway.session(person.userId);
  const challengeId = await gateway.challenge(session, 'RESTORE_PIN');
  const site = await openSite(app, gateway.url, async () => ({ ...session, challengeId }));
  const { page, context } = await openPage(browser, { width: 390, height: 844 });
  try {
    await page.evaluateOnNewDocument(watchEngines);
    const widget = new Widget(page);
    await page.goto(site.origin, { waitUntil: 'load' });
    await (await find(page, 'button', START)).click();
    await widget.shows('questions.title');
    const [field] = await page.$$('body >>> .repin form input');
    await breakFaces(page);
    await field.type('x');
    await widget.shows('errors.-1.title');
    await widget.press('common.retry');
    await widget.shows('questions.title');
    await (await find(page, 'button', t('common.cancel'))).click();
    await until('the outcome in the app', () => page.$eval('#outcome', (place) => place.textContent === 'canceled'));
    assert.equal((await page.$$('body >>> .repin')).length, 0, 'the widget is gone');
  } catch (error) {
    await picture(page, 'failed-consumer-broken').catch(() => {});
    throw error;
  } finally {
    await context.close();
    site.close();
  }
}
