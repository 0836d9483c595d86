// What shows before any WASM is there: the header's height, bars after a moment, a word after a while, and a calm card
// when it cannot go on. The same classes as the face uses, so that nothing moves when the face takes over.

interface Card {
  title: string;
  text: string;
}

/** A locale file, as far as this side reads it. */
export interface Messages {
  common: { retry: string; close: string; cancel: string };
  loading: { now: string; slow: string };
  shell: { label: string; unsupported: Card; blocked: Card; offline: Card; session: Card };
  /** The face's own, in the order that it was built with; none for English. */
  face?: unknown[];
}

/** These of `locales/en.json` and no others, put in when it is built. */
declare const SHELL_IN_ENGLISH: Messages;

export const ENGLISH = SHELL_IN_ENGLISH;

/** In milliseconds. An `enum`, for its members are put in where they stand: this file is in the one that paints first. */
const enum After {
  Bars = 200,
  Slow = 8_000,
  Retry = 20_000,
}

/** The waiting card. Returns a function that ends its timers. */
export function wait(card: HTMLElement, texts: Messages, close: () => void, retry: () => void): () => void {
  const body = element('div', 'stack wait');
  const bars = () => body.append(...['sk w60', 'sk', 'sk box', 'sk w80', 'sk box'].map((name) => element('div', name)));
  // In another language, and as far as it was.
  if (card.querySelector('.sk')) bars();
  const status = element('p', 'vh', texts.loading.now, ['role', 'status']);
  card.replaceChildren(header(texts, close), status, body);
  const timers = [
    setTimeout(() => body.firstChild || bars(), After.Bars),
    setTimeout(() => {
      status.textContent = texts.loading.slow;
      status.className = 'lead';
    }, After.Slow),
    setTimeout(() => body.append(button('btn alt', texts.common.retry, retry)), After.Retry),
  ];
  return () => timers.forEach(clearTimeout);
}

/** The card for what cannot go on. */
export function explain(
  card: HTMLElement,
  texts: Messages,
  { title, text }: { title: string; text: string },
  close: () => void,
  retry?: () => void,
): void {
  const hero = element('div', 'hero', '', ['role', 'alert']);
  hero.append(element('h2', '', title), element('p', 'lead', text));
  card.replaceChildren(header(texts, close), hero);
  if (retry) card.append(button('btn main', texts.common.retry, retry));
  card.append(button('btn alt', texts.common.close, close));
}

function header(texts: Messages, close: () => void): HTMLElement {
  const bar = element('div', 'bar');
  const button = element('button', 'round', '', ['aria-label', texts.common.cancel], ['type', 'button']);
  button.onclick = close;
  button.append(cross());
  bar.append(element('span'), element('span'), button);
  return bar;
}

function cross(): Element {
  const [svg, path] = ['svg', 'path'].map((name) => document.createElementNS('http://www.w3.org/2000/svg', name));
  svg.setAttribute('class', 'icon');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', 'M6 6l12 12M18 6L6 18');
  svg.append(path);
  return svg;
}

function button(name: string, text: string, press: () => void): HTMLElement {
  const made = element('button', name, text, ['type', 'button']);
  made.onclick = press;
  return made;
}

export function element(tag: string, name = '', text = '', ...attributes: [string, string][]): HTMLElement {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return set(made, attributes);
}

function set<Kind extends Element>(made: Kind, attributes: [string, string][]): Kind {
  for (const [key, value] of attributes) made.setAttribute(key, value);
  return made;
}
