// One run of the widget in an element: from `start` to its outcome, told as events on the way.
import { refusal } from '../flow.ts';
import { failure } from '../outcome.ts';
import type { Failure, FailureKind, Mounted, Outcome, PinRecoveryEvents, PinRecoveryOptions, Session, Step, StepDetail } from '../types.ts';
import { call } from './call.ts';
import { load, version } from './load.ts';

export interface Run {
  readonly done: Promise<Outcome>;
  cancel(): void;
  renew(session: Session): void;
  setLocale(tag: string): Promise<void>;
}

type Detail<Name extends keyof PinRecoveryEvents> = PinRecoveryEvents[Name]['detail'];

/** Starts once `before` has ended, for both fill the same element. Never throws, and `done` never rejects. */
export function run(element: HTMLElement, options: PinRecoveryOptions, before: Promise<unknown> | undefined, onStep: (step: Step) => void): Run {
  const over = new AbortController();
  let mounted: Mounted | undefined;
  let step: Step = 'loading';
  let ready = false;
  let wanted = options.flow;
  let locale = options.locale;
  let wrong: Failure | undefined;
  let told: FailureKind | undefined;

  const emit = <Name extends keyof PinRecoveryEvents>(name: Name, ...[detail]: Detail<Name> extends void ? [] : [Detail<Name>]) =>
    element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  const left = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve()));
  const cancel = () => {
    over.abort();
    mounted?.cancel();
  };
  const tell = (error: Failure) => {
    told = error.kind;
    call(options.onError, error);
    emit(step === 'loading' ? 'pr-loaderror' : 'pr-error', error);
    if (step === 'loading') onStep('error');
  };

  async function go(): Promise<Outcome> {
    await before;
    try {
      if (!over.signal.aborted) {
        emit('pr-loaderstart');
        // Whoever leaves is not kept waiting by a file that hangs.
        const loader = await Promise.race([load(options.assetsUrl), left]);
        if (loader && !over.signal.aborted) mounted = loader.mount(element, { ...options, ...callbacks, locale, apiBaseUrl: absolute(options.apiBaseUrl) });
      }
      return (await mounted?.done) ?? { status: 'canceled', reason: 'host', step };
    } catch (error) {
      const failed = failure('network', -1, (error as Error).message);
      tell(failed);
      return { status: 'failed', error: failed };
    }
  }

  const callbacks = {
    getSession: options.getSession && (async (reason: 'start' | 'expiring' | 'expired') => {
      if (reason === 'expiring') emit('pr-session-expiring');
      const session = await options.getSession?.(reason, { signal: over.signal });
      const { userToken, encryptionKey, challengeId } = Object(session);
      if ([userToken, encryptionKey, challengeId].every((value) => typeof value === 'string')) return session as Session;
      throw new TypeError('getSession gave no { userToken, encryptionKey, challengeId }');
    }),
    onStep(at: StepDetail) {
      const other = refusal(wanted, at.flow);
      if (other) {
        wrong = other;
        // The face is in the middle of its own call.
        return queueMicrotask(cancel);
      }
      onStep((step = at.step));
      if (!ready && step !== 'loading') {
        ready = true;
        emit('pr-ready', { step, version });
      }
      emit('pr-step', at);
      call(options.onStep, at);
      if (step === 'forgot') {
        // What comes next is for something else.
        wanted = 'auto';
        emit('pr-forgot');
      }
    },
    onError: tell,
    onOutcome: undefined,
  };

  const done = go().then((outcome): Outcome => {
    over.abort();
    // Reserved for a widget that never came.
    element.style.minBlockSize = '';
    if (wrong) outcome = { status: 'failed', error: wrong };
    if (outcome.status === 'failed' && told !== outcome.error.kind) tell(outcome.error);
    if (outcome.status === 'canceled') emit('pr-cancel', { step: outcome.step, reason: outcome.reason });
    emit('pr-complete', outcome);
    call(options.onOutcome, outcome);
    return outcome;
  });
  options.signal?.addEventListener('abort', cancel, { signal: over.signal });
  if (options.signal?.aborted) cancel();
  const setLocale = async (tag: string) => {
    locale = tag;
    await mounted?.setLocale(tag);
  };
  return { done, cancel, renew: (session) => mounted?.renew(session), setLocale };
}

/** Whole, for the worker of `repin/inline` has no address of its own that a path could begin from. */
function absolute(apiBaseUrl: string | undefined): string {
  return new URL(apiBaseUrl || location.origin, document.baseURI).href.replace(/\/$/, '');
}
