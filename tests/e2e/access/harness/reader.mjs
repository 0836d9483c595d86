// What a screen reader would say. A simulation (Guidepup's virtual screen reader) reads a copy of what stands in the real
// browser: it cannot look into a shadow root, so the widget's live DOM is copied, with what only properties know, into a
// page of its own. No person has listened to it; docs/accessibility.md says so.
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';

const PACKAGE = new URL('../../../../node_modules/@guidepup/virtual-screen-reader/', import.meta.url);
const STYLES = readFileSync(new URL('../../../../dist/repin.css', import.meta.url), 'utf8');

/** More than any screen says: a reading that does not end is a fault of its own. */
const LONGEST = 300;

export class Reader {
  /** @param {import('puppeteer-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {import('puppeteer-core').Browser} browser Chromium */
  static async open(browser) {
    const page = await (await browser.createBrowserContext()).newPage();
    const bundle = readFileSync(new URL('lib/esm/index.browser.js', PACKAGE), 'utf8');
    await page.evaluate(transformSync(bundle, { format: 'iife', globalName: 'guidepup' }).code);
    return new Reader(page);
  }

  /**
   * Reads a screen from top to bottom, and what is said when the focus arrives.
   *
   * @param {string} html as `copy` returns it
   * @returns {Promise<{ focus: string, lines: string[] }>}
   */
  async read(html) {
    return this.page.evaluate(
      async (html, styles, longest) => {
        const { Virtual } = /** @type {any} */ (window).guidepup;
        document.body.innerHTML = html;
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(styles);
        document.adoptedStyleSheets = [sheet];
        const reader = new Virtual();
        await reader.start({ container: document.body });
        const focused = /** @type {HTMLElement | null} */ (document.querySelector('[data-focused]'));
        let focus = 'nothing';
        if (focused) {
          focused.focus();
          await new Promise((resolve) => setTimeout(resolve, 50));
          focus = await reader.lastSpokenPhrase();
        }
        await reader.stop();
        await reader.start({ container: document.body });
        for (let n = 0; n < longest && (await reader.lastSpokenPhrase()) !== 'end of document'; n += 1) await reader.next();
        const lines = await reader.spokenPhraseLog();
        await reader.stop();
        return { focus, lines };
      },
      html,
      STYLES,
      LONGEST,
    );
  }
}

/**
 * The widget as it stands in the page, as HTML: values, what is chosen and what has the focus become attributes. A hidden
 * PIN stays hidden, as in a browser's accessibility tree.
 *
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<string>}
 */
export function copy(page) {
  return page.evaluate(() => {
    /** @param {ParentNode} root @returns {Element | null} */
    const within = (root) => {
      const here = root.querySelector('.repin');
      if (here) return here;
      for (const { shadowRoot } of root.querySelectorAll('*')) {
        const found = shadowRoot && within(shadowRoot);
        if (found) return found;
      }
      return null;
    };
    const live = /** @type {Element} */ (within(document));
    const dead = /** @type {Element} */ (live.cloneNode(true));
    const [of, to] = [live, dead].map((root) => [...root.querySelectorAll('*')]);
    const active = /** @type {ShadowRoot | Document} */ (live.getRootNode()).activeElement;
    of.forEach((element, n) => {
      if (element === active) to[n].setAttribute('data-focused', '');
      if (element instanceof HTMLInputElement) {
        to[n].setAttribute('value', element.type === 'password' ? '•'.repeat(element.value.length) : element.value);
      }
      if (element instanceof HTMLOptionElement) to[n].toggleAttribute('selected', element.selected);
    });
    // What it says depends on how long things take; `listen` hears it, and tests/pin.rs and tests/screens.rs do.
    dead.querySelector('.vh[role=status]')?.remove();
    return dead.outerHTML;
  });
}

/** Runs in the page, before its scripts: leaves `window.announced`, what live regions said, in order. */
export function listen() {
  /** @type {string[]} */
  const announced = [];
  /** @type {any} */ (window).announced = announced;
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init);
    /** @param {Node | null} node */
    const say = (node) => {
      const region = /** @type {Element | null} */ (node)?.closest('[role=alert], [role=status]');
      const words = region?.textContent?.replace(/\s+/g, ' ').trim();
      const line = words && `${region?.getAttribute('role') === 'alert' ? 'assertive' : 'polite'}: ${words}`;
      if (line && announced.at(-1) !== line) announced.push(line);
    };
    new MutationObserver((records) => {
      for (const { target, addedNodes } of records) {
        if (!target.isConnected) continue;
        say(target instanceof Element ? target : target.parentElement);
        for (const added of addedNodes) {
          if (!(added instanceof Element)) continue;
          say(added);
          added.querySelectorAll('[role=alert], [role=status]').forEach(say);
        }
      }
    }).observe(root, { subtree: true, childList: true, characterData: true });
    return root;
  };
}
