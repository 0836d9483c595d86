// `repin/react`, for React 17 to 19. By ref and listeners, for React 19 loses an element's listeners when it hydrates.
import { createElement, useEffect, useRef } from 'react';
import type { CSSProperties, DetailedHTMLProps, HTMLAttributes, ReactElement, ReactNode } from 'react';
import type { PinRecoveryOptions } from '../types.ts';
import { define } from './index.ts';
import type { PinRecoveryElement } from './element.ts';

export interface PinRecoveryProps extends Omit<PinRecoveryOptions, 'session'> {
  getSession: NonNullable<PinRecoveryOptions['getSession']>;
  /** What stands in the element's slots. */
  children?: ReactNode;
  className?: string;
  id?: string;
  style?: CSSProperties;
}

/** The widget, started when it is mounted and closed when it goes, of which no callback hears. Callbacks may change; other options count once. */
export function PinRecovery({ children, className, id, style, ...options }: PinRecoveryProps): ReactElement {
  const element = useRef<PinRecoveryElement>(null);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    define();
    const widget = element.current;
    const now = latest.current;
    // StrictMode takes everything out once and puts it back: that is no outcome.
    let gone = false;
    void widget?.start({
      ...now,
      getSession: (...asked) => latest.current.getSession(...asked),
      onForgot: now.onForgot && (() => latest.current.onForgot?.()),
      onStep: (step) => gone || latest.current.onStep?.(step),
      onError: (error) => gone || latest.current.onError?.(error),
      onOutcome: (outcome) => gone || latest.current.onOutcome?.(outcome),
    });
    return () => {
      gone = true;
      widget?.cancel();
    };
  }, []);
  useEffect(() => {
    if (element.current && options.locale) element.current.locale = options.locale;
  }, [options.locale]);
  return createElement('pin-recovery', { ref: element, class: className, id, style }, children);
}

/** The element's own attributes in JSX. */
export interface PinRecoveryAttributes extends DetailedHTMLProps<HTMLAttributes<PinRecoveryElement>, PinRecoveryElement> {
  class?: string;
  locale?: string;
  theme?: string;
  flow?: string;
  presentation?: string;
  'api-base-url'?: string;
  disabled?: boolean;
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      /** The element itself, for those who call `start` by a ref. */
      'pin-recovery': PinRecoveryAttributes;
    }
  }
}
