// Colours by a strict grammar, so that nothing else of CSS comes along: hex, rgb(), hsl() and the names of CSS Color 4.
// What comes out is always written anew.
import { NAMES } from './names.ts';

/** Red, green, blue: 0 to 255. Alpha: 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number];

const NUMBER = '([+-]?(?:\\d{1,4}(?:\\.\\d{1,8})?|\\.\\d{1,8}))';
const PART = `${NUMBER}(%?)`;
const HUE = `${NUMBER}(deg|rad|grad|turn)?`;
const arguments_ = (first: string, second: string) =>
  new RegExp(`^\\(\\s*${first}(?:\\s*,\\s*${second}\\s*,\\s*${second}(?:\\s*,\\s*${PART})?|\\s+${second}\\s+${second}(?:\\s*/\\s*${PART})?)\\s*\\)$`);
const RGB = arguments_(PART, PART);
const HSL = arguments_(HUE, PART);
const TURNS = { deg: 360, grad: 400, rad: 2 * Math.PI, turn: 1 } as Record<string, number>;

/** The colour, or `undefined` for whatever is not one. Never reads more than 64 characters. */
export function parse(value: unknown): Colour | undefined {
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const words = value.trim().toLowerCase();
  if (words.startsWith('#')) return hex(words.slice(1));
  const [, name, rest] = /^([a-z]+)(.*)$/s.exec(words) ?? [];
  if (!name) return undefined;
  if (!rest) return name === 'transparent' ? [0, 0, 0, 0] : hex(named(name) ?? '');
  if (name === 'rgb' || name === 'rgba') return rgb(RGB.exec(rest));
  if (name === 'hsl' || name === 'hsla') return hsl(HSL.exec(rest));
  return undefined;
}

/** `#rrggbb`, or `#rrggbbaa` if one can see through it. */
export function write([red, green, blue, alpha]: Colour): string {
  const parts = alpha < 1 ? [red, green, blue, alpha * 255] : [red, green, blue];
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

function named(name: string): string | undefined {
  return new RegExp(`(?:^|,)${name}:([0-9a-f]{6})`).exec(NAMES)?.[1];
}

function hex(digits: string): Colour | undefined {
  if (!/^(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.test(digits)) return undefined;
  const size = digits.length < 6 ? 1 : 2;
  const part = (at: number) => parseInt(digits.slice(at * size, at * size + size).repeat(3 - size), 16);
  return [part(0), part(1), part(2), digits.length % 4 ? 1 : part(3) / 255];
}

/** Number, unit; then the two that follow in either way of writing; then alpha in either. */
function pieces(found: RegExpExecArray | null) {
  if (!found) return undefined;
  const commas = found[3] !== undefined;
  const at = commas ? 3 : 9;
  const part = (index: number, whole: number) => (Number(found[index]) / (found[index + 1] ? 100 : 1)) * (found[index + 1] ? whole : 1);
  const alpha = found[at + 4] === undefined ? 1 : clamp(part(at + 4, 1), 1);
  return { part, at, alpha };
}

function rgb(found: RegExpExecArray | null): Colour | undefined {
  const read = pieces(found);
  if (!read) return undefined;
  const { part, at, alpha } = read;
  return [clamp(part(1, 255), 255), clamp(part(at, 255), 255), clamp(part(at + 2, 255), 255), alpha];
}

function hsl(found: RegExpExecArray | null): Colour | undefined {
  const read = pieces(found);
  if (!read || !found) return undefined;
  const turns = Number(found[1]) / TURNS[found[2] || 'deg'];
  // Saturation and lightness are percentages, with or without the sign.
  const [saturation, lightness] = [read.at, read.at + 2].map((index) => clamp(Number(found[index]), 100) / 100);
  const channel = (shift: number) => {
    const k = (((shift + turns * 12) % 12) + 12) % 12;
    return 255 * (lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4), read.alpha];
}

const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);

/** What is seen when `top` lies on `ground`, which one cannot see through. */
export function over(top: Colour, ground: Colour): Colour {
  const mixed = (at: 0 | 1 | 2) => top[at] * top[3] + ground[at] * (1 - top[3]);
  return [mixed(0), mixed(1), mixed(2), 1];
}

/** WCAG 2.2's contrast ratio of two colours on a ground, 1 to 21. */
export function contrast(text: Colour, ground: Colour): number {
  const [one, other] = [luminance(over(text, ground)), luminance(ground)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** WCAG 2.2's relative luminance, 0 to 1. */
export function luminance(colour: Colour): number {
  const [red, green, blue] = colour.slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
