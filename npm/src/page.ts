// The single page: plays the host application. Fields for a session, Execute, and the outcome as it happens.
import { mount, type Mounted } from './loader.ts';

const FIELDS = ['appId', 'userToken', 'encryptionKey', 'challengeId'] as const;
type Field = (typeof FIELDS)[number];

const form = byId<HTMLFormElement>('session');
const json = byId<HTMLTextAreaElement>('json');
const place = byId('widget');
const empty = place.firstElementChild;
const log = byId('log');
let running: Mounted | undefined;

json.addEventListener('input', () => {
  const found = readSession(json.value);
  for (const name of found.keys()) field(name).value = found.get(name) ?? '';
  if (!found.size) return;
  // It holds a token and a key: it has served its purpose.
  json.value = '';
  byId('json-help').textContent = `Filled ${[...found.keys()].map((name) => field(name).labels?.[0].firstChild?.textContent?.trim()).join(', ')}.`;
});

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  running?.unmount();
  await running?.done;
  const value = (name: Field) => field(name).value.trim();
  log.replaceChildren();
  write('executed', { challengeId: value('challengeId') });
  empty?.remove();
  running = mount(place, {
    session: {
      userToken: value('userToken'),
      encryptionKey: value('encryptionKey'),
      challengeId: value('challengeId'),
      appId: value('appId') || undefined,
    },
    onStep: ({ step, index, total }) => write(step, total ? { index, total } : undefined),
    onError: (error) => write('error', error),
    onOutcome: (outcome) => write(outcome.status, outcome, true),
  });
  const here = running;
  await here.done;
  if (running === here && empty) place.append(empty);
});

/** Our four names, wherever they are in the JSON: pasted by hand, or a reply as the gateway gave it. */
function readSession(text: string): Map<Field, string> {
  const found = new Map<Field, string>();
  const search = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [name, value] of Object.entries(node)) {
      if (typeof value === 'string' && (FIELDS as readonly string[]).includes(name)) found.set(name as Field, value);
      else search(value);
    }
  };
  try {
    search(JSON.parse(text));
  } catch {
    // Still being typed.
  }
  return found;
}

function write(what: string, detail?: object, final = false): void {
  const line = document.createElement('li');
  if (final) line.className = 'final';
  const time = document.createElement('time');
  // Not toLocaleTimeString: its first call loads the locale's data, a long task on a phone.
  time.textContent = new Date().toTimeString().slice(0, 8);
  const name = document.createElement('strong');
  name.textContent = what;
  line.append(time, name);
  if (detail) {
    const code = document.createElement('code');
    code.textContent = JSON.stringify(detail);
    line.append(code);
  }
  log.append(line);
}

function field(name: Field): HTMLInputElement {
  return byId<HTMLInputElement>(name);
}

function byId<E extends HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element as E;
}
