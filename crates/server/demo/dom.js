// Small tools for the page: elements by id, elements made, bytes and times in a form people can read.

/**
 * The element with this id; the page is static, so it is there.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  return /** @type {T} */ (document.getElementById(id));
}

/**
 * Makes an element. Strings become text, never markup.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Text for screen readers alone. @param {string} words */
export function say(words) {
  const said = byId('said');
  said.textContent = '';
  setTimeout(() => (said.textContent = words), 50);
}

/** The two ends of something long. @param {string} text @param {number} [head] @param {number} [tail] */
export function shorten(text, head = 12, tail = 6) {
  return text.length <= head + tail + 1 ? text : `${text.slice(0, head)}…${text.slice(-tail)}`;
}

/** @param {number} count */
export function bytes(count) {
  return count < 10_000 ? `${count} B` : `${Math.round(count / 1024).toLocaleString('en')} KiB`;
}

const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

const shortTime = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

/** The same without seconds, as people say it. @param {number} ms */
export function hourAndMinute(ms) {
  return shortTime.format(ms);
}

/** A moment as time of day. @param {number} ms */
export function timeOfDay(ms) {
  return clockTime.format(ms);
}

/** A stretch of time in words. @param {number} ms */
export function duration(ms) {
  const minutes = Math.round(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  return [hours && `${hours} h`, (minutes % 60 || !hours) && `${minutes % 60} min`].filter(Boolean).join(' ');
}

/** A `<time>` of the gateway's clock. @param {number} ms */
export function timeElement(ms) {
  return make('time', { datetime: new Date(ms).toISOString() }, timeOfDay(ms));
}

/**
 * Tabs as the ARIA Authoring Practices describe them: one stop for the keyboard, arrows between them.
 * @param {HTMLElement} list
 * @param {(panel: string) => void} shown
 */
export function tabs(list, shown) {
  const all = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role="tab"]')]);
  const select = (/** @type {HTMLElement} */ chosen) => {
    for (const tab of all) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      byId(tab.getAttribute('aria-controls') ?? '').hidden = tab !== chosen;
    }
    shown(chosen.getAttribute('aria-controls') ?? '');
  };
  list.addEventListener('click', (event) => {
    const tab = event.target instanceof Element && event.target.closest('[role="tab"]');
    if (tab instanceof HTMLElement) select(tab);
  });
  list.addEventListener('keydown', (event) => {
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const forward = getComputedStyle(list).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = forward === 'ArrowLeft' ? 'ArrowRight' : 'ArrowLeft';
    const to = { [forward]: at + 1, [back]: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    select(next);
    next.focus();
  });
  select(all[0]);
}
