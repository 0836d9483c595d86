// Every state of the widget on one page, from fixed data and with nothing behind it. The look is in the address.
declare const TAGS: string[];

interface Gallery {
  default(): Promise<unknown>;
  names(): string[];
  show(container: HTMLElement, name: string, options: object): void;
}

const { default: init, names, show } = (await import('./repin_gallery.js' as string)) as Gallery;
const { PRESETS } = (await import('../repin/repin-appearance.js' as string)) as typeof import('../../npm/src/appearance/appearance.ts');

const look = document.getElementById('look') as HTMLFormElement;
const states = document.getElementById('states') as HTMLElement;
const locales = look.elements.namedItem('locale') as HTMLSelectElement;
locales.append(...TAGS.map((tag) => new Option(tag === 'en-XA' || tag === 'ar-XB' ? `Pseudo (${tag})` : `${new Intl.DisplayNames([tag], { type: 'language' }).of(tag)}`, tag)));
locales.value = 'en';
for (const [name, value] of new URLSearchParams(location.search)) {
  const field = look.elements.namedItem(name);
  if (field instanceof HTMLSelectElement && [...field.options].some((option) => option.value === value)) field.value = value;
}
look.addEventListener('change', () => void draw());
// In a root of its own each, as in a host's page: the sheet of this page stays outside.
const base = new CSSStyleSheet();
base.replaceSync(await (await fetch(new URL('../repin/repin.css', import.meta.url))).text());
await init();
await draw();
document.documentElement.dataset.ready = '';

async function draw(): Promise<void> {
  const chosen = Object.fromEntries([...look.elements].map((field) => [(field as HTMLSelectElement).name, (field as HTMLSelectElement).value]));
  const start: Record<string, string> = { theme: 'auto', preset: '', locale: 'en', dir: 'auto', width: '0' };
  const query = new URLSearchParams(Object.entries(chosen).filter(([name, value]) => value !== start[name]));
  history.replaceState(null, '', `${query}` ? `?${query}` : location.pathname);

  const { theme, preset, locale, dir, width } = chosen;
  const [messages, right] = await words(locale);
  const sheet = new CSSStyleSheet();
  // Nothing is measured here, and dozens of cards that fade in at once are no sight.
  sheet.replaceSync(`${PRESETS[preset] ?? ''} .page > *, .hero { animation: none !important; } .repin:not([data-presentation="inline"]) .card { min-block-size: 0 !important; }`);
  states.className = theme === 'auto' ? '' : theme;
  if (+width) states.style.setProperty('--width', `${width}px`);
  else states.style.removeProperty('--width');
  states.replaceChildren();
  for (const name of names()) {
    const figure = document.createElement('figure');
    const section = document.createElement('section');
    section.className = 'repin';
    section.lang = locale;
    section.dir = dir === 'auto' ? (right ? 'rtl' : 'ltr') : dir;
    section.ariaLabel = name;
    if (theme !== 'auto') section.dataset.theme = theme;
    const caption = document.createElement('figcaption');
    const link = document.createElement('a');
    link.href = `#${name}`;
    link.id = name;
    link.textContent = name;
    caption.append(link);
    const host = document.createElement('div');
    const root = host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [base, sheet];
    root.append(section);
    figure.append(host, caption);
    states.append(figure);
    show(section, name, { locale, messages, still: true });
  }
}

/** A language's texts, and whether it is written from the right. */
async function words(locale: string): Promise<[messages: unknown, right: boolean]> {
  const right = /^(ar|he|fa|ur)\b/.test(locale);
  if (locale === 'en') return [undefined, right];
  const response = await fetch(new URL(`../repin/locales/${locale}.json`, import.meta.url));
  return [response.ok ? (await response.json()).face : undefined, right];
}
