// What shows before any WASM is there: the header's height, bars after a moment, a word after a while, and a calm card
// when it cannot go on. The same classes as the face uses, so that nothing moves when the face takes over.

interface Card {
  title: string;
  text: string;
  /** What support will ask for. */
  code?: string;
}

/** A locale file, as far as this side reads it. */
export interface Messages {
  common: { retry: string; close: string; cancel: string };
  loading: { now: string; slow: string };
  /** The cards are called by the first word of the failure they tell of, but for the network's. */
  shell: { label: string; unsupported: Card; blocked: Card; offline: Card; session: Card; internal: Card };
  /** The face's own, in the order that it was built with; none for English. */
  face?: unknown[];
}

/** These of `locales/en.json` and no others, put in when it is built. */
declare const SHELL_IN_ENGLISH: Messages;

export const ENGLISH = SHELL_IN_ENGLISH;

const SAY_SLOW_MS = 8_000;
const OFFER_RETRY_MS = 20_000;

/** The waiting card. Once another stands in its place, nobody sees what it still says. */
export function wait(card: HTMLElement, texts: Messages, close: () => void, retry: () => void): void {
  const body = element('div', 'stack wait');
  body.append(...['sk w60', 'sk', 'sk box', 'sk w80', 'sk box'].map((name) => element('div', name)));
  const status = element('p', 'vh', texts.loading.now, { role: 'status' });
  card.replaceChildren(header(texts, close), status, body);
  setTimeout(() => Object.assign(status, { textContent: texts.loading.slow, className: 'lead' }), SAY_SLOW_MS);
  setTimeout(() => body.append(button('btn alt', texts.common.retry, retry)), OFFER_RETRY_MS);
}

/** The card for what cannot go on. */
export function explain(
  card: HTMLElement,
  texts: Messages,
  { title, text, code }: Card,
  close: () => void,
  retry?: false | (() => void),
): void {
  const hero = element('div', 'hero', '', { role: 'alert' });
  hero.append(element('h2', '', title), element('p', 'lead', text));
  card.replaceChildren(header(texts, close), hero, retry ? button('btn main', texts.common.retry, retry) : '', button('btn alt', texts.common.close, close), element('p', 'code', code));
}

function header(texts: Messages, close: () => void): HTMLElement {
  const bar = element('div', 'bar');
  // A sign and not a drawing: it is one without styles, too.
  bar.append(element('span'), element('span'), element('button', 'round', '×', { ariaLabel: texts.common.cancel, onclick: close }));
  return bar;
}

const button = (name: string, text: string, onclick: () => void) => element('button', name, text, { onclick });

export function element(tag: string, className = '', textContent = '', rest?: object): HTMLElement {
  return Object.assign(document.createElement(tag), { className, textContent }, rest);
}
