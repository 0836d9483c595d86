// Which language the widget speaks, and its texts.
import { ENGLISH, type Messages } from './shell.ts';

/** Locale files beside this one. English is compiled in and needs none. */
const AVAILABLE: string[] = [];

export interface Language {
  /** What `Intl` formats by. */
  locale: string;
  /** The texts' file, or nothing for English. */
  file?: string;
}

/** The closest language we have: the same tag, the same language, or English. */
export function chooseLanguage(wanted = document.documentElement.lang || navigator.language): Language {
  const language = wanted.split('-')[0];
  const file = AVAILABLE.find((code) => code === wanted) ?? AVAILABLE.find((code) => code === language);
  return { locale: file || language === 'en' ? wanted : 'en', file };
}

/** The texts in that language; English when they cannot be had. */
export async function loadMessages({ file }: Language): Promise<Messages> {
  if (!file) return ENGLISH;
  return fetch(new URL(`./locales/${file}.json`, import.meta.url))
    .then((response) => response.json())
    .catch(() => ENGLISH);
}
