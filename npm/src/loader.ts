// The one file that a host page imports. It paints a shell at once, fetches the rest behind it, and speaks for the
// widget to the host. Importing it does nothing.
import { attempts, forget, loadEngine, nextTask } from './engine.ts';
import type { Worn } from './customise/wear.ts';
import { staysOpen } from './flow.ts';
import { failure, outcome } from './outcome.ts';
import type { WidgetHandle } from './repin_widget.js';
import { ENGLISH, element, explain, wait, type Messages } from './shell.ts';
import { choose, type Spoken } from './speak.ts';
import { styles } from './styles.ts';
import type { Failure, Flow, Mounted, Options, Outcome, Session, Step } from './types.ts';

export type * from './types.ts';

/** What a session is asked for: to begin, to go on, to begin again, or to recover instead. */
type Reason = 'start' | 'expiring' | 'expired' | 'forgot' | 'retry';

/** Longer than this a word without the host's own looks, or in English, is better than nothing. */
const UNDRESSED_AFTER_MS = 3_000;

/** Fetches what a start will need, in the language `locale` as in `Options`. Rejects when something cannot be had. */
export const preload = (locale?: string) =>
  Promise.all([loadEngine(), choose(locale)]).catch((error) => {
    // The next start begins anew.
    forget();
    throw error;
  });

/**
 * Puts the widget at the end of `target` and starts it; an element that has a shadow root is filled itself. Throws only
 * when there is no such element.
 */
