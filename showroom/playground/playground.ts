// The playground: what is chosen goes into the address, into the frame, and into code to paste.
import type { Stage } from '../stage/stage.ts';
import { code, LANGUAGES, type Language } from './code.ts';
import { FLOWS, read, SCENARIOS, write } from './state.ts';
import { draw, hex, judge } from './theme.ts';

/** The tags of the languages there are, put in when it is built. */
declare const TAGS: string[];

const state = read(location.search);
const controls = byId<HTMLFormElement>('controls');
const frame = byId<HTMLIFrameElement>('stage');
const log = byId('log');
let language: Language = 'HTML';
let stage: Stage | undefined;

fill('flow', FLOWS);
fill('scenario', SCENARIOS);
fill('locale', Object.fromEntries(TAGS.map((tag) => [tag, named(tag)])));
for (const [name, value] of Object.entries(state)) {
  const field = controls.elements.namedItem(name);
  if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = !!value;
  else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = `${value}`;
}
// A phone's screen has no room for every drawer at once.
if (matchMedia('(max-width: 50rem)').matches) {
  for (const [index, drawer] of controls.querySelectorAll<HTMLDetailsElement>(':scope > details').entries()) drawer.open = index === 0;
}
byId('languages').replaceChildren(...LANGUAGES.map((name) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = name;
  button.onclick = () => {
    language = name;
    tell();
  };
  return button;
}));

controls.addEventListener('change', ({ target }) => {
  const { name, type, value, checked } = target as HTMLInputElement;
  if (!(name in state)) return;
  const given = type === 'checkbox' ? checked : name === 'delay' || name === 'width' ? Number(value) : value;
  Object.assign(state, { [name]: given });
  if (name === 'width') return tell();
  // A theme can change under what was typed; everything else is another story.
  if (name === 'theme') dressed();
  else void start();
});
controls.addEventListener('submit', (event) => event.preventDefault());
byId('again').onclick = () => void start();
byId('clear').onclick = () => log.replaceChildren();
byId('copy').onclick = ({ currentTarget }) => copy(currentTarget as HTMLElement, byId('code').textContent ?? '');
byId('share').onclick = ({ currentTarget }) => copy(currentTarget as HTMLElement, location.href);
addEventListener('message', ({ origin, source, data }) => {
  if (origin === location.origin && source === frame.contentWindow && data === 'stage') void ready();
});
// The frame may have been quicker than this script.
if ((frame.contentWindow as { stage?: Stage } | null)?.stage) void ready();
tell();

async function ready(): Promise<void> {
  if (stage) return;
  stage = (frame.contentWindow as unknown as { stage: Stage }).stage;
  await start();
  document.documentElement.dataset.ready = '';
}

async function start(): Promise<void> {
  tell();
  note('start', { flow: state.flow, scenario: state.scenario });
  await stage?.start(structuredClone(state), note);
  await settled();
  edit();
}

/** Draws the editor anew, with the colours that the theme shows. */
function edit(): void {
  draw(byId('colours'), state, shown, dressed);
  weigh();
}

function dressed(): void {
  tell();
  stage?.dress(structuredClone(state));
  weigh();
}

function weigh(): void {
  if (stage) judge(byId('pairs'), byId('verdict'), stage.measure());
}

/** What a token shows in the frame. */
function shown(token: string): string {
  const element = frame.contentDocument?.querySelector('[data-mock]')?.shadowRoot?.querySelector('.repin');
  if (!element) return '#000000';
  const probe = element.ownerDocument.createElement('i');
  probe.style.color = `var(${token.replace('--pr-', '--')})`;
  element.append(probe);
  const colour = hex(element.ownerDocument.defaultView!.getComputedStyle(probe).color);
  probe.remove();
  return colour;
}

/** The widget's element stands in the frame, dressed. */
async function settled(): Promise<void> {
  for (let tries = 0; tries < 200 && !stage?.measure().length; tries += 1) await new Promise((next) => setTimeout(next, 25));
}

function tell(): void {
  const query = write(state);
  history.replaceState(null, '', query ? `?${query}` : location.pathname);
  byId('code').textContent = code(language, state);
  for (const button of byId('languages').children) button.ariaPressed = `${button.textContent === language}`;
  const bezel = byId('bezel');
  if (state.width) bezel.style.setProperty('--width', `${state.width}px`);
  else bezel.style.removeProperty('--width');
  bezel.classList.toggle('phone', state.width > 0 && state.width < 480);
}

function note(what: string, detail?: object): void {
  const line = document.createElement('li');
  line.className = what;
  const time = document.createElement('time');
  time.textContent = new Date().toTimeString().slice(0, 8);
  const name = document.createElement('strong');
  name.textContent = what;
  line.append(time, name);
  if (detail) {
    const text = document.createElement('span');
    text.textContent = Object.entries(detail).map(([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`).join(', ');
    line.append(text);
  }
  log.append(line);
  log.scrollTop = log.scrollHeight;
}

async function copy(button: HTMLElement, text: string): Promise<void> {
  const words = button.textContent;
  await navigator.clipboard.writeText(text).then(
    () => (button.textContent = 'Copied'),
    () => (button.textContent = 'Not allowed'),
  );
  setTimeout(() => (button.textContent = words), 1_500);
}

function fill(name: string, values: Record<string, string>): void {
  const select = controls.elements.namedItem(name) as HTMLSelectElement;
  select.replaceChildren(...Object.entries(values).map(([value, words]) => new Option(words, value)));
}

function named(tag: string): string {
  if (tag === 'en-XA') return 'Pseudo, longer (en-XA)';
  if (tag === 'ar-XB') return 'Pseudo, right to left (ar-XB)';
  return `${new Intl.DisplayNames([tag], { type: 'language' }).of(tag)} (${tag})`;
}

function byId<E extends HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as E;
}
