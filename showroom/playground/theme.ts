// The theme's editor: a few seeds to change, and what people can still read.
import type { Measured } from '../../npm/src/appearance/contrast.ts';
import type { State } from './state.ts';

/** What the editor offers; every other token is set by hand. */
export const COLOURS: Record<`--pr-${string}`, string> = {
  '--pr-accent': 'Accent',
  '--pr-on-accent': 'On accent',
  '--pr-bg': 'Card',
  '--pr-text': 'Text',
  '--pr-muted': 'Quiet text',
  '--pr-field-border': 'Edges',
};

/** `rgb(…)` as the six digits that a colour field takes. */
export function hex(computed: string): string {
  const numbers = (computed.match(/[\d.]+/g) ?? ['0', '0', '0']).slice(0, 3);
  return `#${numbers.map((part) => Math.round(+part).toString(16).padStart(2, '0')).join('')}`;
}

/** Draws the editor; `shown` is what a token shows now. */
export function draw(place: HTMLElement, state: State, shown: (token: string) => string, change: () => void): void {
  const rows = (Object.entries(COLOURS) as [keyof typeof COLOURS, string][]).map(([token, name]) => {
    const row = document.createElement('label');
    row.className = 'colour';
    const field = document.createElement('input');
    field.type = 'color';
    field.value = state.tokens[token] ?? shown(token);
    field.oninput = () => {
      state.tokens[token] = field.value;
      back.hidden = false;
      change();
    };
    const back = document.createElement('button');
    back.type = 'button';
    back.className = 'back';
    back.textContent = 'Reset';
    back.ariaLabel = `Reset ${name}`;
    back.hidden = !(token in state.tokens);
    back.onclick = () => {
      delete state.tokens[token];
      change();
      field.value = shown(token);
      back.hidden = true;
    };
    const words = document.createElement('span');
    words.textContent = name;
    row.append(field, words);
    const line = document.createElement('div');
    line.className = 'line';
    line.append(row, back);
    return line;
  });
  place.replaceChildren(...rows, radius(state, change));
}

function radius(state: State, change: () => void): HTMLElement {
  const row = document.createElement('label');
  row.className = 'field';
  const words = document.createElement('span');
  const field = document.createElement('input');
  field.type = 'range';
  field.max = '28';
  field.value = `${parseInt(state.tokens['--pr-radius'] ?? '14', 10)}`;
  const say = () => (words.textContent = `Corners: ${field.value} px`);
  field.oninput = () => {
    state.tokens['--pr-radius'] = `${field.value}px`;
    say();
    change();
  };
  say();
  row.append(words, field);
  return row;
}

/** Each pair with its contrast, the worst first, and how many fall short. */
export function judge(place: HTMLElement, summary: HTMLElement, measured: Measured[]): void {
  const short = measured.filter(({ ratio, least }) => ratio < least).length;
  summary.textContent = short ? `Contrast: ${short} of ${measured.length} fall short` : `Contrast: all ${measured.length} pairs are readable`;
  summary.className = short ? 'bad' : 'good';
  const worst = [...measured].sort((one, other) => one.ratio / one.least - other.ratio / other.least);
  place.replaceChildren(...worst.map(({ token, ground, ratio, least }) => {
    const row = document.createElement('li');
    row.className = ratio < least ? 'bad' : 'good';
    const pair = document.createElement('span');
    pair.textContent = `${token.slice(5)} on ${ground.slice(5)}`;
    const figure = document.createElement('strong');
    figure.textContent = `${ratio < least ? '✕' : '✓'} ${ratio.toFixed(1)} of ${least}`;
    row.append(pair, figure);
    return row;
  }));
}
