// The page's side as the frame hears it: one port from the page around, and what comes through it. That page may be
// hostile, so each value is taken only in the form it must have.
import type { Flow, Session } from '../types.ts';
import { member, text } from './init.ts';
import type { Start, ToFrame, ToHost } from './messages.ts';

const FLOWS = [
  'INITIALIZE', 'SET_PIN', 'SET_SECURITY_QUESTIONS', 'CHANGE_PIN', 'RESTORE_PIN', 'SET_RECOVERY', 'RESTORE_PIN_BY_CODE',
  'RESTORE_PIN_BY_CODE_AND_ANSWERS', 'CREATE_WALLET', 'EXPORT_PRIVATE_KEYS', 'RECOVER_WALLETS',
] as const satisfies Flow[];
/** No language has a longer tag that means something here. */
const LONGEST_TAG = 35;

export interface Connection {
  start: Start;
  port: MessagePort;
}

/** Waits for the first port of the page around this one; none after it is looked at. */
export function connect(origin: string): Promise<Connection> {
  return new Promise((resolve) => {
    const listen = ({ source, origin: sender, data, ports }: MessageEvent) => {
      if (source !== window.parent || sender !== origin || ports.length !== 1) return;
      const start = read(data);
      if (!start) return;
      removeEventListener('message', listen);
      resolve({ start, port: ports[0] });
    };
    addEventListener('message', listen);
  });
}

/** Reads a greeting; nothing for any other message. What is of another form counts as not said. */
export function read(data: unknown): Start | undefined {
  if (member(data, 'repin') !== 1) return undefined;
  const start = member(data, 'start');
  const one = <Value>(name: keyof Start, ...values: Value[]) => values.find((value) => value === member(start, name));
  const ms = member(start, 'successAutoCloseMs');
  return {
    locale: tag(member(start, 'locale')),
    dir: one('dir', 'ltr', 'rtl'),
    theme: one('theme', 'light', 'dark'),
    flow: one('flow', ...FLOWS),
    successAutoCloseMs: typeof ms === 'number' && ms > 0 && ms < 2 ** 31 ? ms : undefined,
    customizations: member(start, 'customizations'),
    appearance: member(start, 'appearance'),
    renews: member(start, 'renews') === true,
    handsOver: member(start, 'handsOver') === true,
  };
}

/** As `Intl` writes it, which throws at what is no tag. */
function tag(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value || value.length > LONGEST_TAG) return undefined;
  try {
    return Intl.getCanonicalLocales(value.replace(/_/g, '-'))[0];
  } catch {
    return undefined;
  }
}

export interface Host {
  tell(message: ToHost): void;
  /** A session, or nothing where the page gives none. Rejects with the page's reason. */
  ask(reason: Extract<ToHost, { ask: unknown }>['ask']): Promise<Session | undefined>;
}

/** Speaks through the port, up to the outcome. */
export function talk(port: MessagePort, cancel: (by: 'escape' | 'host') => void): Host {
  const waiting = new Map<unknown, { resolve(session?: Session): void; reject(error: Error): void }>();
  let asked = 0;
  let over = false;
  const tell = (message: ToHost) => {
    if (over) return;
    over = 'outcome' in message;
    port.postMessage(message);
  };
  port.onmessage = ({ data }: MessageEvent<ToFrame>) => {
    const by = member(data, 'cancel');
    if (by === 'escape' || by === 'host') return cancel(by);
    const id = member(data, 'answer');
    const question = waiting.get(id);
    waiting.delete(id);
    const error = member(data, 'error');
    if (typeof error === 'string') question?.reject(new TypeError(error.slice(0, 1000)));
    else question?.resolve(session(member(data, 'session')));
  };
  return {
    tell,
    ask: (ask) =>
      new Promise((resolve, reject) => {
        waiting.set((asked += 1), { resolve, reject });
        tell({ ask, id: asked });
      }),
  };
}

/** All three, each no longer than it can be; else none. */
function session(value: unknown): Session | undefined {
  const [userToken, encryptionKey, challengeId] = [text(value, 'userToken'), text(value, 'encryptionKey'), text(value, 'challengeId')];
  if (!userToken || !encryptionKey || !challengeId) return undefined;
  return { userToken, encryptionKey, challengeId, appId: text(value, 'appId') || undefined };
}
