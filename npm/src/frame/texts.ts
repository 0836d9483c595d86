// The few texts that the frame has around the widget, in the widget's language.
import { chooseLanguage, loadMessages } from '../language.ts';
import type { Messages } from '../shell.ts';
// @ts-expect-error esbuild takes named imports from JSON; TypeScript follows Node, which does not.
import { frame } from '../../../locales/en.json';

interface Card {
  title: string;
  text: string;
}

export interface FrameTexts extends Messages {
  frame: { on: string; forgot: Card; back: string; sign_in: Card; refused: string };
}

/** The person's: the page's own `lang` is the one it was written in. */
export const LANGUAGE = chooseLanguage(navigator.language);

export const REFUSED: string = frame.refused;
export const ON: string = frame.on;

export async function frameTexts(): Promise<FrameTexts> {
  const messages = await loadMessages(LANGUAGE);
  return { frame, ...messages } as FrameTexts;
}
