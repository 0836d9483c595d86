// The whole API as somebody writes it, against the types in the tarball; lines that must not compile say so.
import { define, mount, open, preload, PinRecoveryElement } from 'repin';
import type { Failure, Outcome, PinRecoveryEvents, PinRecoveryOptions, Session, Step } from 'repin';
import 'repin/auto';
import { open as openInline } from 'repin/inline';
import { fromCircle, fromCircleLocalizations, fromCircleTheme } from 'repin/circle';
import { pinRecovery } from 'repin/svelte';
import { PinRecovery as ReactPinRecovery, type PinRecoveryProps } from 'repin/react';
import { PinRecovery as VuePinRecovery } from 'repin/vue';
import repinForVite from 'repin/vite';

const session: Session = { userToken: 'a.b.c', encryptionKey: 'AAAA', challengeId: 'uuid' };
const options: PinRecoveryOptions = {
  getSession: async (reason, { signal }) => {
    const why: 'start' | 'expiring' | 'expired' = reason;
    return (await fetch(`/session?${why}`, { signal })).json() as Promise<Session>;
  },
  apiBaseUrl: 'https://pin.example.com',
  flow: 'RESTORE_PIN',
  locale: 'pt-BR',
  dir: 'ltr',
  theme: 'dark',
  presentation: 'inline',
  successAutoCloseMs: 4_000,
  signal: new AbortController().signal,
  assetsUrl: new URL('https://app.example.com/repin/'),
  customisation: fromCircle({ themeColor: { bg: '#fff' } }),
  onStep: ({ step, index, total }) => console.log(step, index, total),
  onError: (error: Failure) => console.log(error.kind, error.code, error.retryable, error.docUrl),
  onForgot: async () => session,
  onOutcome: (outcome) => console.log(outcome.status),
};

define();
define('wallet-recovery');
void preload({ locale: 'de', assetsUrl: '/repin/' });
const outcome: Outcome = await open(options);
await openInline({ session });
switch (outcome.status) {
  case 'completed': outcome.flow satisfies string; break;
  case 'canceled': outcome.reason satisfies 'user' | 'host'; break;
  case 'locked': outcome.retryAt satisfies string; break;
  case 'failed': outcome.error.kind satisfies string; break;
  case 'forgot': break;
  default: outcome satisfies never;
}

const { element, done, renew, setLocale, cancel, unmount } = mount('#here', { session });
element satisfies PinRecoveryElement;
await setLocale('ar');
renew(session);
cancel();
unmount();
(await done) satisfies Outcome;

const found = document.querySelector('pin-recovery');
if (found) {
  found.options = options;
  found.locale = 'auto';
  found.state satisfies Step | 'idle';
  found.addEventListener('pr-step', ({ detail }) => detail.step satisfies Step);
  found.addEventListener('pr-complete', (event) => event.detail.status satisfies Outcome['status']);
  found.addEventListener('click', () => found.focus({ preventScroll: true }));
  (await found.start()) satisfies Outcome;
  found.reset();
  await PinRecoveryElement.preload();
}
type Names = keyof PinRecoveryEvents;
'pr-ready' satisfies Names;

pinRecovery(document.body, options).update({ locale: 'de' });
fromCircleLocalizations({}).texts satisfies Record<string, string>;
fromCircleTheme({}).warnings satisfies string[];
({ getSession: async () => session, onOutcome() {} }) satisfies PinRecoveryProps;
ReactPinRecovery satisfies Function;
VuePinRecovery satisfies object;
repinForVite().config().optimizeDeps.exclude satisfies string[];

// @ts-expect-error a session has all three
void open({ session: { userToken: 'a.b.c' } });
// @ts-expect-error no such flow
void open({ session, flow: 'DELETE_PIN' });
// @ts-expect-error the origin is the frame's to say
void open({ session, origin: 'https://other.example' });
// @ts-expect-error no such event
const name: Names = 'pr-pin';
// @ts-expect-error secrets are no properties of the element
if (found) found.userToken = 'a.b.c';
// @ts-expect-error the state is told, not set
if (found) found.state = 'success';
// @ts-expect-error React's component asks for sessions
({}) satisfies PinRecoveryProps;
// @ts-expect-error an outcome has no PIN
outcome.pin;
