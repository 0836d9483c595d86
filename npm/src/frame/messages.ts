// What `openFrame` and the frame say to each other. docs/frame.md tells it in words. A gateway may be newer than the
// package in a host's bundle: what version 1 says, it says for ever.
import type { Failure, Flow, Options, Outcome, Session, SessionReason, StepDetail } from '../types.ts';

/** Frame to page, then page to frame with the port and how the widget is to look: the only two that go by the windows. */
export interface Greeting {
  repin: 1;
  start?: Start;
}

/** Nothing secret, and nothing that the frame takes on trust. */
export interface Start {
  locale?: string;
  dir?: Options['dir'];
  theme?: Options['theme'];
  flow?: Flow | 'auto';
  successAutoCloseMs?: number;
  /** As Circle's SDK has them; `customise` decides what of it is used. */
  customizations?: unknown;
  /** As `Options.appearance`; `readAppearance` decides what of it is used. */
  appearance?: unknown;
  /** More time can be had. */
  renews: boolean;
  /** The page wants to know when the PIN is forgotten. */
  handsOver: boolean;
}

/** Page to frame, by the port. */
export interface ToFrame {
  /** Which question this answers. Without a session there is none, for the reason `error` if there is one. */
  answer?: number;
  session?: Session;
  error?: string;
  /** `escape`: the person pressed it, and is asked as ever. `host`: the page closes. */
  cancel?: 'escape' | 'host';
}

/** Frame to page, by the port: one of these in each. No PIN, answer, hint, token or key has a place here. */
export type ToHost =
  | { step: StepDetail }
  | { error: Failure }
  | { ask: SessionReason | 'forgot'; id: number }
  /** The person asked to try again: the frame loads anew, and greets once more. */
  | { again: true }
  /** The last. */
  | { outcome: Outcome };
