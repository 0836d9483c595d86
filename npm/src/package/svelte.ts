// `repin/svelte`: an action, `<div use:pinRecovery={options}>`. Actions are the same in Svelte 3, 4 and 5.
import type { PinRecoveryOptions } from '../types.ts';
import { mount } from './index.ts';

/** Puts the widget into the element and starts it. A change of `locale` is followed; other options count once. */
export function pinRecovery(node: Element, options: PinRecoveryOptions): { update(options: PinRecoveryOptions): void; destroy(): void } {
  const { element, unmount } = mount(node, options);
  return {
    update({ locale }) {
      if (locale && locale !== element.locale) element.locale = locale;
    },
    destroy: unmount,
  };
}
