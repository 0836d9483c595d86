// `repin/mock`: the real face and the real flow, with a script where a gateway would be. For demos, galleries and tests of
// pages that embed the widget. It protects nothing: no key is made and nothing is sent. Importing it does nothing.
import type { Failure, Flow, Options, Session, SessionProvider, Vault } from '../types.ts';

/** What happens. Each is a story from the first screen to the last; `docs/mock.md` tells them. */
export const SCENARIOS = [
  'ok', 'wrong-answers', 'weak-pin', 'locked', 'slow', 'offline', 'expiring', 'expired', 'error',
  'failed', 'no-questions', 'wallet-unknown', 'disabled', 'no-session', 'unreachable', 'csp-blocked', 'unsupported',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export const FLOWS: readonly Flow[] = [
  'RESTORE_PIN', 'CHANGE_PIN', 'INITIALIZE', 'SET_PIN', 'SET_SECURITY_QUESTIONS', 'SET_RECOVERY', 'RESTORE_PIN_BY_CODE',
  'RESTORE_PIN_BY_CODE_AND_ANSWERS', 'CREATE_WALLET', 'EXPORT_PRIVATE_KEYS', 'RECOVER_WALLETS',
];

export interface MockOptions {
  /** `ok` when left out. */
  scenario?: Scenario;
  /** `RESTORE_PIN` when left out. */
  flow?: Flow;
  /** How long each exchange takes; 400 when left out, 6,000 in `slow`. */
  delayMs?: number;
  /** `wrong-answers`: how many guesses are wrong before one is right; 2 when left out. Three in a row lock. */
  wrong?: number;
  /** How long a lock lasts; half an hour when left out. */
  lockMs?: number;
  /** How long the session lasts; an hour when left out, 130 seconds in `expiring`. */
  sessionMs?: number;
  /** `error` and `failed`: Circle's number; 155707 and 155122 when left out. */
  code?: number;
}

const failing = (kind: Failure['kind']) => Object.assign(new Error(`mock: ${kind}`), { kind });

/** Stories that end before the flow begins, and what `mount` meets then. The network comes back at the second try. */
const LOADING: Partial<Record<Scenario, () => Error>> = {
  'csp-blocked': () => failing('blocked_by_csp'),
  unsupported: () => failing('unsupported_browser'),
  unreachable: () => new TypeError('mock: the network is away'),
};

/**
 * Options to spread into those of `mount` or `open`: `open({ ...mock({ scenario: 'locked' }) })`. Throws a `TypeError` for
 * a scenario or a flow that there is none of. The widget's element is marked `data-mock`, and the console says so.
 */
export function mock(options: MockOptions = {}): Pick<Options, 'getSession' | 'vault'> & { vault: Vault } {
  const { scenario = 'ok', flow = 'RESTORE_PIN' } = options;
  if (!SCENARIOS.includes(scenario)) throw new TypeError(`repin mock: no scenario ${scenario}`);
  if (!FLOWS.includes(flow)) throw new TypeError(`repin mock: no flow ${flow}`);
  let loads = 0;
  const getSession: SessionProvider = async (reason) => {
    if (scenario === 'no-session') throw new Error('mock: the host has no session');
    // What ended goes on afterwards.
    return mockSession(reason === 'start' ? options : { ...options, scenario: 'ok' });
  };
  const vault: Vault = async (host) => {
    host.dataset.mock = scenario;
    if (!loads) console.info(`repin: a mock plays “${scenario}” (${flow}). Nothing is protected and nothing is sent.`);
    loads += 1;
    const fails = LOADING[scenario];
    if (fails && (scenario !== 'unreachable' || loads === 1)) throw fails();
    return { startWorker: await workers() };
  };
  return { getSession, vault };
}

/** A session whose token is the script. A real vault refuses it before anything is sent, and so does a gateway. */
export function mockSession({ scenario = 'ok', flow = 'RESTORE_PIN', ...figures }: MockOptions = {}): Session {
  const { wrong, lockMs } = figures;
  const delay = figures.delayMs ?? (scenario === 'slow' ? 6_000 : undefined);
  const session = figures.sessionMs ?? (scenario === 'expiring' ? 130_000 : undefined);
  const code = figures.code ?? (scenario === 'failed' ? 155_122 : 155_707);
  // What the vault plays as `ok`, with other figures or none of its doing.
  const played = scenario === 'slow' || scenario === 'expiring' || scenario in LOADING ? 'ok' : scenario;
  const words = { scenario: played, flow, delay, wrong, lock: lockMs, session, code };
  const script = Object.entries(words).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`);
  return {
    userToken: `mock ${script.join(' ')}`,
    encryptionKey: '',
    challengeId: `00000000-0000-4000-8000-${`${FLOWS.indexOf(flow) + 1}`.padStart(12, '0')}`,
  };
}

let module: Promise<WebAssembly.Module> | undefined;
let policy: { createScriptURL(url: string): string } | undefined;

async function workers(): Promise<() => Worker> {
  const compiled = await (module ??= compile());
  return () => {
    const url = new URL('./repin-mock-worker.js', import.meta.url).href;
    policy ??= (self as any).trustedTypes?.createPolicy('pin-recovery-mock', { createScriptURL: (url: string) => url });
    const worker = new Worker(policy?.createScriptURL(url) ?? url, { type: 'module', name: 'repin mock' });
    worker.postMessage({ module: compiled });
    return worker;
  };
}

async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL('./repin_mock_bg.wasm', import.meta.url));
  if (!response.ok) throw new TypeError(`repin_mock_bg.wasm answered ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}
