// The page inside the playground's frame: a host page of its own width, with the widget played by the mock.
import type { Measured } from '../../npm/src/appearance/contrast.ts';
import type { Mounted, Options } from '../../npm/src/types.ts';
import type { State } from '../playground/state.ts';

/** What the playground calls. */
export interface Stage {
  start(state: State, log: (what: string, detail?: object) => void): Promise<void>;
  /** Tokens and theme without a new start, so that what was typed stays. */
  dress(state: State): void;
  measure(): Measured[];
}

const { mount } = (await import('../repin/repin.js' as string)) as typeof import('../../npm/src/loader.ts');
const { mock, mockSession } = (await import('../repin/repin-mock.js' as string)) as typeof import('../../npm/src/mock/mock.ts');
const { measure } = (await import('../repin/repin-appearance.js' as string)) as typeof import('../../npm/src/appearance/appearance.ts');

const place = document.getElementById('place') as HTMLElement;
let running: Mounted | undefined;
let dressed: string[] = [];

const stage: Stage = {
  async start(state, log) {
    running?.unmount();
    await running?.done;
    background(state);
    const { flow, scenario, delay } = state;
    const played = mock({ flow, scenario, delayMs: delay });
    running = mount(place, {
      ...played,
      async getSession(reason) {
        log('getSession', { reason });
        return played.getSession!(reason);
      },
      onForgot: async () => {
        log('forgot');
        return mockSession({ flow: 'RESTORE_PIN', scenario, delayMs: delay });
      },
      ...options(state),
      onStep: ({ step, index, total }) => log('step', total ? { step, index, total } : { step }),
      onError: (error) => log('error', error),
      onOutcome: (outcome) => log('outcome', outcome),
    });
    dressed = Object.keys(state.tokens);
  },
  dress(state) {
    background(state);
    const element = frame();
    if (!element) return;
    if (state.theme === 'auto') delete element.dataset.theme;
    else element.dataset.theme = state.theme;
    for (const token of dressed) if (!(token in state.tokens)) element.style.removeProperty(token);
    for (const [token, value] of Object.entries(state.tokens)) element.style.setProperty(token, value);
    dressed = Object.keys(state.tokens);
  },
  measure() {
    const element = frame();
    return element ? measure(element) : [];
  },
};

function options(state: State): Partial<Options> {
  const { theme, preset, tokens, still, locale, dir, presentation } = state;
  return {
    theme,
    locale,
    dir: dir === 'auto' ? undefined : dir,
    presentation,
    appearance: { theme: preset || undefined, variables: tokens, disableAnimations: still },
  };
}

function background({ theme }: State): void {
  const dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
}

function frame(): HTMLElement | null {
  return document.querySelector('[data-mock]')?.shadowRoot?.querySelector('.repin') ?? null;
}

Object.assign(window, { stage });
parent.postMessage('stage', location.origin);
