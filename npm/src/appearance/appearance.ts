// A host's own looks: one of our themes, tokens of its own, and whether things move. Fetched by pages that ask for any.
import type { Appearance } from '../types.ts';
import { tell } from './contrast.ts';
export { measure } from './contrast.ts';
import highContrast from '../../../style/themes/high-contrast.css';
import minimal from '../../../style/themes/minimal.css';
import rounded from '../../../style/themes/rounded.css';

/** Themes beside `auto`, `light` and `dark`; each follows those. */
export const PRESETS: Record<string, string> = { minimal, rounded, 'high-contrast': highContrast };

const STILL = '.repin *, .repin ::before, .repin ::after { animation: none !important; transition: none !important; }';

/** Dresses the widget whose element is `frame`, inside `root`. Says in the console what was left out and what is hard to read. */
export function wear({ theme, variables = {}, disableAnimations }: Appearance, frame: HTMLElement, root: DocumentOrShadowRoot): void {
  const rules = PRESETS[theme ?? ''] ?? '';
  if (theme === 'light' || theme === 'dark') frame.dataset.theme = theme;
  else if (theme === 'auto') delete frame.dataset.theme;
  else if (theme && !rules) console.warn(`repin: no theme ${theme}`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules + (disableAnimations ? STILL : ''));
  root.adoptedStyleSheets.push(sheet);
  for (const [token, value] of Object.entries(variables)) {
    // Through the object model: a value that ends its rule or begins another is none, and sets nothing.
    if (/^--pr-[a-z-]+$/.test(token)) frame.style.setProperty(token, value);
    else console.warn(`repin: ${token} is not a token`);
  }
  // Once the frame stands in the page: before that nothing has a colour.
  if (rules || Object.keys(variables).length) requestAnimationFrame(() => tell(frame));
}
