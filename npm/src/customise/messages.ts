// A language's texts with a host's in their places.
import type { Messages } from '../shell.ts';
import type { Customisation } from './types.ts';

/** By our names, the places in a language's list of the texts that a host may replace; put in when it is built. */
declare const PLACES: Record<string, number>;
/** Stands first in a list, and says which texts it was made for; put in when it is built. */
declare const FINGERPRINT: number;

/** Which of our texts count, and so have forms. */
const COUNTED = ['intro.lead'];
/** The gateway takes no more questions than this. */
const MOST_SLOTS = 10;

/** Our messages in the language `locale` with the host's in their places, which count in whatever language is spoken. */
export function merged(messages: Messages, { texts, confirmItems, learnMoreUrl }: Customisation, locale: string): Messages {
  const result = structuredClone(messages);
  // English has no list, and a list of another version counts for nothing.
  const face: unknown[] = result.face?.[0] === FINGERPRINT ? result.face : [FINGERPRINT];
  const custom: Record<string, string> = {};
  for (const [key, words] of Object.entries(texts)) {
    const [group, name] = key.split(/\.(.*)/s);
    if (group === 'custom') custom[name] = words;
    else face[PLACES[key]] = COUNTED.includes(key) ? { one: words, other: words } : words;
    // What the shell says too.
    if (group === 'common' && name in result.common) result.common[name as 'retry'] = words;
  }
  if (learnMoreUrl) custom.learn_more_url = learnMoreUrl;
  confirmItems.forEach((item, index) => (custom[`item.${index + 1}`] = item));
  for (let n = 1; n <= MOST_SLOTS; n += 1) {
    for (const key of ['ask', 'nth']) {
      if (custom[key]) custom[`${key}.${n}`] = custom[key].replace(/\{\{\s*ordinal\s*\}\}/u, ordinal(n, locale));
    }
    if (custom['placeholder.recover']) custom[`placeholder.answer${n - 1}`] = custom['placeholder.recover'];
  }
  return { ...result, face: Object.assign(face, { custom }) };
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
