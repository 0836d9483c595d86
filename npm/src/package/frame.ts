// `repin/frame`: the widget in a frame of the gateway's own origin, where no script of the host's page reaches what is
// typed. docs/frame.md has the messages and the guards. Importing it does nothing.
import { staysOpen } from '../flow.ts';
import type { Greeting, ToFrame, ToHost } from '../frame/messages.ts';
import { failure } from '../outcome.ts';
import type { FailureKind, Outcome, PinRecoveryOptions, Session, Step } from '../types.ts';
import { call } from './call.ts';

export type * from '../types.ts';

type Shared =
  | 'session' | 'getSession' | 'flow' | 'locale' | 'dir' | 'theme' | 'appearance' | 'successAutoCloseMs' | 'signal'
  | 'onStep' | 'onForgot' | 'onError' | 'onOutcome';

export interface FrameOptions extends Pick<PinRecoveryOptions, Shared> {
  /** The gateway's origin: another than the page's. It must allow the page's origin. */
  apiBaseUrl: string;
  /** What the frame is called for those who hear the page, in their language. */
  title: string;
  /** Texts, colours, pictures and questions, in the form of Circle's SDK. Read inside the frame. */
  customizations?: unknown;
}

/** A frame says that it is there as soon as its script runs. */
const ANSWER_MS = 15_000;
/** One that has loaded and does not say so is a browser's page about a refusal. */
const ANSWER_ONCE_LOADED_MS = 3_000;
const LEAVE_MS = 2_000;
/** Nothing tells of an element that its page took out. */
const LOOK_EVERY_MS = 1_000;

/**
 * Opens the widget over the page, in a frame. Resolves to the outcome, whatever it is; the focus is then where it was.
 * Rejects only when there is no session to ask for, or `apiBaseUrl` is no other origin.
 */
