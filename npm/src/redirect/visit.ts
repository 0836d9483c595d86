// The page's two calls. The gateway answers them to its own pages alone.

/** It can be carried out. */
export interface Open {
  userToken: string;
  encryptionKey: string;
  appId: string;
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

/** A ticket for a session; without one the cookie of an earlier visit counts. Rejects when the gateway cannot be reached. */
export async function openVisit(challengeId: string, ticket?: string): Promise<Open | Over | Gone> {
  const reply = await post(challengeId, 'session', { ticket });
  if (reply.ok) return reply.json();
  // What cannot answer now may answer later; 4xx says no.
  if (reply.status >= 500 || reply.status === 429) throw new TypeError(`${reply.status}`);
  return { gone: true, back: (await reply.json()).back };
}

/** The way back. Rejects when it cannot be had now. */
export async function endVisit(challengeId: string, userToken: string, outcome: 'completed' | 'cancelled' | 'failed'): Promise<Over> {
  const reply = await post(challengeId, 'result', { outcome }, { 'X-User-Token': userToken });
  // Not the browser that came with the link, or not any more: the app's origin is all there is.
  if (reply.status === 410) return { status: 'failed', returnTo: (await reply.json()).back ?? null };
  if (!reply.ok) throw new TypeError(`${reply.status}`);
  return reply.json();
}

const post = (challengeId: string, what: string, body: object, headers?: Record<string, string>) =>
  fetch(`/v1/repin/visits/${encodeURIComponent(challengeId)}/${what}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
