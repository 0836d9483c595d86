// One challenge for `openFrame`: the widget as a dialog in the frame, its steps and outcome to the page.
import { refusal } from '../flow.ts';
import { failure } from '../outcome.ts';
import type { Mounted, Outcome, Session, SessionReason, Step } from '../types.ts';
import { notice } from './notice.ts';
import { talk, type Connection } from './port.ts';
import { hasAny, shadow, surround } from './run.ts';
import { frameTexts, language, speakIn } from './texts.ts';

type Loader = typeof import('../loader.ts');

/** After so long without the loader a person should see that something is on. */
const SHOW_WAITING_MS = 800;
const NONE: Session = { userToken: '', encryptionKey: '', challengeId: '' };

export async function serve({ start, port }: Connection, loading: Promise<Loader>, origin: string): Promise<void> {
  let mounted: Mounted | undefined;
  let step: Step = 'loading';
  let wanted = start.flow;
  let instead: Outcome | undefined;

  const dialog = () => shadow()?.querySelector('dialog');
  const leave = (reason: 'user' | 'host') => host.tell({ outcome: { status: 'canceled', reason, step } });
  // As the Escape key in the dialog: whether to ask first is its decision.
  const escape = () => dialog()?.dispatchEvent(new Event('cancel', { cancelable: true })) ?? leave('user');
  const host = talk(port, (by) => {
    if (by === 'escape') escape();
    else if (mounted) mounted.cancel();
    else leave('host');
  });
  addEventListener('keydown', ({ key }) => key === 'Escape' && !dialog() && leave('user'));

  speakIn(start.locale);
  const rules = hasAny(start.customizations) || start.appearance ? import('../customise/customise.ts') : undefined;
  // While the loader is on its way.
  let early: Promise<Session> | undefined = asked('start');
  early.catch(() => {});
  const loaded = await patiently(Promise.all([loading, rules, language()]));
  if (!loaded) return;
  const [loader, customising, { locale }] = loaded;
  const looks = start.appearance ? customising?.readAppearance(start.appearance) : undefined;
  for (const warning of looks?.warnings ?? []) console.warn(`repin appearance: ${warning}`);

  // Only a page that can give another is asked for one. What is none counts as empty, and gets the gateway's answer.
  const session = start.renews ? { getSession } : { session: await early.catch(() => NONE) };
  mounted = loader.mount(document.body, {
    ...session,
    origin,
    locale,
    dir: start.dir,
    theme: start.theme,
    presentation: 'dialog',
    customisation: hasAny(start.customizations) ? customising?.customise(start.customizations) : undefined,
    appearance: looks?.appearance,
    successAutoCloseMs: start.successAutoCloseMs,
    onStep(at) {
      const error = refusal(wanted, at.flow);
      if (error) {
        instead = { status: 'failed', error };
        // The face is in the middle of its own call.
        return queueMicrotask(() => mounted?.cancel());
      }
      step = at.step;
      surround();
      host.tell({ step: at });
    },
    onForgot: start.handsOver ? forgot : undefined,
    onError: (error) => host.tell({ error }),
    onOutcome: (outcome) => host.tell({ outcome: instead ?? outcome }),
  });
  const root = shadow();
  if (root) new MutationObserver(surround).observe(root, { childList: true, subtree: true });

  function getSession(reason: SessionReason): Promise<Session> {
    const first = early;
    early = undefined;
    return first ?? asked(reason);
  }

  async function asked(reason: SessionReason): Promise<Session> {
    const session = await host.ask(reason);
    if (!session) throw new TypeError('getSession gave no { userToken, encryptionKey, challengeId }');
    return session;
  }

  /** Without a session of its own for a recovery, the page takes over. */
  async function forgot(): Promise<Session> {
    // What comes next is for something else.
    wanted = 'auto';
    const session = await host.ask('forgot');
    if (session) return session;
    instead = { status: 'forgot' };
    mounted?.cancel();
    return new Promise(() => {});
  }

  /** Nothing when it cannot be had: the person is told, and may try again. A browser remembers that an import failed, so the whole page does. */
  async function patiently<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    const again = () => {
      host.tell({ again: true });
      location.reload();
    };
    let shown: ReturnType<typeof notice> | undefined;
    const card = () => (shown ??= frameTexts().then(notice));
    const waiting = setTimeout(() => void card().then((card) => card.wait(() => leave('user'), again)), SHOW_WAITING_MS);
    try {
      return await promise;
    } catch (error) {
      const failed = failure('network', -1, (error as Error).message);
      host.tell({ error: failed });
      const texts = await frameTexts();
      const close = () => host.tell({ outcome: { status: 'failed', error: failed } });
      (await card()).explain(texts.shell.offline, close, { label: texts.common.retry, press: again });
      shown = undefined;
      return undefined;
    } finally {
      clearTimeout(waiting);
      (await shown)?.remove();
    }
  }
}
