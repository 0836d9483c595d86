// The page that a link of Planbok's face leads to, on the gateway's own origin: a ticket for a session, the widget, and the way
// back with a signed result. docs/planbok.md has the plan.
import { showOrigin } from '../frame/origin_line.ts';
import { language } from '../frame/texts.ts';
import type { Customisation } from '../customise/types.ts';
import type { Outcome } from '../types.ts';
import { say } from './cards.ts';
import { endVisit, openVisit, type Open, type Over } from './visit.ts';

const challengeId = location.pathname.slice(location.pathname.lastIndexOf('/') + 1);
/** Kept in this variable alone, until it was exchanged. */
let ticket: string | undefined = location.hash.slice(1) || undefined;
// Before anything is fetched: whoever looks at the address bar, the history or a screenshot later finds no ticket there.
history.replaceState(null, '', location.pathname);
// A newer link to the same challenge, opened here: browsers load nothing for a fragment.
addEventListener('hashchange', () => location.reload());

void begin();

async function begin(): Promise<void> {
  // Asked for together: the widget is large, the exchange slow.
  const loading = import('../loader.ts');
  loading.catch(() => {}); // told below
  try {
    const visit = await openVisit(challengeId, ticket);
    ticket = undefined;
    if ('gone' in visit) return void say('link', visit.back);
    if ('status' in visit) return goBack(visit);
    const [{ mount }, { locale }, customisation] = await Promise.all([loading, language(), left(visit)]);
    show(visit, mount, locale, customisation);
  } catch {
    // A browser remembers that an import failed: once the ticket is spent, the cookie brings the whole page back.
    void say('offline', undefined, () => (ticket ? begin() : location.reload()));
  }
}

/** What is left to choose from, where the gateway says so: another module, which nobody else waits for. */
async function left({ recoveryWays }: Open): Promise<Customisation | undefined> {
  return recoveryWays && (await import('../customise/customise.ts')).customise({ recoveryWays });
}

function show(visit: Open, mount: typeof import('../loader.ts').mount, locale: string, customisation?: Customisation): void {
  const { userToken, encryptionKey, appId } = visit;
  const place = document.getElementById('widget') as HTMLElement;
  const surround = () => {
    const dialog = place.firstElementChild?.shadowRoot?.querySelector('dialog');
    showOrigin(dialog);
    if (dialog) Object.assign(document.documentElement, { lang: dialog.lang, dir: dialog.dir });
  };
  mount(place, {
    session: { userToken, encryptionKey, challengeId, appId },
    locale,
    customisation,
    presentation: 'dialog',
    onStep: surround,
    onError: () => queueMicrotask(surround),
    onOutcome: (outcome) => void end(outcome, userToken),
  });
  const root = place.firstElementChild?.shadowRoot;
  if (root) new MutationObserver(surround).observe(root, { childList: true, subtree: true });
}

/** The gateway knows whether it is done; of an end without success it is told which. */
async function end(outcome: Outcome, userToken: string): Promise<void> {
  const words = { completed: 'completed', canceled: 'cancelled', forgot: 'cancelled' } as const;
  const word = words[outcome.status as keyof typeof words] ?? 'failed';
  try {
    const over = await endVisit(challengeId, userToken, word);
    if (!over) return location.reload();
    if (over.returnTo) location.replace(over.returnTo);
    else void say('link');
  } catch {
    void say('offline', undefined, () => end(outcome, userToken));
  }
}

/** A reload after the end. What is done leads on at once; anything else is said first. */
function goBack({ status, returnTo }: Over): void {
  if (status === 'verified' && returnTo) location.replace(returnTo);
  else void say('link', returnTo ?? undefined);
}
