// `repin`: what a host page imports. Importing it does nothing, and works where there is no DOM.
import type { Mounted, Outcome, PinRecoveryOptions } from '../types.ts';
import { PinRecoveryElement } from './element.ts';

export type * from '../types.ts';
export type { State } from './element.ts';
export { PinRecoveryElement };

const TAG = 'pin-recovery';

/** Makes `<pin-recovery>` known, or another name, which must have a hyphen. Again, or on a server, it does nothing. */
export function define(tag: string = TAG): void {
  if (typeof customElements === 'undefined' || customElements.get(tag)) return;
  // A class has one name: others get a class of their own.
  customElements.define(tag, tag === TAG ? PinRecoveryElement : class extends PinRecoveryElement {});
}

/**
 * Puts the widget at the end of `target` and starts it. Throws a `TypeError` when there is no such element in the page, or no
 * session to ask for.
 */
export function mount(target: Element | string, options: PinRecoveryOptions): Mounted & { readonly element: PinRecoveryElement } {
  const place = typeof target === 'string' ? document.querySelector(target) : target;
  if (!place) throw new TypeError(`repin: no element matches ${target}`);
  if (!place.isConnected) throw new TypeError('repin: the element is not in the page');
  if (!options.session && !options.getSession) throw new TypeError('repin: no getSession');
  define();
  const element = document.createElement(TAG) as PinRecoveryElement;
  place.append(element);
  const done = element.start(options).then((outcome) => {
    element.remove();
    return outcome;
  });
  const cancel = () => element.cancel();
  return {
    element,
    done,
    cancel,
    unmount: cancel,
    renew: (session) => element.renew(session),
    setLocale: async (tag) => void (element.locale = tag),
  };
}

/** Opens the widget as a modal dialog over the page. The focus returns to where it was. Rejects only as `mount` throws. */
export async function open(options: PinRecoveryOptions): Promise<Outcome> {
  return mount(document.body, { ...options, presentation: 'dialog' }).done;
}

/** Fetches what a start will need, when it is likely soon: on `pointerenter`, or while the page rests. Never rejects. */
export const preload: typeof PinRecoveryElement.preload = (options) => PinRecoveryElement.preload(options).catch(() => {});
