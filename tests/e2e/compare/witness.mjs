// What the page itself sees while it loads. Runs in it, before any of its scripts.

/**
 * @typedef {object} Witnessed in milliseconds since the navigation began
 * @property {number} [shell] our shell was drawn
 * @property {number} [typeable] the first field of our first screen was drawn
 * @property {number} [evaluated] a mark of the page's own
 * @property {number} [visible] ALTCHA's widget was drawn
 * @property {number} blocked how long all tasks together were over 50 ms
 * @property {number} shifted cumulative layout shift
 * @property {number[]} slots from each digit's key to its slot, drawn
 */
export function witness() {
  /** @type {any} */
  const seen = { blocked: 0, shifted: 0, slots: [] };
  const tasks = new PerformanceObserver((list) => blocked(list));
  const shifts = new PerformanceObserver((list) => shifted(list));
  /** @param {{ getEntries(): PerformanceEntryList }} list */
  const blocked = (list) => list.getEntries().forEach(({ duration }) => (seen.blocked += duration - 50));
  /** @param {{ getEntries(): any[] }} list */
  const shifted = (list) => list.getEntries().forEach(({ value }) => (seen.shifted += value));
  tasks.observe({ type: 'longtask', buffered: true });
  shifts.observe({ type: 'layout-shift', buffered: true });

  /** A frame's callbacks come before it is drawn, a task from there after it. @param {(now: number) => void} then */
  const drawn = (then) => requestAnimationFrame(() => setTimeout(() => then(performance.now())));
  /** @param {string} name @param {Element | null | undefined} there */
  const note = (name, there) => {
    if (!there || name in seen) return;
    seen[name] = undefined;
    drawn((now) => (seen[name] = now));
  };
  /** @type {ShadowRoot | undefined} */
  let root;
  const look = () => {
    note('shell', root?.querySelector('.repin .card'));
    note('typeable', root?.querySelector('.repin input'));
    const altcha = document.querySelector('altcha-widget');
    note('visible', altcha?.querySelector('input[type=checkbox]'));
  };
  const watching = { subtree: true, childList: true };
  new MutationObserver(look).observe(document, watching);
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    root = attachShadow.call(this, init);
    new MutationObserver(look).observe(root, watching);
    new MutationObserver((records) => {
      if (records.some(({ target }) => /** @type {Element} */ (target).matches('.slot.f'))) slot();
    }).observe(root, { subtree: true, attributeFilter: ['class'] });
    return root;
  };

  // A digit: its slot is drawn filled in a frame after the key.
  /** @type {number | undefined} */
  let pressed;
  addEventListener('keydown', ({ timeStamp, key }) => (pressed = /^\d$/.test(key) ? timeStamp : undefined), true);
  const slot = () => {
    const since = pressed;
    if (since === undefined) return;
    pressed = undefined;
    drawn((now) => seen.slots.push(now - since));
  };

  /** @type {any} */ (window).witnessed = () => {
    [tasks, shifts].forEach((observer, index) => [blocked, shifted][index]({ getEntries: () => observer.takeRecords() }));
    const evaluated = performance.getEntriesByName('evaluated')[0]?.startTime;
    return { ...seen, ...(evaluated !== undefined && { evaluated }) };
  };
}
