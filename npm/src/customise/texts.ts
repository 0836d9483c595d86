// Circle's `Localizations`, as replacements for our own texts.
import { own, text, type Warnings } from './read.ts';
import { HEADLINES, MAY_BE_EMPTY, TEXTS } from './slots.ts';

/** Stands before and after the part of a headline that has the accent. `read.text` lets none through. */
export const ACCENT = '\u001f';
/** UTF-16 units. Circle's longest text of its own has 140. */
const LONGEST = 500;
const LONGEST_PHRASE = 60;
/** Letters that are set apart by spaces; Chinese, Japanese, Thai and their neighbours are not. */
const SPACED = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Hangul}\p{Nd}]/u;

export function texts(localizations: unknown, warnings: Warnings): Record<string, string> {
  const found: Record<string, string> = {};
  const read = (slot: string) => {
    const [screen, name] = slot.split('.');
    return text(own(own(localizations, screen), name), LONGEST, slot, warnings);
  };
  for (const [slot, ours] of Object.entries(TEXTS)) {
    // A sign is told from what it stands by: its spaces are meant.
    const words = ours === 'custom.mark' ? read(slot) : read(slot)?.trim();
    if (words || (words === '' && MAY_BE_EMPTY.test(ours))) found[ours] = words;
  }
  agreement(found, warnings);
  for (const [screen, [title, usual]] of Object.entries(HEADLINES)) {
    const words = headline(read(`${screen}.headline`), read(`${screen}.headline2`), usual);
    if (words) found[title] = words;
  }
  return found;
}

/** The phrase must be one that can be typed, and that can be read before it is typed. */
function agreement(found: Record<string, string>, warnings: Warnings): void {
  const { 'agree.phrase': phrase, 'agree.label': label, 'custom.placeholder.phrase': placeholder } = found;
  if (phrase !== undefined && (!/[\p{L}\p{N}]/u.test(phrase) || phrase.length > LONGEST_PHRASE)) {
    delete found['agree.phrase'];
    warnings.add('securityConfirm.inputMatch', 'nothing that people would type');
  }
  if (label === undefined) return;
  // Circle's own phrase goes with a headline that comes without one.
  found['agree.phrase'] ??= 'I agree';
  if (!`${label} ${placeholder ?? ''}`.toLowerCase().includes(found['agree.phrase'].toLowerCase())) {
    delete found['agree.label'];
    warnings.add('securityConfirm.inputHeadline', 'does not say what inputMatch wants typed');
  }
}

/** `headline2` stands where `{{pin}}` or `{{method}}` says, or else after `headline`. */
function headline(first = '', second = '', usual: string): string {
  const [before, after] = first.split(/\{\{\s*(?:pin|method)\s*\}\}/u, 2);
  const accent = second.trim() || (after === undefined ? '' : usual);
  if (!accent) return before.trim();
  // Circle joins the two without a space, which has misled many.
  const gap = after === undefined && SPACED.test(lastOf(before)) && SPACED.test(firstOf(accent)) ? ' ' : '';
  return `${before.trimStart()}${gap}${ACCENT}${accent}${ACCENT}${(after ?? '').trimEnd()}`;
}

const lastOf = (words: string) => [...words].at(-1) ?? '';
const firstOf = (words: string) => [...words][0] ?? '';