export async function openFrame(options: FrameOptions): Promise<Outcome> {
  const { origin, protocol } = new URL(options.apiBaseUrl);
  if (!options.session && !options.getSession) throw new TypeError('repin: no getSession');
  if (!/^https?:$/.test(protocol) || origin === location.origin) throw new TypeError('repin: apiBaseUrl must be another origin');
  const { locale, dir, theme, appearance, flow, successAutoCloseMs, customizations } = options;
  const start = structuredClone({
    locale: locale && locale !== 'auto' ? locale : document.documentElement.lang,
    dir, theme, appearance, flow, successAutoCloseMs, customizations,
    renews: !!options.getSession,
    handsOver: !!options.onForgot,
  });

  // In a shadow root, where the host's styles for dialogs and frames do not reach.
  const holder = document.createElement('div');
  const dialog = document.createElement('dialog');
  const iframe = document.createElement('iframe');
  dialog.style.cssText = 'position:fixed;inset:0;width:100%;height:100%;max-width:none;max-height:none;margin:0;border:0;padding:0;background:none;overflow:hidden;outline:0';
  // Browsers paint a page behind a frame of another scheme than its own.
  iframe.style.cssText = 'display:block;width:100%;height:100%;border:0;color-scheme:light dark';
  iframe.title = dialog.ariaLabel = options.title;
  // Forms, links and the file with a wallet's keys work. It cannot lead this page elsewhere or open message boxes.
  iframe.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox');
  // For its "Copy".
  iframe.allow = 'clipboard-write';
  iframe.referrerPolicy = 'origin';
  iframe.src = `${origin}/frame?origin=${location.origin}`;
  dialog.tabIndex = -1;
  dialog.append(iframe);
  holder.attachShadow({ mode: 'open' }).append(dialog);

  const over = new AbortController();
  const { signal } = over;
  let step: Step = 'loading';
  let port: MessagePort | undefined;
  let greeted = false;
  let timer: ReturnType<typeof setTimeout>;
  let told: FailureKind | undefined;
  /** Who closed it from outside; the frame only hears that it is to end. */
  let closed: 'user' | 'host' | undefined;

  return new Promise((resolve) => {
    const end = (outcome: Outcome) => {
      if (signal.aborted) return;
      over.abort();
      clearTimeout(timer);
      clearInterval(looking);
      port?.close();
      dialog.close();
      holder.remove();
      resolve(outcome);
      if (outcome.status === 'failed' && told !== outcome.error.kind) call(options.onError, outcome.error);
      call(options.onOutcome, outcome);
    };
    const fail = (kind: FailureKind, message: string) => end({ status: 'failed', error: failure(kind, -1, message) });
    const leave = (reason: 'user' | 'host') => end({ status: 'canceled', reason, step });
    const looking = setInterval(() => holder.isConnected || leave('host'), LOOK_EVERY_MS);

    const watch = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const asked = fetch(iframe.src, { mode: 'no-cors', credentials: 'omit', signal: AbortSignal.timeout(LEAVE_MS) });
        const unheard = `no answer from the frame of ${origin}: it must allow ${location.origin} (--allowed-origin), and this page's policy must let it in (frame-src)`;
        asked.then(() => fail('blocked_by_csp', unheard), () => fail('network', unheard));
      }, ms);
    };

    const answer = async (port: MessagePort, ask: Extract<ToHost, { ask: unknown }>['ask'], id: number) => {
      let reply: ToFrame = { answer: id };
      try {
        const given = ask === 'forgot' ? options.onForgot?.() : (ask === 'start' && options.session) || options.getSession?.(ask, { signal });
        const { userToken, encryptionKey, challengeId, appId }: Partial<Session> = Object(await given);
        reply.session = { userToken, encryptionKey, challengeId, appId } as Session;
        port.postMessage(reply);
      } catch (error) {
        reply = { answer: id, error: `${(error as Error)?.message}` };
        port.postMessage(reply);
      }
    };

    /** From the frame's window and the gateway's origin alone, and no second time. */
    addEventListener('message', ({ source, origin: sender, data }) => {
      if (source !== iframe.contentWindow || sender !== origin || data?.repin !== 1) return;
      if (greeted) return fail('internal', 'the frame was loaded anew');
      greeted = true;
      clearTimeout(timer);
      const channel = new MessageChannel();
      const mine = (port = channel.port1);
      mine.onmessage = ({ data }) => {
        if ('step' in data) {
          ({ step } = data.step);
          call(options.onStep, data.step);
        } else if ('error' in data) {
          told = data.error.kind;
          call(options.onError, data.error);
        } else if ('ask' in data) void answer(mine, data.ask, data.id);
        else if ('outcome' in data) end(closed && data.outcome.status === 'canceled' ? { ...data.outcome, reason: closed } : data.outcome);
        else if (data.again) {
          greeted = false;
          watch(ANSWER_MS);
        }
      };
      iframe.contentWindow?.postMessage({ repin: 1, start } satisfies Greeting, origin, [channel.port2]);
      iframe.focus();
    }, { signal });
    iframe.addEventListener('load', () => greeted || watch(ANSWER_ONCE_LOADED_MS), { signal });

    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      greeted ? port?.postMessage({ cancel: 'escape' } satisfies ToFrame) : leave('user');
    }, { signal });
    /** What was reached is still what it was, so the frame has the last word. */
    const close = (by: 'user' | 'host') => {
      if (!greeted) return leave(by);
      closed = by;
      port?.postMessage({ cancel: 'host' } satisfies ToFrame);
      timer = setTimeout(leave, LEAVE_MS, by);
    };
    // Browsers close it at a second Escape, asked or not; nobody leaves what cannot be left, or keys, that way.
    dialog.addEventListener('close', () => {
      if (!staysOpen(step)) return close('user');
      dialog.showModal();
      iframe.focus();
    }, { signal });
    const abort = () => close('host');
    options.signal?.addEventListener('abort', abort, { signal });

    document.body.append(holder);
    dialog.showModal();
    dialog.focus();
    watch(ANSWER_MS);
    if (options.signal?.aborted) abort();
  });
}
