// The widget under a person's hands, for measurements: a press lasts, keys come one after the other, and the waiting is
// done inside the page. The tests' own way, which asks the page every few milliseconds what it shows, makes it lay itself
// out early and adds tasks to those that are to be measured.
import { setTimeout as sleep } from 'node:timers/promises';
import { find } from './find.mjs';
import { Widget, t } from './widget.mjs';

/** Without it a press and its release come in one task, which no finger does. */
const PRESS_MS = 60;
/** Between two keys; quick for a person. */
const KEY_MS = 80;

export class Hand extends Widget {
  /** Waits until the widget has shown the screen with this title, and has drawn it. @param {string} key */
  async shows(key, values = {}) {
    await this.page.evaluate((title) => /** @type {any} */ (window).repinBench.drawn(title), t(key, values));
  }

  /** @param {string} key @param {Record<string, string | number>} [values] */
  async press(key, values) {
    await (await find(this.page, 'button', t(key, values))).click({ delay: PRESS_MS });
  }

  /** Types into a field that holds nothing. @param {string | RegExp} name @param {string} value */
  async fill(name, value) {
    await this.typeInto(await find(this.page, 'textbox', name), value);
  }

  /** @param {string[]} answers */
  async answer(answers) {
    const fields = await this.answerFields();
    for (const [index, answer] of answers.entries()) await this.typeInto(fields[index], answer);
    await this.press('common.continue');
  }

  /** @param {import('puppeteer-core').ElementHandle} field @param {string} value */
  async typeInto(field, value) {
    await field.click({ delay: PRESS_MS });
    await sleep(KEY_MS);
    await this.page.keyboard.type(value, { delay: KEY_MS });
  }
}

/**
 * @typedef {object} Observed
 * @property {{ at: number, ms: number }[]} longTasks of the page, from the last `start` on
 * @property {number} lastDigit when the last digit key went down
 * @property {Record<string, number>} titles when each title was first drawn
 *   All in milliseconds of the page's clock.
 */

/** Runs in the page, before any of its scripts, and leaves `window.repinBench`. */
export function observe() {
  const bench = { longTasks: /** @type {any[]} */ ([]), lastDigit: 0, titles: /** @type {Record<string, number>} */ ({}) };
  const tasks = new PerformanceObserver((list) => keep(list.getEntries()));
  /** @param {PerformanceEntryList} entries */
  const keep = (entries) => bench.longTasks.push(...entries.map(({ startTime, duration }) => ({ at: startTime, ms: duration })));
  tasks.observe({ type: 'longtask' });
  addEventListener('keydown', ({ key, timeStamp }) => { if (/^\d$/.test(key)) bench.lastDigit = timeStamp; }, true);

  /** @type {{ title: string, resolve: (at: number) => void }[]} */
  let waiting = [];
  /** @type {ShadowRoot | undefined} */
  let widget;
  /** @param {string} title */
  const stands = (title) => [...(widget?.querySelectorAll('h2') ?? [])].some((headline) => headline.textContent?.trim() === title);
  const look = () => {
    for (const one of waiting.filter(({ title }) => stands(title))) {
      waiting = waiting.filter((other) => other !== one);
      // A frame's callbacks come before it is drawn, a task from there after it.
      requestAnimationFrame(() => setTimeout(() => one.resolve((bench.titles[one.title] ??= performance.now()))));
    }
  };
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    widget = attachShadow.call(this, init);
    new MutationObserver(look).observe(widget, { subtree: true, childList: true, characterData: true });
    return widget;
  };
  /** @type {any} */ (window).repinBench = {
    drawn: (/** @type {string} */ title) => new Promise((resolve) => { waiting.push({ title, resolve }); look(); }),
    start: () => { tasks.takeRecords(); bench.longTasks.length = 0; },
    observed: () => { keep(tasks.takeRecords()); return bench; },
  };
}
