// A host's texts, colours and questions, from Circle's shapes to what a person reads; and recovery without any of them.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ENGINES, openPage, picture } from '../harness/browser.mjs';
import { find, until } from '../harness/find.mjs';
import { keepSecret, quiet, run, stage } from '../harness/story.mjs';
import { Widget, t } from '../harness/widget.mjs';

const QUESTIONS = [
  { question: 'Where did your parents meet?', type: 'TEXT' },
  { question: 'When did you first leave the country?', type: 'DATE' },
  { question: 'Who taught you to swim?', type: 'TEXT' },
];
const HOST = {
  localizations: {
    common: { continue: 'Go on' },
    initPincode: { headline: 'Choose your {{pin}}', headline2: 'wallet PIN', subhead: '' },
    confirmInitPincode: { headline: 'Once more' },
    securityIntros: { headline: 'Your {{method}}', headline2: 'way back', description: 'Three questions.', link: 'Read more' },
    securityQuestions: { title: 'A question', questionHeader: 'Your {{ordinal}} question', requiredMark: '*', answerHeader: 'Answer', answerPlaceholder: 'In your words' },
    securitySummary: { title: 'All three', question: '{{ordinal}} question' },
    securityConfirm: { headline: 'Before you go', inputHeadline: 'Type “Understood”:', inputMatch: 'Understood' },
  },
  customLinks: { learnMoreUrl: 'https://wallet.example/help' },
  securityQuestions: { questions: QUESTIONS, requiredCount: 3, securityConfirmItems: ['I am the only one who knows.'] },
};

/**
 * The gateway's page as a host of its own: mounts the widget with a customisation, before whatever `story` does.
 *
 * @param {import('../harness/story.mjs').Stage} stage
 * @param {string} userId
 * @param {unknown} customisation as Circle's web SDK posts it
 * @param {(page: import('puppeteer-core').Page, widget: Widget, witness: import('../harness/browser.mjs').Witness) => Promise<void>} story
 * @param {(page: import('puppeteer-core').Page) => Promise<void>} [prepare]
 * @param {string} [locale]
 */
async function customised({ gateway, browser, ...stage }, userId, customisation, story, prepare, locale) {
  const session = await gateway.session(userId);
  const challengeId = await gateway.challenge(session, 'INITIALIZE');
  keepSecret({ gateway, browser, ...stage }, 'token', session.userToken);
  const { page, context, witness } = await openPage(browser);
  try {
    await prepare?.(page);
    await page.goto(`${gateway.url}/`);
    await page.evaluate(
      async (session, customisation, locale) => {
        const load = (/** @type {string} */ path) => import(path);
        const [{ mount }, { customise }] = await Promise.all([load('/repin.js'), load('/repin-customise.js')]);
        const place = /** @type {HTMLElement} */ (document.getElementById('widget'));
        place.replaceChildren();
        /** @type {any} */ (window).running = mount(place, { session, locale, customisation: customise(customisation) });
      },
      { ...session, challengeId },
      customisation,
      locale,
    );
    await story(page, new Widget(page), witness);
  } finally {
    await context.close();
  }
}

/** @param {import('puppeteer-core').Page} page @param {string} selector @param {string} property */
const computed = async (page, selector, property) =>
  (await page.$(`#widget >>> ${selector}`))?.evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), property);

