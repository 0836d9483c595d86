// Measures what is hard to read, as it shows: the colours are asked of the browser, whatever they were written as.
import { contrast, type Colour } from '../customise/colour.ts';

/** WCAG 2.2: 4.5 for text, 3 for what tells where something is. A token, what it lies on, and the least it takes. */
export const PAIRS: readonly (readonly [token: string, ground: string, least: number])[] = [
  ['text', 'bg', 4.5], ['muted', 'bg', 4.5], ['accent', 'bg', 4.5], ['on-accent', 'accent', 4.5], ['on-accent', 'accent-hover', 4.5],
  ['danger', 'bg', 4.5], ['danger', 'danger-bg', 4.5], ['warn', 'warn-bg', 4.5], ['ok', 'bg', 4.5], ['ok', 'ok-bg', 3],
  ['text', 'surface', 4.5], ['muted', 'surface', 4.5], ['text', 'field-bg', 4.5], ['field-border', 'bg', 3], ['focus', 'bg', 3],
];

export interface Measured {
  token: string;
  ground: string;
  /** From 1 to 21. */
  ratio: number;
  least: number;
}

/** Every pair, as the widget whose element is `frame` shows it now. It has to stand in the page. */
export function measure(frame: HTMLElement): Measured[] {
  const probe = document.createElement('i');
  probe.hidden = true;
  frame.append(probe);
  const read = (token: string) => {
    probe.style.color = `var(--${token})`;
    return parse(getComputedStyle(probe).color);
  };
  const measured = PAIRS.map(([token, ground, least]) => {
    const ratio = contrast(read(token), read(ground));
    return { token: `--pr-${token}`, ground: `--pr-${ground}`, ratio, least };
  });
  probe.remove();
  return measured;
}

/** Writes what falls short to the console, for developers. */
export function tell(frame: HTMLElement): void {
  if (!frame.isConnected) return;
  for (const { token, ground, ratio, least } of measure(frame)) {
    if (ratio < least) console.warn(`repin: ${token} on ${ground} has a contrast of ${ratio.toFixed(2)}; people need ${least}`);
  }
}

/** `rgb()` or `rgba()`, and `color(srgb …)` for what was mixed: what browsers compute. */
function parse(computed: string): Colour {
  const numbers = (computed.match(/[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const whole = computed.startsWith('color(') ? 255 : 1;
  const [red = 0, green = 0, blue = 0, alpha = 1] = numbers;
  return [red * whole, green * whole, blue * whole, alpha];
}
