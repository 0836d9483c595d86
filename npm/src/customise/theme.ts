// Circle's `ThemeColor`, as tokens over one of our own themes. A colour that a host gives is kept, even where it makes a
// text hard to read: the host is told. Two are not for the host to spoil: what went wrong, and where the focus is. And a
// colour of ours that no longer fits the host's ground is made to.
import { contrast, luminance, over, parse, write, type Colour } from './colour.ts';
import { list, own, type Warnings } from './read.ts';
import { COLOURS } from './slots.ts';

type Colours = Record<string, Colour>;

/** As in `style/tokens.css`; a test compares them. */
export const BASE = {
  light: {
    '--pr-bg': '#ffffff', '--pr-surface': '#f5f6f9', '--pr-text': '#14161a', '--pr-muted': '#555c6a', '--pr-border': '#d9dde4',
    '--pr-field-bg': '#ffffff', '--pr-field-border': '#7d8596', '--pr-accent': '#2f4fe0', '--pr-on-accent': '#ffffff',
    '--pr-accent-hover': '#2440c0', '--pr-danger': '#b42318', '--pr-danger-bg': '#fef3f2', '--pr-warn': '#8a4b00',
    '--pr-warn-bg': '#fff6e5', '--pr-ok': '#067647', '--pr-ok-bg': '#ebfbf2', '--pr-focus': '#1d3fd8',
  },
  dark: {
    '--pr-bg': '#15171c', '--pr-surface': '#1e2129', '--pr-text': '#f1f3f7', '--pr-muted': '#a7afbe', '--pr-border': '#343a46',
    '--pr-field-bg': '#1b1e25', '--pr-field-border': '#717b8e', '--pr-accent': '#93a8ff', '--pr-on-accent': '#0b1026',
    '--pr-accent-hover': '#b3c1ff', '--pr-danger': '#ff9c91', '--pr-danger-bg': '#3a1b18', '--pr-warn': '#ffc873',
    '--pr-warn-bg': '#36270f', '--pr-ok': '#5fd79d', '--pr-ok-bg': '#12301f', '--pr-focus': '#b3c1ff',
  },
};

/** A token that is not set looks like this one. In an order in which each stands after what it looks like. */
export const LIKE: Record<string, string> = {
  '--pr-point': '--pr-muted', '--pr-hint': '--pr-muted', '--pr-summary': '--pr-hint', '--pr-summary-strong': '--pr-text',
  '--pr-placeholder': '--pr-muted', '--pr-slot-bg': '--pr-field-bg', '--pr-slot-border': '--pr-field-border',
  '--pr-slot-dot': '--pr-text', '--pr-slot-text': '--pr-text', '--pr-field-text': '--pr-text',
  '--pr-field-focus': '--pr-focus', '--pr-field-error': '--pr-danger', '--pr-list-bg': '--pr-field-bg',
  '--pr-list-open': '--pr-field-focus', '--pr-list-error': '--pr-field-error', '--pr-main-hover-text': '--pr-on-accent',
  '--pr-alt-text': '--pr-text', '--pr-alt-border': '--pr-field-border', '--pr-alt-hover': '--pr-surface',
  '--pr-alt-hover-text': '--pr-alt-text', '--pr-link': '--pr-accent', '--pr-link-bg': '--pr-bg',
  '--pr-link-hover': '--pr-link-bg', '--pr-link-hover-text': '--pr-link', '--pr-hint-title': '--pr-hint',
  '--pr-hint-title-bg': '--pr-bg', '--pr-hint-words': '--pr-hint',
};

/** WCAG 2.2: 4.5 for text, 3 for what tells where something is. A token, what it lies on, and how much it takes. */
export const PAIRS: readonly (readonly [token: string, ground: string, least: number])[] = [
  ['--pr-text', '--pr-bg', 4.5], ['--pr-muted', '--pr-bg', 4.5], ['--pr-point', '--pr-bg', 4.5], ['--pr-hint', '--pr-bg', 4.5],
  ['--pr-summary', '--pr-bg', 4.5], ['--pr-summary-strong', '--pr-bg', 4.5], ['--pr-ok', '--pr-bg', 4.5],
  ['--pr-warn', '--pr-warn-bg', 4.5], ['--pr-field-text', '--pr-field-bg', 4.5], ['--pr-field-text', '--pr-list-bg', 4.5],
  ['--pr-placeholder', '--pr-field-bg', 4.5], ['--pr-field-border', '--pr-bg', 3], ['--pr-slot-text', '--pr-slot-bg', 4.5],
  ['--pr-slot-dot', '--pr-slot-bg', 3], ['--pr-slot-border', '--pr-bg', 3], ['--pr-on-accent', '--pr-accent', 4.5],
  ['--pr-main-hover-text', '--pr-accent-hover', 4.5], ['--pr-alt-text', '--pr-bg', 4.5],
  ['--pr-alt-hover-text', '--pr-alt-hover', 4.5], ['--pr-alt-border', '--pr-bg', 3], ['--pr-link', '--pr-link-bg', 4.5],
  ['--pr-link-hover-text', '--pr-link-hover', 4.5], ['--pr-hint-title', '--pr-hint-title-bg', 4.5],
  ['--pr-hint-words', '--pr-bg', 4.5],
  ['--pr-danger', '--pr-bg', 4.5], ['--pr-danger', '--pr-danger-bg', 4.5], ['--pr-focus', '--pr-bg', 3],
  ['--pr-field-focus', '--pr-bg', 3], ['--pr-field-error', '--pr-bg', 3], ['--pr-list-open', '--pr-bg', 3],
  ['--pr-list-error', '--pr-bg', 3],
];
/** Kept readable whatever the host says. */
export const CRITICAL = ['--pr-danger', '--pr-focus', '--pr-field-focus', '--pr-field-error', '--pr-list-open', '--pr-list-error'];

