// The keyboard alone: where the focus is, the way round with Tab, and whether what has the focus can be seen.
import assert from 'node:assert/strict';
import { until } from '../../harness/find.mjs';

/** More stops than any screen has: a way round that does not end is a trap (WCAG 2.1.2). */
const STOPS = 40;

/**
 * @typedef {object} Stop
 * @property {string} name role and name, as in `button “Close”`
 * @property {string[]} faults what is wrong with being there: covered, out of sight, no ring, too small
 */

/** Where the focus is inside the widget; nothing when it is elsewhere. @param {import('puppeteer-core').Page} page @returns {Promise<Stop | null>} */
export function focusNow(page) {
  return page.evaluate(look);
}

/** Waits until the focus is in the widget, and at the screen's beginning. @param {import('puppeteer-core').Page} page @param {string} name */
export async function arrives(page, name) {
  let last = '';
  try {
    await until(`the focus is on ${name}`, async () => (last = (await focusNow(page))?.name ?? 'nothing') === name);
  } catch {
    assert.fail(`the focus is on ${last}, and not on ${name}`);
  }
}

/**
 * Once round with Tab, from the first stop to the last, and back to where it began. The focus must be in the widget.
 *
 * @param {import('puppeteer-core').Page} page
 * @returns {Promise<Stop[]>}
 */
export async function wayRound(page) {
  const { keyboard } = page;
  const here = await mark(page);
  let steps = 0;
  /** @type {Stop[]} */
  const after = [];
  for (let stop = await step(page, () => keyboard.press('Tab')); stop; stop = await step(page, () => keyboard.press('Tab'))) {
    after.push(stop);
    assert.ok((steps += 1) < STOPS, 'Tab goes round for ever');
  }
  /** @type {Stop[]} */
  const all = [];
  for (let stop = await step(page, () => back(page)); stop; stop = await step(page, () => back(page))) {
    all.unshift(stop);
    assert.ok((steps += 1) < 2 * STOPS, 'Shift+Tab goes round for ever');
  }
  const forwards = after.map(({ name }) => name);
  assert.deepEqual(all.slice(all.length - forwards.length).map(({ name }) => name), forwards, 'Shift+Tab goes back the way that Tab came');
  await page.evaluate((here) => here?.focus(), here);
  // What has the focus must be in sight from whichever side it came.
  return all.map((stop, n) => ({ ...stop, faults: [...stop.faults, ...(after[n - all.length + forwards.length]?.faults ?? [])] }));
}

/**
 * Goes to a stop, forwards and then backwards, from wherever the focus is in the widget. Never once round: that way leads
 * through the browser's own buttons, after which Firefox without a window takes no Enter any more.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string} name
 */
export async function tabTo(page, name) {
  for (const press of [() => page.keyboard.press('Tab'), () => back(page)]) {
    for (let n = 0; n < STOPS; n += 1) {
      const here = await focusNow(page);
      if (here?.name === name) return;
      if (!here && n > 0) break;
      await press();
    }
  }
  assert.fail(`Tab never came to ${name}`);
}

/** @param {import('puppeteer-core').Page} page */
async function back({ keyboard }) {
  await keyboard.down('Shift');
  await keyboard.press('Tab');
  await keyboard.up('Shift');
}

/** @param {import('puppeteer-core').Page} page @param {() => Promise<void>} press */
async function step(page, press) {
  await press();
  return focusNow(page);
}

/** What has the focus now, to come back to. @param {import('puppeteer-core').Page} page */
async function mark(page) {
  const handle = await page.evaluateHandle(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active;
  });
  return /** @type {import('puppeteer-core').ElementHandle<HTMLElement> | null} */ (handle.asElement());
}

/** Runs in the page. @returns {Stop | null} */
function look() {
  let active = /** @type {Element | null} */ (document.activeElement);
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const root = active?.getRootNode();
  if (!active || !(root instanceof ShadowRoot) || !active.closest('.repin')) return null;
  const words = (/** @type {Element | null | undefined} */ element) => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
  const by = active.getAttribute('aria-labelledby')?.split(' ').map((id) => words(root.getElementById(id))).join(', ');
  const labels = [.../** @type {HTMLInputElement} */ (active).labels ?? []].map(words).join(', ');
  const roles = /** @type {Record<string, string>} */ ({ BUTTON: 'button', INPUT: 'field', SELECT: 'list', A: 'link', H2: 'heading' });
  const role = active.getAttribute('role') ?? roles[active.tagName] ?? active.tagName.toLowerCase();
  const name = `${role} “${by || active.getAttribute('aria-label') || labels || words(active)}”`;

  const faults = [];
  // The PIN's input is wider than its place on purpose, and the ring is drawn on its slots.
  const seen = active.closest('.pin') ?? active;
  const { left, top, right, bottom, width, height } = seen.getBoundingClientRect();
  // Layout counts in 64ths of a pixel.
  if (width < 43.9 || height < 43.9) if (!active.matches('h2, [role=alert]')) faults.push(`${width} × ${height} px`);
  // WCAG 2.4.11 asks that some of it is seen, and Firefox scrolls to nothing of which a part is in sight: how much that is
  // depends on where the page was. Of a browser that scrolls we ask for most of it.
  const inSight = (Math.min(bottom, innerHeight) - Math.max(top, 0)) / Math.min(height, innerHeight);
  if (left < -1 || right > innerWidth + 1 || inSight < (navigator.userAgent.includes('Firefox') ? 0.05 : 0.6)) {
    faults.push(`out of sight: ${top} to ${bottom} of ${innerHeight}`);
  } else {
    const [middle, centre] = [left + width / 2, top + height / 2];
    // Not the corners: they are round.
    for (const [x, y] of [[left + 3, centre], [right - 3, centre], [middle, top + 3], [middle, bottom - 3], [middle, centre]]) {
      const on = root.elementFromPoint(x, y);
      if (on && !seen.contains(on) && !on.contains(seen)) faults.push(`covered by ${on.tagName}.${on.className}`);
    }
  }
  const { outlineStyle, outlineWidth } = getComputedStyle(active);
  const ring = active.closest('.pin') ? active.closest('.pin')?.querySelector('.slot.a') : outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  if (!ring && !active.matches('[tabindex="-1"]')) faults.push('no ring');
  return { name, faults: [...new Set(faults)] };
}
