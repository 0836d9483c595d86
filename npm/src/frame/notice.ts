// A card of the frame's own, where there is no widget: it waits, or explains, in the widget's dress.
import { element, explain, wait } from '../shell.ts';
import { showOrigin } from './origin_line.ts';
import type { FrameTexts } from './texts.ts';

export interface Notice {
  /** Bars, as while the widget loads. */
  wait(close: () => void, retry: () => void): void;
  /** A headline, a sentence, and what can be done. */
  explain(card: { title: string; text: string }, close: () => void, again?: { label: string; press: () => void }): void;
  remove(): void;
}

export async function notice(texts: FrameTexts): Promise<Notice> {
  const host = element('div');
  const root = host.attachShadow({ mode: 'open' });
  // Unstyled is better than nothing.
  await fetchStyles().then((sheet) => root.adoptedStyleSheets.push(sheet), () => {});
  const dialog = element('dialog', 'repin', '', { ariaLabel: texts.shell.label }) as HTMLDialogElement;
  dialog.lang = texts.locale;
  dialog.dir = texts.dir;
  dialog.dataset.presentation = 'dialog';
  const card = element('div', 'card');
  dialog.append(card);
  root.append(dialog);
  document.body.append(host);
  showOrigin(dialog);
  dialog.showModal();
  const closable = (close: () => void) => {
    dialog.oncancel = (event) => {
      event.preventDefault();
      close();
    };
  };
  return {
    wait(close, retry) {
      closable(close);
      wait(card, texts, close, retry);
    },
    explain(words, close, again) {
      closable(close);
      const labels = { ...texts, common: { ...texts.common, retry: again?.label ?? '' } };
      explain(card, labels, words, close, again?.press);
      focusFirst(root);
    },
    remove() {
      host.remove();
    },
  };
}

/** Of their own file: the loader, which has them in it, is what has not come. */
async function fetchStyles(): Promise<CSSStyleSheet> {
  const response = await fetch(new URL('./repin.css', import.meta.url));
  if (!response.ok) throw TypeError(`repin.css: ${response.status}`);
  return new CSSStyleSheet().replace(await response.text());
}

/** Where the reading begins: a headline or field that takes the focus, else the first button that is not the cross. */
export function focusFirst(root: ParentNode | null | undefined): void {
  const places = root?.querySelectorAll<HTMLElement>('[tabindex="-1"], input, select, .btn') ?? [];
  [...places].find((place) => place.checkVisibility())?.focus();
}
