// `appearance` as a page sends it into the frame: our own tokens in place of Circle's slots, read with as little trust.
// Colours and lengths pass. A font would be fetched or measured, and a shadow is a picture of any size: neither does.
import type { Appearance } from '../types.ts';
import { over, parse, write } from './colour.ts';
import { own, Warnings } from './read.ts';
import { BASE } from './theme.ts';

const THEMES = ['auto', 'light', 'dark', 'minimal', 'rounded', 'high-contrast'] as const;
const LENGTHS = ['--pr-radius', '--pr-gap', '--pr-field-radius'];
/** Wider than this the six slots of a PIN leave a phone's screen. */
const LONGEST: Record<string, number> = { px: 40, rem: 2.5, em: 2.5 };

export function readAppearance(sent: unknown): { appearance: Appearance; warnings: string[] } {
  const warnings = new Warnings();
  const theme = own(sent, 'theme');
  const known = THEMES.find((name) => name === theme);
  if (theme !== undefined && !known) warnings.add('theme', 'not a theme');
  const variables: Record<string, string> = {};
  const take = (token: string, what: string, read: (value: unknown) => string | undefined) => {
    const value = own(own(sent, 'variables'), token);
    if (value === undefined) return;
    const made = read(value);
    if (made === undefined) warnings.add(token, `not a ${what}`);
    else variables[token] = made;
  };
  for (const token of Object.keys(BASE.light)) take(token, 'colour', (value) => colour(token, value));
  for (const token of LENGTHS) take(token, `length from 0 to ${LONGEST.px}px or ${LONGEST.rem}rem`, length);
  return { appearance: { theme: known, variables, disableAnimations: own(sent, 'disableAnimations') === true }, warnings: warnings.lines };
}

/** Written anew. Nothing shines through the card. */
function colour(token: string, value: unknown): string | undefined {
  const read = parse(value);
  return read && write(token === '--pr-bg' ? over(read, [255, 255, 255, 1]) : read);
}

function length(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 16) return undefined;
  const [, number, unit] = /^(\d{1,2}(?:\.\d{1,3})?)(px|rem|em)$/.exec(value) ?? [];
  return unit && Number(number) <= LONGEST[unit] ? value : value === '0' ? '0px' : undefined;
}
