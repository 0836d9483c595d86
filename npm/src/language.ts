// Which language the widget speaks, and its texts. Fetched for those whose language is not English, beside the engine.
import { localeFile } from './locale_file.ts';
import type { Messages } from './shell.ts';
import type { Spoken } from './speak.ts';

/** The files in `locales/` beside this one, put in when it is built. English is compiled in and needs none. */
declare const LOCALES: string[];

export interface Language {
  /** What `Intl` formats by. */
  locale: string;
  dir: 'ltr' | 'rtl';
  /** The texts' file, or nothing for English. */
  file?: string;
}

const loaded = new Map<string, Promise<Messages>>();

/** Not every browser can tell, and some by a method, others by a property. */
const RTL = /^(Adlm|Arab|Hebr|Mand|Nkoo|Rohg|Samr|Syrc|Thaa)$/;
/** Where Spanish is written as in Spain (CLDR's parent locales); elsewhere it is Latin American. */
const SPAIN = /^(EA|ES|GQ|IC|PH)$/;

/** The first of these that we speak, with its texts on their way. */
export function speak(wanted: readonly string[], english: Spoken): Spoken {
  const language = chooseLanguage(wanted);
  const { locale, dir } = language;
  if (!language.file) return { ...english, locale };
  const soon = loadMessages(language).then((words) => (words ? { locale, dir, words } : english));
  return { locale, dir, words: english.words, soon };
}

/** The first of these that we speak, or English. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const locale = read(tag);
    const file = locale && fileFor(locale);
    if (file) return { locale: `${locale}`, dir: directionOf(new Intl.Locale(file)), file: file === 'en' ? undefined : file };
  }
  return { locale: 'en', dir: 'ltr' };
}

/** The texts in that language; nothing when they cannot be had, or are English. */
export async function loadMessages({ file }: Language): Promise<Messages | undefined> {
  if (!file) return undefined;
  // The frame and its widget both ask.
  const loading = loaded.get(file) ?? localeFile(file);
  loaded.set(file, loading);
  return loading.catch(() => void loaded.delete(file));
}

/** `Intl` reads old codes as what they are now: `iw` as `he`, `in` as `id`, `tl` as `fil`. */
function read(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag.replace(/_/g, '-'));
  } catch {
    return undefined;
  }
}

/** The same tag, or one in the same language and script: `zh-TW` is written as `zh-Hant`, and `hi-Latn` is not `hi`. */
function fileFor(locale: Intl.Locale): string | undefined {
  const files = ['en', ...LOCALES];
  const { language, script } = locale.maximize();
  const same = files.filter((file) => {
    const likely = new Intl.Locale(file).maximize();
    return likely.language === language && likely.script === script;
  });
  const inRegion = same.find((file) => file === `${language}-${locale.region}`);
  if (language === 'es' && locale.region && !SPAIN.test(locale.region) && same.includes('es-419')) return 'es-419';
  return inRegion ?? same.find((file) => file === `${language}-${script}` || file === language) ?? same[0];
}

function directionOf(locale: Intl.Locale): 'ltr' | 'rtl' {
  const known = locale as { getTextInfo?(): { direction?: string }; textInfo?: { direction?: string } };
  const direction = (known.getTextInfo?.() ?? known.textInfo)?.direction;
  return direction === 'rtl' || (!direction && RTL.test(locale.maximize().script ?? '')) ? 'rtl' : 'ltr';
}
