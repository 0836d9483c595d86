// One challenge in the frame: the widget as a dialog, and its outcome to the app.
import type { Outcome, Session } from '../types.ts';
import { circleError, errorOf, CANCELED, NETWORK } from './ending.ts';
import type { Init } from './init.ts';
import { focusFirst, notice } from './notice.ts';
import { showOrigin } from './origin_line.ts';
import { frameTexts, language } from './texts.ts';
import type { Voice } from './voice.ts';

type Loader = typeof import('../loader.ts');
type Customise = typeof import('../customise/customise.ts');

/** The success screen goes by itself after so long: the app waits for its answer, and a slow reader for the end of a sentence. */
const CLOSE_SUCCESS_AFTER_MS = 20_000;
/** Until the gateway has agreed the frame stays hidden; after so long a person should see that something is on. */
const SHOW_ANYWAY_MS = 8_000;
/** How long an app may take to ask its server for a recovery before the person is told that it does not. */
const WAIT_FOR_APP_MS = 6_000;

export async function run({ session, customizations }: Init, loading: Promise<Loader>, origin: string, voice: Voice): Promise<void> {
  // The app's questions are part of it, so that it is not done without.
  const customising: Promise<Customise> | undefined = hasAny(customizations) ? import('../customise/customise.ts') : undefined;
  const loaded = await Promise.all([loading, customising, language()]).catch(() => undefined);
  if (!loaded) return notLoaded(voice);
  const [loader, rules, { locale }] = loaded;
  const customisation = rules?.customise(customizations);
  // Timers and not frames: while the frame is hidden, browsers draw none. An empty frame would only cover the app.
  const anyway = setInterval(() => shadow()?.firstElementChild && reveal(voice), SHOW_ANYWAY_MS);
  start(session);

  function start(session: Session): void {
    // The gateway accepted app, origin, token and challenge, or there is an error to show.
    const changed = (step?: string) => {
      surround();
      if (step === 'loading') return;
      clearInterval(anyway);
      reveal(voice);
    };
    loader.mount(document.body, {
      session,
      origin,
      customisation,
      locale,
      presentation: 'dialog',
      successAutoCloseMs: CLOSE_SUCCESS_AFTER_MS,
      onStep: ({ step }) => changed(step),
      // The card that explains it is drawn after this.
      onError: () => queueMicrotask(changed),
      onForgot: () => {},
      onOutcome: (outcome) => end(outcome, session),
    });
  }

  function end(outcome: Outcome, session: Session): void {
    clearInterval(anyway);
    if (outcome.status === 'completed') voice.complete(outcome.flow);
    else if (outcome.status === 'forgot') void forgot(session);
    else voice.fail(errorOf(outcome));
  }

  /** The app's turn. It starts a recovery in this very frame, or takes the frame away; or it does neither. */
  async function forgot(session: Session): Promise<void> {
    voice.forgot();
    const texts = await frameTexts();
    const card = await notice(texts);
    const leave = (then: () => void) => () => {
      clearTimeout(waiting);
      card.remove();
      then();
    };
    const close = leave(() => voice.fail(circleError(CANCELED)));
    const back = leave(() => start(session));
    const again = { label: texts.frame.back, press: back };
    const waiting = setTimeout(() => card.explain(texts.frame.forgot, close, again), WAIT_FOR_APP_MS);
    card.wait(close, back);
  }
}

/** After whatever the widget has drawn: the line that says where the person is, and the document's language. */
export function surround(): void {
  const dialog = shadow()?.querySelector('.repin');
  showOrigin(dialog);
  if (dialog instanceof HTMLElement) Object.assign(document.documentElement, { lang: dialog.lang, dir: dialog.dir });
}

/** The SDK sends every name; whether an app has set anything at all shows in the values. */
export function hasAny(customizations: unknown): boolean {
  const { securityQuestions, themeColor, localizations, resources, customLinks } = Object(customizations);
  const { questions, securityConfirmItems } = Object(securityQuestions);
  return [questions, securityConfirmItems, themeColor, localizations, resources, customLinks].some((value) => value != null);
}

/** The loader did not come. A browser remembers that, so the whole page tries again, and the SDK greets it again. */
async function notLoaded(voice: Voice): Promise<void> {
  const texts = await frameTexts();
  const card = await notice(texts);
  const close = () => voice.fail(circleError(NETWORK));
  card.explain(texts.shell.offline, close, { label: texts.common.retry, press: () => location.reload() });
  reveal(voice);
}

/** Shows the frame. What should have the focus could not take it while hidden. */
function reveal(voice: Voice): void {
  if (!voice.show()) return;
  requestAnimationFrame(() => focusFirst(shadow()));
}

/** Of the widget, or the frame's own card. */
export function shadow(): ShadowRoot | null | undefined {
  return document.body.lastElementChild?.shadowRoot;
}
