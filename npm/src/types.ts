// What a host page sees of the widget. Names and shapes here are public API.
import type { Customisation } from './customise/types.ts';

export type { Customisation };

/** What the app's server got for this person: proof, key and what to do. Never put it in markup or in a URL. */
export interface Session {
  userToken: string;
  /** Standard base64 of 32 bytes. */
  encryptionKey: string;
  /** UUID of the challenge: what the person is asked to do. */
  challengeId: string;
  /** The app the host believes it is; the gateway then checks it. */
  appId?: string;
}

/** Why a session is wanted. `expiring` is for the same challenge, in the middle of it; `expired` begins anew, with the same or another. */
export type SessionReason = 'start' | 'expiring' | 'expired';

/** Asks the app's server for a session. */
export type SessionProvider = (reason: SessionReason) => Promise<Session>;

export interface Options {
  /** The session, or `getSession` to fetch it while the widget loads, and again when it runs out. */
  session?: Session;
  getSession?: SessionProvider;
  /** Where the gateway is, without a trailing slash; the page's own origin when left out. */
  apiBaseUrl?: string;
  /** A BCP 47 tag; by default `auto`: the language of the page, and where it has none those of the browser. */
  locale?: 'auto' | (string & {});
  dir?: 'ltr' | 'rtl';
  /** `auto` follows the device. */
  theme?: 'auto' | 'light' | 'dark';
  /** `auto` stands in the page and fills a phone's screen; `inline` never does; `dialog` is modal. */
  presentation?: 'auto' | 'inline' | 'dialog';
  /** Texts, colours, pictures and questions of the host's own: what `customise` of `repin-customise.js` made of them. */
  customisation?: Customisation;
  /** A theme, tokens of your own, and whether things move. `docs/theming.md`. */
  appearance?: Appearance;
  /** For mocks alone: what `mock` of `repin/mock` returns. A page that sets it protects nothing. */
  vault?: Vault;
  /** The success screen closes by itself after so long. */
  successAutoCloseMs?: number;
  /** The page that speaks to the gateway; for the frame, which speaks for the page around it. */
  origin?: string;
  /** Each step. */
  onStep?(step: StepDetail): void;
  /** Once, when the widget has gone. Do not act on it alone: ask your server for the challenge's status. */
  onOutcome?(outcome: Outcome): void;
  /** "Forgot PIN?": return a session for a RESTORE_PIN challenge to go on here, or nothing to take over. */
  onForgot?(): Promise<Session> | void;
  /** What kept the widget from starting or going on, for logs. */
  onError?(error: Failure): void;
}

/** Gives the widget another worker in its vault's place. `host` is the widget's element. Rejects with what kept it. */
export type Vault = (host: HTMLElement) => Promise<{ startWorker(): Worker }>;

export interface Appearance {
  /** `auto`, `light` and `dark` as in `theme` above; the others are sheets of tokens that follow the device's light or dark. */
  theme?: 'auto' | 'light' | 'dark' | 'minimal' | 'rounded' | 'high-contrast';
  /** Tokens by name: `{ '--pr-accent': '#0b6e4f' }`. Whatever is not a token is left out, and the console says so. */
  variables?: Record<`--pr-${string}`, string>;
  /** Nothing moves, whatever the device prefers. */
  disableAnimations?: boolean;
}

export interface Mounted {
  /** The same outcome as `onOutcome`. Never rejects. */
  readonly done: Promise<Outcome>;
  /** A fresh session for the same challenge. */
  renew(session: Session): void;
  /** Goes on in another language, with what was typed; `auto` as in `locale`. Settles once it is spoken. */
  setLocale(tag: string): Promise<void>;
  /** Closes as if the person had. */
  cancel(): void;
  /** Takes the widget down; `done` still settles. */
  unmount(): void;
}