export function mount(target: Element | string, options: Options): Mounted {
  const place = (target as Element).nodeType ? (target as Element) : document.querySelector(target as string);
  if (!place) throw TypeError(`repin: no ${target}`);

  const opener = document.activeElement;
  // Or a section, which neither opens nor closes.
  const frame = element(options.presentation === 'dialog' ? 'dialog' : 'section', 'repin') as HTMLDialogElement;
  const card = frame.appendChild(element('div', 'card'));
  if (options.theme) frame.dataset.theme = options.theme;
  frame.dataset.presentation = options.presentation ?? 'auto';
  // The Escape key and Android's back gesture ask a dialog to close.
  frame.oncancel = (event) => {
    event.preventDefault();
    card.isConnected ? card.querySelector('button')!.click() : frame.firstElementChild!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  };
  // Asked twice with no press in between, a browser closes it, whatever we say: then the widget ends too, unless it cannot or
  // keys are being read. `<pin-recovery>` closes it as well, to open it elsewhere.
  frame.onclose = () => ended || frame.open || (staysOpen(step) ? frame.showModal() : giveUp());
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
  let worker: Worker | undefined;
  let session: Session;
  let step: Step = 'loading';
  /** Whatever comes after another run has begun, or the end, comes too late. */
  let runs = 0;
  /** The page's policy forbade something since this run began. */
  let forbidden = false;
  let ended = false;
  let byHost = false;
  /** What a trace names when the face is in it: a bundler calls glue and module as it likes. */
  let ours = 'repin';
  let locale = options.locale;
  let switches = 0;
  /** Draws the shell's card again, in the language of now. */
  let redraw = () => {};
  let settle!: (outcome: Outcome) => void;
  const done = new Promise<Outcome>((resolve) => (settle = resolve));

  const life = new AbortController();
  addEventListener('securitypolicyviolation', ({ disposition }) => (forbidden ||= disposition < 'f'), life);
  // A panic in the face is a trap, and after that it answers nobody. One that broke earlier may go on to trap.
  addEventListener('error', ({ error }) => error?.name === 'RuntimeError' && error.stack.includes(attempts ? `?${attempts}:` : ours) && stop(error), life);
  void start();
  return { done, cancel: leave, unmount: leave, renew: (fresh) => handle?.renew(keep(fresh)), setLocale: (tag) => speak(choose((locale = tag))) };

  async function start(reason: Reason = 'start'): Promise<void> {
    const run = (runs += 1);
    forbidden = false;
    run > 1 && forget();
    try {
      if (!document.adoptedStyleSheets || !self.WebAssembly) throw failure('unsupported_browser');
      // Asked for at once, the worker above all, which takes long to begin. What becomes of it is heard below.
      loadEngine().catch(() => {});
      // The press that led here has had its task.
      await nextTask();
      const chosen = choose(locale);
      const spoken = speak(chosen);
      const dressed = wear(chosen);
      const needed = Promise.all([askForSession(reason), loadEngine()]);
      // Handled below; a rejection must not be called unhandled while the host's looks are on their way.
      needed.catch(() => {});
      await Promise.race([dressed, nextTask(UNDRESSED_AFTER_MS)]);
      if (run !== runs) return;
      show(() => wait(card, texts(), giveUp, () => start(reason)));
      await dressed;
      // Whoever had to try again goes on in English until the words come.
      run < 2 && (await spoken);
      const [given, engine] = await needed;
      const { mount, startWorker } = { ...engine, ...(await options.vault?.(host)) };
      await nextTask();
      if (run !== runs) return;
      session = given;
      takeDown();
      // The shell goes on showing until there is a screen to take its place.
      const stage = element('div');
      handle = mount(stage, {
        ...worn,
        // As they are when the face is made, some tasks later.
        get locale() { return frame.lang; },
        get messages() { return texts().face; },
        origin: options.origin ?? location.origin,
        apiBase: '' + (options.apiBaseUrl ?? ''),
        canRenew: !!options.getSession,
        handsOver: !!options.onForgot,
        closesAfterMs: options.successAutoCloseMs,
        startWorker() {
          // Called by the face: its module before its functions' numbers, or in Safari, which names no module, the glue before it.
          ours = /[^(@\n]+(?=:wasm-|:\d+:\d+\n.*\[wasm )/.exec(Error().stack!)?.[0] ?? ours;
          (worker = startWorker()).addEventListener('error', noteLoss);
          return worker;
        },
        step(name, index, total, flow) {
          if (name !== 'loading' && card.isConnected) {
            // Whoever tried again from the shell has no need of it now.
            runs += 1;
            card.replaceWith(...stage.childNodes);
          }
          step = name as Step;
          // Later, as all that is told: what a host throws must not go through the face.
          queueMicrotask(() => options.onStep?.({ step: name as Step, index, total, flow: (flow || undefined) as Flow | undefined }));
        },
        ended: (status, detail, number) => finish(outcome(status, detail, number, session.challengeId)),
        needsSession: provide,
      });
      await nextTask();
      if (run === runs) handle.start(session);
    } catch (error) {
      if (run === runs) void stop(error, reason);
    }
  }

  /** The styles, the host's own looks, and the direction of the language. */
  async function wear(chosen: Promise<Spoken>): Promise<void> {
    root.adoptedStyleSheets = [styles()];
    const { customisation, appearance } = options;
    if (appearance) (await import('./appearance/appearance.ts')).wear(appearance, frame, root);
    worn = customisation && (await import('./customise/customise.ts')).wear(customisation, frame, root);
    await chosen;
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

  /** The shell, with what it draws now and again in another language. */
  function show(draw: () => void): void {
    redraw = draw;
    draw();
    frame.isConnected || root.append(frame);
    host.style.minBlockSize = '';
    frame.open || frame.showModal?.();
  }

  /** The face asks for a session: to go on, to start again, or to recover instead. */
  async function provide(reason: Reason): Promise<void> {
    const run = (runs += 1);
    try {
      const given = await askForSession(reason);
      if (run !== runs) return;
      if (reason === 'expiring') handle!.renew(keep(given));
      else handle!.start((session = given));
    } catch (error) {
      if (run !== runs) return;
      if (reason === 'expiring') {
        tell(error as Failure);
        handle!.renew();
      } else void stop(error, reason);
    }
  }

  /** A fresh one goes on with what was begun, or is of no use: the challenge stays that of the beginning. */
  function keep(fresh: Session): Session {
    session = { ...session, ...fresh, challengeId: session.challengeId };
    return fresh;
  }

  /** The host's own copy first; after that only what it fetches. */
  async function askForSession(reason: Reason): Promise<Session> {
    if (reason === 'retry') return session;
    try {
      const given = await (reason === 'forgot' ? options.onForgot?.() : (reason === 'start' && options.session) || options.getSession!(reason));
      // It takes over. That there is no session then comes after the end.
      if (!given && reason === 'forgot') finish({ status: 'forgot' });
      // Whatever it is: the vault refuses what is no session.
      return Object(given);
    } catch (error: any) {
      // Circle's number, if the host passes on what the gateway's REST said.
      throw failure('session_invalid', error?.code, error?.message);
    }
  }

  /** A worker whose script was not to be had says nothing of why, or which import failed. Of one that dies the face tells, and starts another. */
  function noteLoss({ message }: ErrorEvent): void {
    /import|undef/.test(message) && !ended && stop(failure('network'));
  }

  /** It cannot go on: says so calmly, in place. After the present call, which may be the face's own. */
  async function stop(problem: any, reason: Reason = 'start'): Promise<void> {
    const run = (runs += 1);
    await nextTask();
    if (run !== runs) return;
    let { kind = problem instanceof TypeError ? 'network' : 'internal', code, message } = problem;
    // What fails in loading is the network, unless the page's policy was just seen to forbid something.
    if (forbidden && kind === 'network') kind = 'blocked_by_csp';
    const error = failure(kind, code, message);
    const hadFocus = root.activeElement;
    takeDown();
    worker?.terminate();
    forget();
    tell(error);
    frame.replaceChildren(card);
    show(() => {
      const words = texts();
      const told = words.shell[kind.split('_')[0] as 'offline'] ?? words.shell.offline;
      explain(card, words, told, () => finish({ status: 'failed', error }), !/_b/.test(kind) && (() => start(reason)));
    });
    // It went with what was replaced.
    if (hadFocus) card.querySelector<HTMLElement>('.btn')!.focus();
  }

  function takeDown(): void {
    try {
      handle?.unmount();
    } catch {
      // It was the face that broke.
    }
    handle = undefined;
  }

  function tell(error: Failure): void {
    queueMicrotask(() => options.onError?.(error));
  }

  /** The person closes: a face decides what that means, unless there is none, or it broke. */
  function giveUp(): void {
    try {
      handle!.cancel();
    } catch {
      finish(outcome('canceled', step));
    }
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
    runs += 1;
    life.abort();
    // The face looks whether it is still in the page.
    if (result.status === 'canceled' && (byHost || !host.isConnected)) result.reason = 'host';
    // After the face's own call has returned, for it cannot be taken down while it speaks.
    queueMicrotask(() => {
      const hadFocus = root.activeElement || document.activeElement === document.body;
      takeDown();
      (own ? frame : host).remove();
      if (hadFocus) (opener as HTMLElement | null)?.focus?.();
      settle(result);
      options.onOutcome?.(result);
    });
  }
}
