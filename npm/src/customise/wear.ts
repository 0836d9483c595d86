// Puts a customisation on a widget: tokens through the CSS object model, texts as messages, pictures once they load.
import { PICTURE_RULES, SHEET } from './sheet.ts';
import type { Customisation } from './types.ts';

/** A locale file, or a part of one. */
type Messages = { [key: string]: string | Messages };

/** Which of our texts count, and so have forms. */
const COUNTED = ['intro.lead'];
/** The gateway takes no more questions than this. */
const MOST_SLOTS = 10;

/** What the loader needs to know of a customisation besides its looks. */
export interface Worn {
  /** Our messages with the host's in their places. */
  texts<T>(messages: T): T;
  questions: Customisation['questions'];
  requiredQuestions: number;
}

/** Dresses the widget whose element is `frame`, inside `root`. Says in the console what was ignored. */
export function wear(customisation: Customisation, frame: HTMLElement, root: DocumentOrShadowRoot): Worn {
  const { tokens, theme, images, warnings, questions, requiredCount } = customisation;
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
  return { texts: (messages) => merged(messages, customisation, frame.lang), questions, requiredQuestions: requiredCount };
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

function merged<T>(messages: T, { texts, confirmItems, learnMoreUrl }: Customisation, locale: string): T {
  const result = structuredClone(messages) as Messages;
  for (const [key, words] of Object.entries(texts)) put(result, key, COUNTED.includes(key) ? { one: words, other: words } : words);
  if (learnMoreUrl) put(result, 'custom.learn_more_url', learnMoreUrl);
  confirmItems.forEach((item, index) => put(result, `custom.item.${index + 1}`, item));
  for (let n = 1; n <= MOST_SLOTS; n += 1) {
    for (const key of ['custom.ask', 'custom.nth']) {
      if (texts[key]) put(result, `${key}.${n}`, texts[key].replace(/\{\{\s*ordinal\s*\}\}/u, ordinal(n, locale)));
    }
    if (texts['custom.placeholder.recover']) put(result, `custom.placeholder.answer${n - 1}`, texts['custom.placeholder.recover']);
  }
  return result as T;
}

function put(messages: Messages, key: string, value: string | Messages): void {
  const path = key.split('.');
  const name = path.pop() as string;
  let group = messages;
  for (const part of path) {
    const below = group[part];
    group = typeof below === 'object' ? below : (group[part] = {});
  }
  group[name] = value;
}

/** `1st` in English, the number elsewhere. */
function ordinal(n: number, locale: string): string {
  const suffix = { one: 'st', two: 'nd', few: 'rd' } as Record<string, string>;
  if (/^(en\b|$)/.test(locale)) return n + (suffix[new Intl.PluralRules('en', { type: 'ordinal' }).select(n)] ?? 'th');
  try {
    return new Intl.NumberFormat(locale).format(n);
  } catch {
    return `${n}`; // a locale that is none
  }
}
