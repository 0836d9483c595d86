// Puts a customisation on a widget: tokens through the CSS object model, texts as messages, pictures once they load.
import type { Messages } from '../shell.ts';
import { merged } from './messages.ts';
import { PICTURE_RULES, SHEET } from './sheet.ts';
import type { Customisation } from './types.ts';

/** What the loader needs to know of a customisation besides its looks. */
export interface Worn {
  /** Our messages in the language of now with the host's in their places. */
  texts(messages: Messages): Messages;
  questions: Customisation['questions'];
  requiredQuestions: number;
  recoveryWays: Customisation['recoveryWays'];
}

/** Dresses the widget whose element is `frame`, inside `root`. Says in the console what was ignored. */
export function wear(customisation: Customisation, frame: HTMLElement, root: DocumentOrShadowRoot): Worn {
  const { tokens, theme, images, warnings, questions, requiredCount, recoveryWays } = customisation;
  for (const warning of warnings) console.warn(`repin customisation: ${warning}`);
  if (theme) frame.dataset.theme ??= theme;
  if (tokens['--pr-title-gradient']) frame.dataset.gradient = '';
  const sheet = new CSSStyleSheet();
  // Whoever asks for more contrast gets our own colours.
  sheet.replaceSync(`${SHEET}@media not (prefers-contrast: more) { .repin.repin.repin {} }`);
  const { style } = (sheet.cssRules[sheet.cssRules.length - 1] as CSSMediaRule).cssRules[0] as CSSStyleRule;
  // A value that ends its rule or begins another is no value to the object model, which then sets nothing.
  for (const [token, value] of Object.entries(tokens)) style.setProperty(token, value);
  root.adoptedStyleSheets.push(sheet);
  for (const [part, url] of Object.entries(images)) show(part, url, sheet, style);
  return { texts: (messages) => merged(messages, customisation, frame.lang), questions, requiredQuestions: requiredCount, recoveryWays };
}

/** In place of ours when it has loaded; a policy of the page's may forbid that. */
function show(part: string, url: string, sheet: CSSStyleSheet, style: CSSStyleDeclaration): void {
  const image = new Image();
  image.referrerPolicy = 'no-referrer';
  image.onload = () => {
    const [selector, shown] = PICTURE_RULES[part];
    // `customise` let no sign through that could end the string.
    style.setProperty(`--pr-picture-${part}`, `url("${url}")`);
    sheet.insertRule(`${selector} { ${shown}; }`, sheet.cssRules.length);
    sheet.insertRule(`${selector} path { visibility: hidden; }`, sheet.cssRules.length);
  };
  image.src = url;
}