const MOST_STOPS = 6;
const SLOTS = new Map(Object.entries(COLOURS).map(([slot, token]) => [token, `themeColor.${slot}`]));

export interface Theme {
  theme?: 'light' | 'dark';
  tokens: Record<string, string>;
}

export function theme(colours: unknown, warnings: Warnings): Theme {
  const given = read(colours, warnings);
  const stops = list(own(colours, 'titleGradients'), MOST_STOPS)
    .map((value, index) => colour(value, `themeColor.titleGradients.${index}`, warnings))
    .filter((stop) => stop !== undefined);
  const shade = backdrop(colours, warnings);
  const tokens: Record<string, string> = shade ? { '--pr-backdrop': write(shade) } : {};
  if (!Object.keys(given).length && !stops.length) return { tokens };

  // Nothing shines through the card: what lies behind it is not the host's to choose here.
  if (given['--pr-bg']) given['--pr-bg'] = over(given['--pr-bg'], [255, 255, 255, 1]);
  const theme = given['--pr-bg'] && luminance(given['--pr-bg']) < 0.18 ? 'dark' : 'light';
  const fitted = fit(given, theme, warnings);
  for (const [token, value] of Object.entries(fitted)) tokens[token] = write(value);

  const ground = over(resolve('--pr-bg', fitted, theme), [255, 255, 255, 1]);
  if (stops.some((stop) => contrast(stop, ground) < 4.5)) warnings.add('themeColor.titleGradients', 'a contrast below 4.5 on bg');
  // One colour is a gradient to itself.
  if (stops.length) tokens['--pr-title-gradient'] = `linear-gradient(90deg, ${[stops[0], ...(stops[1] ? stops.slice(1) : stops)].map(write).join(', ')})`;
  return { theme, tokens };
}

function read(colours: unknown, warnings: Warnings): Colours {
  const found: Colours = {};
  for (const [slot, token] of Object.entries(COLOURS)) {
    const value = colour(own(colours, slot), `themeColor.${slot}`, warnings);
    if (value) found[token] = value;
  }
  return found;
}

function colour(value: unknown, name: string, warnings: Warnings): Colour | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return parse(value) ?? warnings.add(name, 'not a colour');
}

/** Circle's default is our own: half of something near black. */
function backdrop(colours: unknown, warnings: Warnings): Colour | undefined {
  const shade = colour(own(colours, 'backdrop'), 'themeColor.backdrop', warnings);
  const told = own(colours, 'backdropOpacity');
  const opacity = typeof told === 'number' && told >= 0 && told <= 1 ? told : undefined;
  if (told !== undefined && told !== null && opacity === undefined) warnings.add('themeColor.backdropOpacity', 'not a number from 0 to 1');
  if (!shade && opacity === undefined) return undefined;
  const [red, green, blue, alpha] = shade ?? [10, 12, 18, 1];
  return [red, green, blue, opacity ?? (alpha < 1 ? alpha : 0.5)];
}

/** What was given, and what must follow from it. */
function fit(given: Colours, theme: 'light' | 'dark', warnings: Warnings): Colours {
  const made: Colours = { ...given };
  // As in tokens.css: a colour of the host's does not turn into one of ours under the pointer.
  if (given['--pr-accent']) made['--pr-accent-hover'] ??= given['--pr-accent'];
  if (given['--pr-bg']) {
    // Our quiet boxes are a breath away from our ground; from another ground they have to be made anew.
    const tint = (token: string, by: number) => over([...resolve(token, made, theme).slice(0, 3), by] as unknown as Colour, given['--pr-bg']);
    made['--pr-surface'] = tint('--pr-text', 0.05);
    made['--pr-danger-bg'] = tint('--pr-danger', 0.07);
    made['--pr-warn-bg'] = tint('--pr-warn', 0.07);
    made['--pr-ok-bg'] = tint('--pr-ok', 0.07);
  }
  for (const [token, ground, least] of PAIRS) {
    const [text, below] = [resolve(token, made, theme), over(resolve(ground, made, theme), resolve('--pr-bg', made, theme))];
    if (contrast(text, below) >= least) continue;
    const slot = SLOTS.get(token);
    if (given[token] && !CRITICAL.includes(token)) {
      warnings.add(slot ?? token, `a contrast below ${least} on ${name(ground)}`);
      continue;
    }
    if (given[token]) warnings.add(slot ?? token, `a contrast below ${least} on ${name(ground)}; another colour is shown`);
    made[token] = readable(token, below, least);
    // Its box too, for one colour may not fit both.
    if (token === '--pr-danger') made['--pr-danger-bg'] = resolve('--pr-bg', made, theme);
  }
  return made;
}

/** Ours from the other theme if that does, or else black or white, one of which always does. */
function readable(token: string, ground: Colour, least: number): Colour {
  const ours = [BASE.light, BASE.dark].map((base) => parse((base as Record<string, string>)[token]));
  const plain: Colour[] = [[0, 0, 0, 1], [255, 255, 255, 1]];
  plain.sort((one, other) => contrast(other, ground) - contrast(one, ground));
  return ours.find((colour) => colour && contrast(colour, ground) >= least) ?? plain[0];
}

/** The colour that a token shows. */
function resolve(token: string, made: Colours, theme: 'light' | 'dark'): Colour {
  const base = BASE[theme] as Record<string, string>;
  return made[token] ?? parse(base[token]) ?? resolve(LIKE[token] ?? '--pr-text', made, theme);
}

const name = (token: string) => SLOTS.get(token)?.replace('themeColor.', '') ?? token;
