// Finds what a person would look for: a role and a name, also inside open shadow roots. Waits until it is there.
import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a key stretching on a busy machine with a throttled processor; a bound, never an expectation. */
const PATIENCE = 60_000;

/**
 * @typedef {'button' | 'link' | 'textbox' | 'combobox' | 'heading' | 'alert' | 'status' | 'timer' | 'checkbox' | 'any'} Role
 * @typedef {string | RegExp} Name a string is the whole name, but for where an ellipsis stands at its start or end
 */

/**
 * The visible element with this role and name, once there is one.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {Role} role
 * @param {Name} name
 * @returns {Promise<import('puppeteer-core').ElementHandle<HTMLElement>>}
 */
export async function find(page, role, name) {
  const source = pattern(name);
  // Polled from here: a poll inside the page would need `unsafe-eval`, which the product's policy forbids.
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(30)) {
    const element = (await page.evaluateHandle(locate, role, source)).asElement();
    if (element) return /** @type {import('puppeteer-core').ElementHandle<HTMLElement>} */ (element);
  }
  throw new Error(`no ${role} named ${name}; the page says:\n${await text(page)}`);
}

/**
 * Whether it is there now.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {Role} role
 * @param {Name} name
 */
export async function has(page, role, name) {
  return (await page.evaluateHandle(locate, role, pattern(name))).asElement() !== null;
}

/**
 * Waits for something that is true sooner or later.
 *
 * @template T
 * @param {string | (() => string)} what for the message
 * @param {() => T | Promise<T>} condition
 * @returns {Promise<NonNullable<T>>} what it returned
 */
export async function until(what, condition) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(30)) {
    const value = await condition();
    if (value) return value;
  }
  throw new Error(`never: ${typeof what === 'string' ? what : what()}`);
}

/**
 * Waits until what is typed goes to the PIN's field: a screen takes the focus just after it is drawn.
 *
 * @param {import('puppeteer-core').Page} page
 */
export async function focused(page) {
  await until('the focus is in the PIN', () =>
    page.evaluate(() => Boolean(document.activeElement?.shadowRoot?.activeElement?.closest('.pin'))));
}

/**
 * Everything a person can read, for messages of failed tests.
 *
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<string>}
 */
export async function text(page) {
  return page.evaluate(() => {
    /** @param {ParentNode} root @returns {string} */
    const read = (root) => {
      const inside = [...root.querySelectorAll('*')].flatMap((element) => (element.shadowRoot ? [read(element.shadowRoot)] : []));
      const own = [...root.children].map((child) => /** @type {HTMLElement} */ (child).innerText ?? '').join('\n');
      return [own, ...inside].join('\n');
    };
    return read(document.body).replace(/\n{2,}/g, '\n');
  });
}

/** @param {Name} name @returns {string} the source of a regular expression: what survives the way into the page */
function pattern(name) {
  if (name instanceof RegExp) return name.source;
  const literal = name.replace(/^…|…$/g, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return `${name.startsWith('…') ? '' : '^'}${literal}${name.endsWith('…') ? '' : '$'}`;
}

/**
 * Runs in the page.
 *
 * @param {Role} role
 * @param {string} name
 * @returns {Element | null}
 */
function locate(role, name) {
  const SELECTORS = {
    button: 'button, [role=button], input[type=submit]',
    link: 'a[href], [role=link]',
    textbox: 'input:not([type=checkbox], [type=radio], [type=submit]), textarea',
    combobox: 'select, [role=combobox]',
    heading: 'h1, h2, h3, [role=heading]',
    alert: '[role=alert]',
    status: '[role=status]',
    timer: '[role=timer]',
    checkbox: 'input[type=checkbox]',
    any: '*',
  };
  const wanted = new RegExp(name, 'i');
  /** @param {Element} element @returns {string} */
  const named = (element) => {
    const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
    const by = element.getAttribute('aria-labelledby')?.split(/\s+/).map((id) => root.getElementById(id)?.textContent ?? '');
    const labels = [.../** @type {HTMLInputElement} */ (element).labels ?? []].map((label) => label.textContent ?? '');
    const own = element.matches('input, select, textarea') ? '' : element.textContent;
    return (by?.join(' ') || element.getAttribute('aria-label') || labels.join(' ') || own || '').replace(/\s+/g, ' ').trim();
  };
  /** @param {Document | ShadowRoot} root @returns {Element | null} */
  const search = (root) => {
    for (const element of root.querySelectorAll(SELECTORS[role])) {
      if (element.checkVisibility() && wanted.test(named(element))) return element;
    }
    for (const element of root.querySelectorAll('*')) {
      const found = element.shadowRoot && search(element.shadowRoot);
      if (found) return found;
    }
    return null;
  };
  return search(document);
}