for (const engine of ENGINES) {
  stage('customisation', engine, (stage) => {
    test('the host’s words stand in German, and stay when the person goes on in Arabic and in English', async () => {
      const story = async (/** @type {import('puppeteer-core').Page} */ page) => {
        const speak = (/** @type {string} */ tag) => page.evaluate((tag) => /** @type {any} */ (window).running.setLocale(tag), tag);
        const seen = async (/** @type {string} */ tag) => {
          await find(page, 'heading', 'Choose your wallet PIN');
          await find(page, 'button', 'Go on');
          await find(page, 'button', JSON.parse(readFileSync(`locales/${tag}.json`, 'utf8')).pin.show);
          assert.equal(await page.$eval('#widget >>> h2 .accent', (accent) => accent.textContent), 'wallet PIN');
          assert.equal(await page.$('#widget >>> .lead'), null);
        };
        await seen('de');
        for (const tag of ['ar', 'en']) {
          await speak(tag);
          await seen(tag);
        }
      };
      await customised(stage, await stage.gateway.user(), HOST, story, undefined, 'de');
    });

    test('someone enrols with the host’s three questions, one of them a date, and recovers where the host customises nothing', async () => {
      const userId = await stage.gateway.user();
      const [pin, meeting, teacher] = ['493817', 'Zanzibar harbour', 'Aunt Philomena'];
      [pin, meeting, teacher].forEach((secret) => keepSecret(stage, 'typed', secret));

      await customised(stage, userId, HOST, async (page, widget, witness) => {
        const type = async (/** @type {string | RegExp} */ name, /** @type {string} */ value) => widget.fill(name, value);
        const press = async (/** @type {string} */ name) => (await find(page, 'button', name)).click();
        await find(page, 'heading', 'Choose your wallet PIN');
        await type('Choose your wallet PIN…', pin);
        await press('Go on');
        await find(page, 'heading', 'Once more');
        await type('Once more…', pin);
        await press(t('confirm_first.submit'));

        await find(page, 'heading', 'Your way back');
        const link = await find(page, 'link', 'Read more');
        assert.equal(await link.evaluate((link) => /** @type {HTMLAnchorElement} */ (link).rel), 'noopener noreferrer');
        await press(t('intro.start'));
        await select(page, 'Your 1st question*…', 0);
        await type('Answer*', meeting);
        await press('Go on');
        await select(page, 'Your 2nd question*…', 1);
        for (const [part, value] of [['day', '3'], ['month', '2'], ['year', '2001']]) await type(t(`date.${part}`), value);
        await press('Go on');
        await select(page, 'Your 3rd question*…', 2);
        await type('Answer*', teacher);
        await press('Go on');
        await find(page, 'heading', 'All three');
        await find(page, 'any', '3rd question');
        await press('Go on');
        await find(page, 'heading', 'Before you go');
        await find(page, 'any', 'I am the only one who knows.');
        await type('Type “Understood”:', 'I agree');
        await press('Go on');
        await widget.warns('agree.not_yet');
        await type('Type “Understood”:', 'understood');
        await press('Go on');
        await widget.shows('done_all.title');
        await quiet(witness);
      });

      await run(stage, userId, 'RESTORE_PIN', async ({ widget, page, status }) => {
        for (const { question } of QUESTIONS) await find(page, 'any', question);
        await widget.answer([meeting, ...(await inOrder(page, { day: '3', month: '2', year: '2001' })), teacher]);
        await widget.choosePin('816305');
        await widget.shows('done_restore.title');
        assert.equal(await status(), 'COMPLETE');
      });
    });

    test('hostile texts are shown as text, hostile colours and links not at all', async () => {
      const markup = '<img src=x onerror="document.title=1"><style>*{display:none}</style>';
      const bad = { bg: 'red;}*{display:none', textMain: 'url(https://evil.example)', mainBtnBg: '#0a7d4b', titleGradients: ['var(--x)', '#7a1fa2'] };
      const input = {
        localizations: { initPincode: { headline: `${markup} {{pin}}`, headline2: markup, subhead: 'a\u202eb' }, common: { continue: markup } },
        themeColor: bad,
        customLinks: { learnMoreUrl: 'javascript:document.title=1' },
        resources: { naviClose: 'data:image/svg+xml,<svg/>' },
      };
      await customised(stage, await stage.gateway.user(), input, async (page, widget, witness) => {
        await find(page, 'heading', `${markup} ${markup}`);
        await find(page, 'button', markup);
        assert.equal(await page.$('#widget >>> img, #widget >>> style'), null);
        assert.notEqual(await page.title(), '1');
        assert.equal(await computed(page, '.card', 'background-color'), 'rgb(255, 255, 255)', 'ours');
        assert.equal(await computed(page, '.track .on', 'background-color'), 'rgb(10, 125, 75)', 'the host’s');
        const { violations } = await witness.seen();
        assert.deepEqual(violations, []);
        // Told by name, never by value.
        const told = witness.console.join('\n');
        for (const slot of ['themeColor.bg', 'themeColor.textMain', 'themeColor.titleGradients.0', 'customLinks.learnMoreUrl', 'resources.naviClose']) assert.match(told, new RegExp(slot));
        assert.doesNotMatch(told, /evil|display|javascript|svg/);
      });
    });

    test('the host’s colours are those that are seen, and its ground decides the theme', async () => {
      const themeColor = { bg: '#10141c', textMain: '#ffffff', mainBtnBg: '#f7931a', mainBtnText: '#1a1000', pinDotBase: 'hsl(220 30% 15%)', pinDotBaseBorder: 'lightslategray', titleGradients: ['#f7931a', '#ffd27f'], divider: '#2a3140' };
      await customised(stage, await stage.gateway.user(), { ...HOST, themeColor }, async (page, widget, witness) => {
        await find(page, 'heading', 'Choose your wallet PIN');
        assert.equal(await computed(page, '.card', 'background-color'), 'rgb(16, 20, 28)');
        assert.equal(await computed(page, '.card', 'border-top-color'), 'rgb(42, 49, 64)');
        assert.equal(await computed(page, '.slot', 'background-color'), 'rgb(27, 34, 50)');
        assert.equal(await computed(page, '.slot:last-child', 'border-top-color'), 'rgb(119, 136, 153)');
        assert.equal(await computed(page, 'h2', 'color'), 'rgb(255, 255, 255)');
        assert.match((await computed(page, '.accent', 'background-image')) ?? '', /linear-gradient\(90deg, rgb\(247, 147, 26\), rgb\(255, 210, 127\)\)/);
        assert.equal(await page.$eval('#widget >>> .repin', (frame) => /** @type {HTMLElement} */ (frame).dataset.theme), 'dark');
        await quiet(witness);
        await picture(page, `customised-${engine}`);
      });
    });

    test('every colour means what it means to the browser', async () => {
      const source = readFileSync(new URL('../../../npm/src/customise/names.ts', import.meta.url), 'utf8');
      const names = [...source.matchAll(/([a-z]+):[0-9a-f]{6}/g)].map(([, name]) => name);
      assert.equal(names.length, 148);
      const written = ['#1aF', '#12345678', 'rgb(10%, 20%, 30%)', 'rgb(1 2 3 / 0.25)', 'rgba(255,0,0,.5)', 'hsl(220 30% 15%)', 'hsl(-40, 100%, 25%)', 'hsla(0.5turn, 80%, 60%, 50%)', 'hsl(3.2rad 40% 70%)'];
      const { page, context } = await openPage(stage.browser);
      await page.goto(`${stage.gateway.url}/`);
      const different = await page.evaluate(async (names) => {
        const { customise } = await ((/** @type {string} */ path) => import(path))('/repin-customise.js');
        const shown = (/** @type {string} */ colour) => {
          document.body.style.color = '';
          document.body.style.color = colour;
          return getComputedStyle(document.body).color;
        };
        return names.filter((name) => shown(name) !== shown(customise({ themeColor: { divider: name } }).tokens['--pr-border']));
      }, [...names, ...written]);
      await context.close();
      assert.deepEqual(different, []);
    });
  });
}

