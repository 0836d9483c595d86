// The one message that is listened to: the session, and how the app wants the widget to look. All of it comes from a
// page that may be hostile, so each value is taken only in the form it must have.
import type { Session } from '../types.ts';

export interface Init {
  session: Session;
  /** As it came: `customise` decides what of it is used. */
  customizations: unknown;
}

/** The longest values, in characters: the vault's limit for a token, and room for every form of the others. */
const LONGEST = { userToken: 4096, encryptionKey: 64, challengeId: 64, appId: 128 };

/** Waits for the first such message of the page around this one; none after it is looked at. */
export function receive(origin: string): Promise<Init> {
  return new Promise((resolve) => {
    const listen = ({ source, origin: sender, data }: MessageEvent) => {
      if (source !== window.parent || sender !== origin) return;
      const init = read(data);
      if (!init) return;
      removeEventListener('message', listen);
      resolve(init);
    };
    addEventListener('message', listen);
  });
}

/**
 * Reads the SDK's message; nothing for any other. What is missing or of another form becomes empty text, to which the
 * vault and the gateway give the code that fits.
 */
export function read(data: unknown): Init | undefined {
  const w3s = member(data, 'w3s');
  if (typeof w3s !== 'object' || w3s === null) return undefined;
  const auth = member(w3s, 'auth');
  const session = {
    userToken: text(auth, 'userToken'),
    encryptionKey: text(auth, 'encryptionKey'),
    challengeId: text(member(w3s, 'challenge'), 'challengeId'),
    appId: text(member(w3s, 'appSettings'), 'appId'),
  };
  return { session, customizations: member(w3s, 'customizations') };
}

/** Of a session; empty when it is of another form. */
export function text(of: unknown, name: keyof typeof LONGEST): string {
  const value = member(of, name);
  return typeof value === 'string' && value.length <= LONGEST[name] ? value : '';
}

/** An own member of whatever this is. */
export function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;
}
