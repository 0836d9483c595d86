// `<pin-recovery>`: the widget as an element. What is secret comes by `start`, never by an attribute.
import type { Flow, Options, Outcome, PinRecoveryEvents, PinRecoveryOptions, Session, Step } from '../types.ts';
import { load, version } from './load.ts';
import { dress } from './parts.ts';
import { run, type Run } from './run.ts';

/** Where there is no DOM, as on a server, the class can be named but not used. */
const Base = (typeof HTMLElement === 'undefined' ? class {} : HTMLElement) as typeof HTMLElement;

/** Attributes, and the options that they are. */
const ATTRIBUTES = { locale: 'locale', dir: 'dir', theme: 'theme', flow: 'flow', presentation: 'presentation', 'api-base-url': 'apiBaseUrl' } as const;
const SECRET = ['session', 'user-token', 'encryption-key', 'challenge-id'];
/** To session recorders: this is not yours. Where inputs are masked, answers in sight may not be. */
const UNRECORDED = ['sentry-mask', 'hj-suppress', 'clarity-mask', 'private'];

export type State = 'ready' | 'busy' | 'error' | 'locked' | 'done';
const STATES: Partial<Record<Step, State>> = {
  loading: 'busy', working: 'busy', locked: 'locked', success: 'done',
  expired: 'error', 'cannot-recover': 'error', offline: 'error', error: 'error',
};

let scolded = false;

export class PinRecoveryElement extends Base {
  static readonly observedAttributes = [...Object.keys(ATTRIBUTES), 'disabled', ...SECRET];

  /** Fetches what a start will need, so that the widget stands at once when it is asked for. Rejects when it cannot. */
  static async preload({ assetsUrl, locale }: Pick<PinRecoveryOptions, 'assetsUrl' | 'locale'> = {}): Promise<void> {
    if (typeof document !== 'undefined') await (await load(assetsUrl)).preload(locale);
  }

  declare locale: Options['locale'];
  declare theme: Options['theme'];
  declare flow: Flow | 'auto' | undefined;
  declare presentation: Options['presentation'];
  declare apiBaseUrl: string | undefined;
  declare disabled: boolean;

  #options: PinRecoveryOptions = {};
  #internals?: ElementInternals;
  #onStep?: (step: Step | 'idle') => void;
  #run?: Run;
  #step: Step | 'idle' = 'idle';

  constructor() {
    super();
    this.#onStep = dress(this.attachShadow({ mode: 'open' }));
    this.#internals = this.attachInternals?.();
  }

  /** Taken as if given to `start`. */
  get options(): PinRecoveryOptions {
    return this.#options;
  }

  set options(options: PinRecoveryOptions) {
    this.#options = options ?? {};
  }

  /** The step the person is at; `idle` before `start` and after the outcome. */
  get state(): Step | 'idle' {
    return this.#step;
  }

  get version(): string {
    return version;
  }

