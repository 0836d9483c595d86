// Addresses and a font's name. Only `https:`, with no name or password in it, written by the URL parser.
import { own, type Warnings } from './read.ts';
import type { Picture } from './types.ts';
import { PICTURES } from './slots.ts';

const LONGEST_URL = 2048;
/** One family. What a name may hold besides letters and digits cannot end a CSS string or begin anything. */
const FAMILY = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;
/** Behind the host's font, for letters that it lacks. As in `style/tokens.css`. */
const FALLBACK = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** The address, or `undefined` unless it is absolute and `https:`. */
export function address(value: unknown, name: string, warnings: Warnings): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length > LONGEST_URL) return warnings.add(name, 'not an address');
  try {
    const url = new URL(value);
    if (url.protocol !== 'https:' || url.username || url.password) return warnings.add(name, 'not an https: address');
    // So that it can stand in a CSS string: the parser leaves these in queries and fragments.
    const href = url.href.replace(/[\\"'()<>\s]/gu, (sign) => encodeURIComponent(sign).replace(/['()]/g, (s) => `%${s.charCodeAt(0).toString(16)}`));
    return href.length > LONGEST_URL ? warnings.add(name, 'not an address') : href;
  } catch {
    return warnings.add(name, 'not an address');
  }
}

export function pictures(resources: unknown, warnings: Warnings): Partial<Record<Picture, string>> {
  const found: Partial<Record<Picture, string>> = {};
  for (const [slot, part] of Object.entries(PICTURES)) {
    const url = address(own(resources, slot), `resources.${slot}`, warnings);
    if (url) found[part] = url;
  }
  return found;
}

/** A font that the page has, by its name. Its address is a style sheet, which could restyle everything: never fetched. */
export function font(resources: unknown, warnings: Warnings): string | undefined {
  const family = own(resources, 'fontFamily');
  if (own(family, 'url') !== undefined) warnings.add('resources.fontFamily.url', 'style sheets from elsewhere are not loaded');
  const name = own(family, 'name');
  if (name === undefined || name === null || name === '') return undefined;
  if (typeof name !== 'string' || !FAMILY.test(name)) return warnings.add('resources.fontFamily.name', 'not one plain family name');
  return `"${name}", ${FALLBACK}`;
}