stage('pictures', 'chromium', (stage) => {
  const PICTURE = 'https://wallet.example/close.svg';
  const resources = { naviClose: PICTURE, naviBack: 'https://wallet.example/missing.svg' };
  const shown = (/** @type {import('puppeteer-core').Page} */ page) =>
    page.$eval('#widget >>> .bar .round', (button) => [getComputedStyle(button).backgroundImage, getComputedStyle(/** @type {Element} */ (button.querySelector('path'))).visibility]);

  test('a picture takes its part’s place when it has loaded, and the part keeps its name', async () => {
    /** @type {(string | undefined)[]} */
    const referrers = [];
    await customised(stage, await stage.gateway.user(), { resources }, async (page, widget) => {
      await widget.shows('first.title');
      await until('the picture shows', async () => (await shown(page))[0].includes(PICTURE));
      assert.deepEqual(await shown(page), [`url("${PICTURE}")`, 'hidden']);
      assert.deepEqual(referrers.filter((referrer) => referrer), [], 'nobody is told which page it is');
      await widget.press('common.cancel');
    }, async (page) => {
      await page.setBypassCSP(true); // an operator who allows the host
      // Only the host's own requests are held: a page whose every request is can wait for one that got lost.
      const fetches = await page.createCDPSession();
      await fetches.send('Fetch.enable', { patterns: [{ urlPattern: 'https://wallet.example/*' }] });
      fetches.on('Fetch.requestPaused', ({ requestId, request }) => {
        referrers.push(request.headers.Referer ?? request.headers.referer);
        const found = request.url === PICTURE;
        const body = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><circle r="4"/></svg>').toString('base64');
        const responseHeaders = [{ name: 'content-type', value: 'image/svg+xml' }];
        void fetches.send('Fetch.fulfillRequest', { requestId, responseCode: found ? 200 : 404, ...(found && { body, responseHeaders }) });
      });
    });
  });

  test('ours stays where the page’s policy forbids the host’s', async () => {
    await customised(stage, await stage.gateway.user(), { resources }, async (page, widget, witness) => {
      await widget.shows('first.title');
      await until('the policy has spoken', async () => (await witness.seen()).violations.length === 2);
      assert.deepEqual(await shown(page), ['none', 'visible']);
    });
  });
});

stage('contrast', 'chromium', (stage) => {
  test('whoever asks the device for more contrast gets our colours', async () => {
    const themeColor = { bg: '#fffaf3', textMain: '#998877', titleGradients: ['#ccc'] };
    await customised(stage, await stage.gateway.user(), { themeColor, localizations: HOST.localizations }, async (page) => {
      await find(page, 'heading', 'Choose your wallet PIN');
      const seen = async () => [await computed(page, '.card', 'background-color'), await computed(page, 'h2', 'color'), await computed(page, '.accent', 'background-image')];
      assert.deepEqual(await seen(), ['rgb(255, 250, 243)', 'rgb(153, 136, 119)', 'linear-gradient(90deg, rgb(204, 204, 204), rgb(204, 204, 204))']);
      const devtools = await page.createCDPSession();
      await devtools.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-contrast', value: 'more' }] });
      // A page learns of it in its next frame.
      await until('our colours', async () => `${await seen()}` === 'rgb(255, 255, 255),rgb(20, 22, 26),none');
    });
  });
});

/** Chooses the n-th question of a list with this name. @param {import('puppeteer-core').Page} page @param {string} name @param {number} index */
async function select(page, name, index) {
  await (await find(page, 'combobox', name)).select(`${index}`);
}

/** The parts of a date in the order in which this browser asks for them. @param {import('puppeteer-core').Page} page @param {Record<string, string>} parts */
async function inOrder(page, parts) {
  await find(page, 'textbox', t('date.day'));
  const ids = await page.$$eval('#widget >>> .date input', (inputs) => inputs.map((input) => input.id));
  return ids.map((id) => parts[/** @type {string} */ (id.split('-').pop())]);
}
