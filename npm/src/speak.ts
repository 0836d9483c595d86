// The way to a language: none for English, which is compiled in, and one small file more for all others.
import { ENGLISH, type Messages } from './shell.ts';

/** A language with its words: English ones until its own are there, `soon`. */
export interface Spoken {
  /** What `Intl` formats by. */
  locale: string;
  dir: 'ltr' | 'rtl';
  words: Messages;
  /** The same in its own words, or English if they cannot be had. Never rejects. */
  soon?: Promise<Spoken>;
}

/** `auto` is the language of the page, and where it has none those of the browser. Never rejects. */
export function choose(tag = 'auto'): Promise<Spoken> {
  const one = tag === 'auto' ? document.documentElement.lang : tag;
  return chooseAmong(one ? [one] : navigator.languages);
}

/** The first of these that we speak. Never rejects. */
export async function chooseAmong(wanted: readonly string[]): Promise<Spoken> {
  const english: Spoken = { locale: 'en', dir: 'ltr', words: ENGLISH };
  if (/^en\b/i.test(wanted[0])) return { ...english, locale: wanted[0] };
  return import('./language.ts').then(
    ({ speak }) => speak(wanted, english),
    () => english,
  );
}
