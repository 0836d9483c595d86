// The few texts that the frame has around the widget, in the widget's language.
import { ENGLISH, type Messages } from '../shell.ts';
import { chooseAmong } from '../speak.ts';
// @ts-expect-error esbuild takes named imports from JSON; TypeScript follows Node, which does not.
import { frame } from '../../../locales/en.json';

interface Card {
  title: string;
  text: string;
}

export interface FrameTexts extends Messages {
  frame: { on: string; forgot: Card; back: string; sign_in: Card; link: Card; return: string; refused: string };
  /** BCP 47. */
  locale: string;
  dir: 'ltr' | 'rtl';
}

/** The person's: the page's own `lang` is the one it was written in. Asked for when there is somebody to speak to. */
export const language = () => (chosen ??= chooseAmong(navigator.languages));
let chosen: ReturnType<typeof chooseAmong> | undefined;

/** In this language rather than in the browser's: to be said before anything else is. */
export function speakIn(tag: string | undefined): void {
  if (tag) chosen = chooseAmong([tag]);
}

export const REFUSED: string = frame.refused;
export const ON: string = frame.on;

export async function frameTexts(): Promise<FrameTexts> {
  const first = await language();
  const { locale, dir, words } = await (first.soon ?? first);
  return { ...ENGLISH, frame, ...words, locale, dir };
}
