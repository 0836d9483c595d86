// The one file that a host page imports. It paints a shell at once, fetches the rest behind it, and speaks for the
// widget to the host. Importing it does nothing.
import { loadEngine, loadSheet, nextTask } from './engine.ts';
import type { Worn } from './customise/wear.ts';
import { failure, outcome } from './outcome.ts';
import type { WidgetHandle } from './repin_widget.js';
import { ENGLISH, element, explain, wait, type Messages } from './shell.ts';
import { choose, type Spoken } from './speak.ts';
import type { Failure, FailureKind, Mounted, Options, Outcome, Session, Step } from './types.ts';

export type * from './types.ts';

/** Fetches what a start will need, in the language `locale` as in `Options`. Rejects when something cannot be had. */
export const preload = (locale?: string) => Promise.all([loadSheet(), loadEngine(), choose(locale)]);

/**
 * Puts the widget at the end of `target` and starts it; an element that has a shadow root is filled itself. Throws only
 * when there is no such element.
 */
export function mount(target: Element | string, options: Options): Mounted {
  const place = typeof target === 'string' ? document.querySelector(target) : target;
  if (!place) throw TypeError(`repin: no element matches ${target}`);

  const opener = document.activeElement;
  const { frame, card } = build(options);
  const own = place.shadowRoot;
  const host = own ? (place as HTMLElement) : place.appendChild(element('div'));
  const root = own ?? host.attachShadow({ mode: 'open' });
  // About what the questions take, so that what stands below does not move when they come.
  host.style.minBlockSize = '30rem';

  let words: Messages = ENGLISH;
  let worn: Worn | undefined;
  /** The words of the language, with the host's own in their places. */
  const texts = () => worn?.texts(words) ?? words;
  let handle: WidgetHandle | undefined;
  let session: Session | undefined;
  let step: Step = 'loading';
  let runs = 0;
  let ended = false;
  let byHost = false;
  let stopWaiting = () => {};
  let locale = options.locale;
  let switches = 0;
  /** Draws the shell's card again, in the language of now. */
  let redraw = () => {};
  let settle!: (outcome: Outcome) => void;
  const done = new Promise<Outcome>((resolve) => (settle = resolve));

  void start();
  return { done, cancel: leave, unmount: leave, renew: (fresh) => handle?.renew((session = fresh)), setLocale: (tag) => speak(choose((locale = tag))) };

  async function start(): Promise<void> {
    const run = (runs += 1);
    try {
      // The press that led here has had its task.
      await nextTask();
      if (typeof WebAssembly !== 'object') return stop('unsupported_browser');
      // The styles are asked for first: they are small, and what shows waits for them.
      const [styles, asked, engine, chosen] = [loadSheet(), askForSession('start'), loadEngine(run > 1), choose(locale)];
      // Handled below; a rejection must not be called unhandled while the styles are on their way.
      void Promise.allSettled([asked, engine]);
      const spoken = speak(chosen);
      root.adoptedStyleSheets = [await styles];
      const { customisation, appearance } = options;
      if (appearance) (await import('./appearance/appearance.ts')).wear(appearance, frame, root);
      worn = customisation && (await import('./customise/customise.ts')).wear(customisation, frame, root);
      await chosen;
      show();
      await spoken;
      const parts = { ...(await engine), ...(await options.vault?.(host)) };
      session = await asked;
      await nextTask();
      if (ended || run !== runs) return;
      handle?.unmount();
      // The shell goes on showing until there is a screen to take its place.
      const stage = element('div');
      handle = parts.mount(stage, {
        ...worn,
        ...parts,
        // As they are when the face is made, some tasks later.
        get locale() { return frame.lang; },
        get messages() { return texts().face; },
        origin: options.origin ?? location.origin,
        apiBase: options.apiBaseUrl ?? '',
        canRenew: !!options.getSession,
        handsOver: !!options.onForgot,
        closesAfterMs: options.successAutoCloseMs,
        step(name, index, total) {
          if (card.isConnected && name !== 'loading') {
            stopWaiting();
            redraw = () => {};
            // Whoever tried again from the shell has no need of it now.
            runs += 1;
            card.replaceWith(...stage.childNodes);
          }
          step = name as Step;
          options.onStep?.({ step, index, total });
        },
        ended: (status, detail, number) => finish(outcome(status, detail, number, session?.challengeId ?? '')),
        needsSession: (reason) => void provide(reason),
      });
      await nextTask();
      if (!ended) handle.start(session);
    } catch (error) {
      if (run === runs) stop(kindOf(error), (error as Error).message);
    }
  }

  /** Goes on in a language once its texts are there, unless another was asked for meanwhile. */
  async function speak(chosen: Promise<Spoken>): Promise<void> {
    const call = (switches += 1);
    const first = await chosen;
    // The shell turns to the direction before it is drawn; the face with its words.
    if (!handle && call === switches) dress(first);
    const spoken = await (first.soon ?? first);
    if (ended || call !== switches) return;
    words = spoken.words;
    dress(spoken);
    handle?.speak(frame.lang, texts().face);
    redraw();
  }

  function dress({ locale, dir, words }: Spoken): void {
    frame.lang = locale;
    frame.dir = options.dir ?? dir;
    frame.ariaLabel = words.shell.label;
  }

  /** The shell, until the face takes its place. */
  function show(): void {
    if (ended || !card.parentNode) return;
    redraw = () => {
      stopWaiting();
      stopWaiting = wait(card, texts(), giveUp, start);
    };
    redraw();
    root.append(frame);
    host.style.minBlockSize = '';
    if (frame instanceof HTMLDialogElement && !frame.open) frame.showModal();
  }

  /** The face asks for a session: to go on, to start again, or to recover instead. */
  async function provide(reason: string): Promise<void> {
    try {
      if (reason === 'forgot') {
        const promised = options.onForgot?.();
        if (!promised) return finish({ status: 'forgot' });
        session = await promised;
      } else if (reason !== 'retry') {
        session = await askForSession(reason as 'expiring');
      }
      if (ended || !session) return;
      if (reason === 'expiring') handle?.renew(session);
      else handle?.start(session);
    } catch (error) {
      const failed = noSession((error as Error).message);
      options.onError?.(failed);
      if (reason === 'expiring') handle?.renew();
      else finish({ status: 'failed', error: failed });
    }
  }

  /** The host's own copy first; after that only what it fetches. */
  async function askForSession(reason: 'start' | 'expiring' | 'expired'): Promise<Session> {
    if (reason === 'start' && options.session) return options.session;
    if (!options.getSession) throw noSession('no getSession');
    return options.getSession(reason).catch((error) => {
      throw noSession(error.message);
    });
  }

  /** It cannot start: says so calmly, in place. */
  function stop(kind: FailureKind, message?: string): void {
    if (ended) return;
    stopWaiting();
    const error = failure(kind, -1, message);
    options.onError?.(error);
    // The card is called by the kind's first word.
    const name = kind.split('_')[0] as 'offline';
    if (!frame.isConnected) root.append(frame);
    const close = () => finish({ status: 'failed', error });
    redraw = () => explain(card, texts(), texts().shell[name] ?? texts().shell.offline, close, kind === 'network' ? start : undefined);
    redraw();
  }

  /** The person closes the shell. */
  function giveUp(): void {
    if (handle) handle.cancel();
    else finish({ status: 'canceled', reason: 'user', step });
  }

  /** The host takes the widget down; what was reached is still what it was. */
  function leave(): void {
    if (ended) return;
    byHost = true;
    giveUp();
  }

  function finish(result: Outcome): void {
    if (ended) return;
    ended = true;
    stopWaiting();
    if (result.status === 'canceled' && byHost) result.reason = 'host';
    // After the face's own call has returned, for it cannot be taken down while it speaks.
    queueMicrotask(() => {
      const hadFocus = root.activeElement || document.activeElement === document.body;
      handle?.unmount();
      (own ? frame : host).remove();
      if (hadFocus) (opener as HTMLElement | null)?.focus?.();
      options.onOutcome?.(result);
      settle(result);
    });
  }
}

const noSession = (message: string) => failure('session_invalid', -1, message);

/** Compiling is what a Content-Security-Policy forbids; all else that fails here is the network. */
function kindOf(error: unknown): FailureKind {
  if (error instanceof WebAssembly.CompileError) return 'blocked_by_csp';
  return error instanceof TypeError ? 'network' : ((error as Failure).kind ?? 'internal');
}

function build({ theme, presentation }: Options) {
  const frame = element(presentation === 'dialog' ? 'dialog' : 'section', 'repin');
  if (theme && theme !== 'auto') frame.dataset.theme = theme;
  if (presentation) frame.dataset.presentation = presentation;
  // Android's back gesture asks a dialog to close; the face answers as to the Escape key.
  frame.oncancel = (event) => {
    event.preventDefault();
    frame.firstElementChild?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  };
  return { frame, card: frame.appendChild(element('div', 'card')) };
}
