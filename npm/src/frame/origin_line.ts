// The line that no app can change: where the person is. Its colours and words are the frame's own.
import { element } from '../shell.ts';
import { frameTexts, ON } from './texts.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  .repin > .where {
    margin: .75rem auto 0; padding: .375rem .875rem; inline-size: fit-content; max-inline-size: 100%;
    border: 1px solid #343a46; border-radius: 99px; background: #14161a; color: #fff; text-align: center; overflow-wrap: anywhere;
    font: 400 .8125rem/1.25rem system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  }
  .repin > .where b { font-weight: 600; }
  @media (min-width: 30.01rem) { dialog.repin { padding: 1rem 3rem 2.5rem; max-inline-size: 33rem; } }
  @media (max-width: 30rem) {
    .repin > .where { margin: 0; inline-size: 100%; border-width: 1px 0 0; border-radius: 0; padding-block-end: max(.375rem, env(safe-area-inset-bottom)); }
    .repin > .card { min-block-size: calc(100dvh - 2rem) !important; }
  }
  @media (forced-colors: active) { .repin > .where { border: 1px solid ButtonText; } }
`);

/** Puts the line below the card; again when the card was made anew. */
export function showOrigin(dialog: Element | null | undefined): void {
  if (!dialog) return;
  const root = dialog.getRootNode() as ShadowRoot;
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  if (dialog.lastElementChild?.className === 'where') return;
  dialog.querySelector('.where')?.remove();
  const line = element('p', 'where');
  const say = (words: string) => {
    const [before, after] = words.split('{host}');
    line.replaceChildren(before, element('b', '', location.host), after);
  };
  // The line never waits for its language.
  say(ON);
  void frameTexts().then(({ frame }) => say(frame.on));
  dialog.append(line);
}