  /**
   * Starts, from the beginning if it runs already. Resolves to the outcome, whatever it is; rejects with a `TypeError`
   * only when there is no session to ask for, or the element is not in the page.
   */
  async start(options: PinRecoveryOptions = {}): Promise<Outcome> {
    const attributes = Object.entries(ATTRIBUTES).map(([name, option]) => [option, this.getAttribute(name) || undefined]);
    // The later the stronger, without what is `undefined`, which would hide what was said elsewhere.
    const said = [...attributes, ...Object.entries(this.options), ...Object.entries(options)].filter(([, value]) => value !== undefined);
    const asked: PinRecoveryOptions = Object.fromEntries(said);
    if (!asked.session && !asked.getSession) throw new TypeError('repin: no getSession');
    if (!this.isConnected) throw new TypeError('repin: start() before the element is in the page');
    for (const name of UNRECORDED) this.setAttribute(`data-${name}`, 'true');
    this.cancel();
    const mine: Run = (this.#run = run(this, asked, this.#run?.done, (step) => this.#run === mine && this.#reach(step)));
    this.#reach('loading');
    const outcome = await mine.done;
    if (this.#run === mine) this.#reach('idle');
    return outcome;
  }

  /** Closes as if the person had; the promise of `start` resolves. */
  cancel(): void {
    this.#run?.cancel();
  }

  /** Closes, and forgets `options`. */
  reset(): void {
    this.cancel();
    this.options = {};
  }

  /** A fresh session for the same challenge. */
  renew(session: Session): void {
    this.#run?.renew(session);
  }

  /** Goes where the reading begins: a headline or a field, else the first button. */
  override focus(options?: FocusOptions): void {
    const places = this.shadowRoot?.querySelectorAll<HTMLElement>('[tabindex="-1"], input, select, .btn, button') ?? [];
    [...places].find((place) => place.checkVisibility?.() ?? true)?.focus(options);
  }

  connectedCallback(): void {
    // Set on the element before it was defined: they hide the accessors.
    for (const name of ['options', 'disabled', ...Object.values(ATTRIBUTES)] as 'options'[]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete (this as Partial<this>)[name];
      this[name] = value;
    }
    // Moved: a modal dialog that was taken out is modal no more.
    const dialog = this.shadowRoot?.querySelector('dialog');
    if (dialog?.open) {
      dialog.close();
      dialog.showModal();
    }
  }

  /** With `moveBefore` everything stays as it is. */
  connectedMoveCallback(): void {}

  disconnectedCallback(): void {
    // Frameworks take elements out to put them in elsewhere.
    queueMicrotask(() => this.isConnected || this.cancel());
  }

  attributeChangedCallback(name: string, _: string | null, value: string | null): void {
    if (SECRET.includes(name) && value !== null) {
      this.removeAttribute(name);
      if (!scolded) console.error(`repin: took the attribute ${name} away. Secrets go by start({ getSession }).`);
      scolded = true;
    }
    if (name === 'disabled') this.inert = value !== null;
    if (name === 'locale') void this.#run?.setLocale(value ?? 'auto');
    const frame = this.shadowRoot?.querySelector<HTMLElement>('.repin');
    if (!frame) return;
    if (name === 'dir' && value) frame.dir = value;
    if (name === 'theme') value && value !== 'auto' ? (frame.dataset.theme = value) : delete frame.dataset.theme;
  }

  #reach(step: Step | 'idle'): void {
    this.#step = step;
    this.#onStep?.(step);
    try {
      this.#internals?.states.clear();
      if (step !== 'idle') this.#internals?.states.add(STATES[step] ?? 'ready');
    } catch {
      // Before 2024 browsers had no states, or took only names with two dashes.
    }
  }
}

for (const [attribute, name] of Object.entries(ATTRIBUTES)) if (name !== 'dir') reflect(name, attribute);
reflect('disabled');

/** A property that is the attribute; one of the same name is there or not. */
function reflect(name: string, attribute?: string): void {
  Object.defineProperty(PinRecoveryElement.prototype, name, {
    configurable: true,
    enumerable: true,
    get(this: HTMLElement) {
      return attribute ? (this.getAttribute(attribute) ?? undefined) : this.hasAttribute(name);
    },
    set(this: HTMLElement, value: any) {
      if (!attribute) this.toggleAttribute(name, !!value);
      else if (value == null) this.removeAttribute(attribute);
      else this.setAttribute(attribute, value);
    },
  });
}

/** What TypeScript knows of the element's events. */
export interface PinRecoveryElement {
  addEventListener<Name extends keyof PinRecoveryEvents>(name: Name, listen: (this: PinRecoveryElement, event: PinRecoveryEvents[Name]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(name: string, listen: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<Name extends keyof PinRecoveryEvents>(name: Name, listen: (this: PinRecoveryElement, event: PinRecoveryEvents[Name]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener(name: string, listen: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'pin-recovery': PinRecoveryElement;
  }
}
