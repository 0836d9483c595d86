// Everything the playground shows, in its address: a link shows another person the same. There is nothing secret in it,
// for all of it is played.
import type { Scenario } from '../../npm/src/mock/mock.ts';
import type { Flow } from '../../npm/src/types.ts';

export interface State {
  flow: Flow;
  scenario: Scenario;
  delay: number;
  theme: 'auto' | 'light' | 'dark';
  preset: '' | 'minimal' | 'rounded' | 'high-contrast';
  tokens: Record<`--pr-${string}`, string>;
  still: boolean;
  locale: string;
  dir: 'auto' | 'ltr' | 'rtl';
  presentation: 'auto' | 'inline' | 'dialog';
  /** Of the frame, in CSS pixels; 0 for all there is. */
  width: number;
}

export const START: State = {
  flow: 'RESTORE_PIN',
  scenario: 'ok',
  delay: 600,
  theme: 'auto',
  preset: '',
  tokens: {},
  still: false,
  locale: 'en',
  dir: 'auto',
  presentation: 'auto',
  width: 0,
};

export const FLOWS: Record<Flow, string> = {
  RESTORE_PIN: 'Forgot the PIN',
  CHANGE_PIN: 'Change the PIN',
  INITIALIZE: 'First PIN and questions',
  SET_PIN: 'First PIN',
  SET_SECURITY_QUESTIONS: 'Set questions',
  SET_RECOVERY: 'Choose a way back',
  RESTORE_PIN_BY_CODE: 'Forgot the PIN, code by e-mail',
  RESTORE_PIN_BY_CODE_AND_ANSWERS: 'Forgot the PIN, code and answers',
  CREATE_WALLET: 'Create a wallet',
  EXPORT_PRIVATE_KEYS: 'Export private keys',
  RECOVER_WALLETS: 'Forgot the PIN, wallets held elsewhere',
};

/** What each scenario does, in a line. */
export const SCENARIOS: Record<Scenario, string> = {
  ok: 'All goes well',
  'wrong-answers': 'Wrong twice, then right',
  'weak-pin': 'The first new PIN is too easy',
  locked: 'Locked for half an hour',
  slow: 'Every step takes six seconds',
  offline: 'The connection is lost once',
  expiring: 'The session is about to end',
  expired: 'The session has ended',
  error: 'The last step fails once',
  failed: 'The gateway refuses',
  'no-questions': 'No questions were ever set',
  'wallet-unknown': 'One wallet’s state is not known',
  disabled: 'Disabled after many wrong tries',
  'no-session': 'The app has no session',
  unreachable: 'The files cannot be fetched',
  'csp-blocked': 'The page’s policy forbids it',
  unsupported: 'A browser without WebAssembly',
};

/** What the address may hold for each, and how it is read. Whatever else stands there is left out. */
const READ: { [K in Exclude<keyof State, 'tokens'>]: (text: string) => State[K] | undefined } = {
  flow: among(Object.keys(FLOWS) as Flow[]),
  scenario: among(Object.keys(SCENARIOS) as Scenario[]),
  delay: number(0, 60_000),
  theme: among(['auto', 'light', 'dark']),
  preset: among(['', 'minimal', 'rounded', 'high-contrast']),
  still: (text) => text === '1',
  locale: (text) => (/^[A-Za-z0-9-]{2,20}$/.test(text) ? text : undefined),
  dir: among(['auto', 'ltr', 'rtl']),
  presentation: among(['auto', 'inline', 'dialog']),
  width: number(0, 2_000),
};

export function read(search: string): State {
  const state: Record<string, unknown> = { ...START, tokens: {} };
  for (const [name, text] of new URLSearchParams(search)) {
    if (name.startsWith('--pr-')) {
      // A colour in hexadecimal or a length: what the editor makes.
      if (/^--pr-[a-z-]+$/.test(name) && /^(#[0-9a-f]{3,8}|\d{1,3}(px|rem)?)$/i.test(text)) (state.tokens as Record<string, string>)[name] = text;
      continue;
    }
    const value = READ[name as keyof typeof READ]?.(text);
    if (value !== undefined) state[name] = value;
  }
  return state as unknown as State;
}

/** Only what is not as at the start, so that an address stays short. */
export function write(state: State): string {
  const query = new URLSearchParams();
  for (const name of Object.keys(READ) as (keyof typeof READ)[]) {
    if (state[name] !== START[name]) query.set(name, typeof state[name] === 'boolean' ? '1' : `${state[name]}`);
  }
  for (const [token, value] of Object.entries(state.tokens)) query.set(token, value);
  return `${query}`;
}

function among<T extends string>(values: readonly T[]) {
  return (text: string): T | undefined => values.find((value) => value === text);
}

function number(least: number, most: number) {
  return (text: string): number | undefined => (/^\d{1,5}$/.test(text) && +text >= least && +text <= most ? +text : undefined);
}
