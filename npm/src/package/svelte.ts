// `repin/svelte`: an action, `<div use:pinRecovery={options}>`. Actions are the same in Svelte 3, 4 and 5.
import type { PinRecoveryOptions } from '../types.ts';
import { mount } from './index.ts';

/**
 * Puts the widget into the element and starts it. A change of `locale` is followed; other options count once. When Svelte
 * takes the element out the widget closes, of which no callback hears.
 */
export function pinRecovery(node: Element, options: PinRecoveryOptions): { update(options: PinRecoveryOptions): void; destroy(): void } {
  let gone = false;
  const { element, unmount } = mount(node, {
    ...options,
    onStep: (step) => gone || options.onStep?.(step),
    onError: (error) => gone || options.onError?.(error),
    onOutcome: (outcome) => gone || options.onOutcome?.(outcome),
  });
  return {
    update({ locale }) {
      if (locale && locale !== element.locale) element.locale = locale;
    },
    destroy() {
      gone = true;
      unmount();
    },
  };
}
