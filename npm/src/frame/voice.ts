// What is told to the app's page, in the words that Circle's SDK reads: one key of its own in each message, always to
// the one origin, and nothing after the end.

/** Circle's number and message. */
export interface CircleError {
  code: number;
  message: string;
}

export interface Voice {
  /** The page is there; the SDK answers with the session. It waits for 10 seconds. */
  ready(): void;
  /** The frame can be seen from now on. True the first time. */
  show(): boolean;
  /** The person forgot the PIN: the app may start a recovery. */
  forgot(): void;
  /** The end: done. Never followed by `onClose`, which would take down what the app's callback has just opened. */
  complete(type: string): void;
  /** The end: not done. */
  fail(error: CircleError): void;
  /** The end of `/social/verify-token`: the SDK closes the frame by itself. */
  refuseSocialLogin(error: CircleError): void;
  /** The end of `/social/verify-email`: the SDK leaves the frame open, for a second try. */
  refuseEmailLogin(error: CircleError): void;
  /** The end of `/device-id`. */
  device(deviceId: string): void;
}

export function speakTo(origin: string, parent: Pick<Window, 'postMessage'> = window.parent): Voice {
  let shown = false;
  let over = false;
  const post = (...messages: object[]) => {
    if (!over) messages.forEach((message) => parent.postMessage(message, origin));
  };
  const end = (...messages: object[]) => {
    post(...messages);
    over = true;
  };
  return {
    ready: () => post({ onFrameReady: true }),
    show() {
      if (shown || over) return false;
      post({ showUi: true });
      return (shown = true);
    },
    forgot: () => post({ onForgotPin: true }),
    complete: (type) => end({ onComplete: true, result: { type, status: 'COMPLETE' } }),
    fail: (error) => end({ onError: true, error }, { onClose: true }),
    refuseSocialLogin: (error) => end({ onSocialLoginVerified: { error, result: undefined } }),
    refuseEmailLogin: (error) => end({ onEmailLoginVerified: { error, result: undefined } }, { onClose: true }),
    device: (deviceId) => end({ deviceId }),
  };
}
