// The page's two calls. The gateway answers them to its own pages alone.
import type { Customisation } from '../customise/types.ts';

/** It can be carried out. */
export interface Open {
  userToken: string;
  encryptionKey: string;
  appId: string;
  /** The ways back that can be chosen, when it is not all of them. */
  recoveryWays?: Customisation['recoveryWays'];
}

/** It is over: where to go, or nothing when the app's origin is not registered any more. */
export interface Over {
  status: 'verified' | 'failed' | 'cancelled';
  returnTo: string | null;
}

/** The link is not good: the origin to go back to, where there is one. */
export interface Gone {
  gone: true;
  back?: string;
}

/** This page's own: with it a ticket whose answer was lost on the way is good again, and for nobody else. */
const nonce = Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** A ticket for a session; without one the cookie of an earlier visit counts. Rejects when the gateway cannot be reached. */
export async function openVisit(challengeId: string, ticket?: string): Promise<Open | Over | Gone> {
  const reply = await post(challengeId, 'session', { ticket, nonce });
  if (reply.ok) return reply.json();
  if (isForLater(reply)) throw new TypeError(`${reply.status}`);
  return { gone: true, back: (await reply.json()).back };
}

/**
 * The way back, or nothing when this session cannot ask for it: it is over after an hour, and whoever copies keys may take longer. The cookie
 * of the visit can, with a page that is loaded anew. Rejects when nobody can be asked now.
 */
export async function endVisit(challengeId: string, userToken: string, outcome: 'completed' | 'cancelled' | 'failed'): Promise<Over | undefined> {
  const reply = await post(challengeId, 'result', { outcome }, { 'X-User-Token': userToken });
  // Not the browser that came with the link, or not any more: the app's origin is all there is.
  if (reply.status === 410) return { status: 'failed', returnTo: (await reply.json()).back ?? null };
  if (isForLater(reply)) throw new TypeError(`${reply.status}`);
  return reply.ok ? reply.json() : undefined;
}

/** What cannot answer now may answer later; any other 4xx says no. */
const isForLater = ({ status }: Response) => status >= 500 || status === 429;

const post = (challengeId: string, what: string, body: object, headers?: Record<string, string>) =>
  fetch(`/v1/repin/visits/${encodeURIComponent(challengeId)}/${what}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