export type Step =
  | 'loading' | 'questions' | 'current-pin' | 'new-pin' | 'confirm-pin'
  | 'questions-intro' | 'choose-question' | 'summary' | 'agree'
  | 'ways-back' | 'email' | 'send-code' | 'code' | 'keys-warning' | 'keys' | 'updating-wallets'
  | 'working' | 'success' | 'locked' | 'expired' | 'cannot-recover' | 'forgot' | 'offline' | 'error' | 'canceled';

export type Flow =
  | 'INITIALIZE' | 'SET_PIN' | 'SET_SECURITY_QUESTIONS' | 'CHANGE_PIN' | 'RESTORE_PIN'
  | 'SET_RECOVERY' | 'RESTORE_PIN_BY_CODE' | 'RESTORE_PIN_BY_CODE_AND_ANSWERS'
  | 'CREATE_WALLET' | 'EXPORT_PRIVATE_KEYS' | 'RECOVER_WALLETS';

/** Where the person is. */
export interface StepDetail {
  step: Step;
  /** Its place among the steps, from 1; 0 of 0 where they are not counted. */
  index: number;
  total: number;
  /** What the challenge is for, once the gateway has said so. */
  flow?: Flow;
}

/** How it ended. Safe to log: no PIN, answer, token or key is ever in it. */
export type Outcome =
  | { status: 'completed'; flow: Flow; challengeId: string }
  | { status: 'canceled'; reason: 'user' | 'host'; step: Step }
  | { status: 'forgot' }
  | { status: 'locked'; factor: 'pin' | 'answers' | 'code'; retryAt: string }
  | { status: 'failed'; error: Failure };

export type FailureKind =
  | 'session_expired' | 'session_invalid' | 'challenge_invalid' | 'questions_not_set' | 'user_disabled'
  | 'network' | 'unsupported_browser' | 'blocked_by_csp' | 'internal';

export interface Failure {
  /** Circle's number; -1 where it has none. */
  code: number;
  kind: FailureKind;
  /** English, for logs. */
  message: string;
  /** The same may succeed at another time. The person is offered it already. */
  retryable: boolean;
  /** What it means and what to do: page and anchor, below the address of the documentation. */
  docUrl: string;
}

/** What the npm package takes besides: `start`, `mount` and `open` of `repin`. */
export interface PinRecoveryOptions extends Omit<Options, 'getSession' | 'origin'> {
  /** As `getSession` above; `signal` is aborted when the widget has gone. */
  getSession?: (reason: SessionReason, options: { signal: AbortSignal }) => Promise<Session>;
  /** What the challenge must be for. Any other ends as `failed`, `challenge_invalid`, before anything is asked. After "Forgot PIN?" it is what `onForgot` gave. */
  flow?: Flow | 'auto';
  /** Closes the widget when aborted. */
  signal?: AbortSignal;
  /** The folder with the package's `dist`, for bundlers that do not follow `new URL(…, import.meta.url)`. Of the page's origin. */
  assetsUrl?: string | URL;
}

/** The element's events. They bubble. No detail has a PIN, an answer, a token or a key in it. */
export interface PinRecoveryEvents {
  /** The first file was asked for. */
  'pr-loaderstart': CustomEvent<void>;
  /** It could not start. `pr-complete` follows when the person closes the card that says so. */
  'pr-loaderror': CustomEvent<Failure>;
  /** The first screen is there. */
  'pr-ready': CustomEvent<{ step: Step; version: string }>;
  /** Each step. */
  'pr-step': CustomEvent<StepDetail>;
  /** Something went wrong after the start. */
  'pr-error': CustomEvent<Failure>;
  /** More time was asked for: `getSession('expiring')` is being called. */
  'pr-session-expiring': CustomEvent<void>;
  /** "Forgot PIN?" was pressed: `onForgot` is being called, where there is one. */
  'pr-forgot': CustomEvent<void>;
  /** It was closed before its end, by the person or by the host. The vault has wiped what it held. */
  'pr-cancel': CustomEvent<{ step: Step; reason: 'user' | 'host' }>;
  /** Last, once a run, whatever the outcome. Do not act on it alone: ask your server for the challenge's status. */
  'pr-complete': CustomEvent<Outcome>;
}
