// From the face's few words to the outcome that hosts read.
import type { Failure, FailureKind, Outcome } from './types.ts';

const KINDS: Record<number, FailureKind> = {
  155104: 'session_expired',
  155103: 'session_invalid',
  155105: 'session_invalid',
  155114: 'session_invalid',
  155118: 'session_invalid',
  155116: 'challenge_invalid',
  155121: 'challenge_invalid',
  155122: 'challenge_invalid',
  155111: 'questions_not_set',
  155109: 'user_disabled',
  155706: 'network',
};

export function outcome(status: string, detail: string, number: number, challengeId: string): Outcome {
  const more: Record<string, object> = {
    completed: { flow: detail, challengeId },
    locked: { factor: detail, retryAt: new Date(number).toISOString() },
    failed: { error: failure(KINDS[number] ?? 'internal', number) },
    canceled: { reason: 'user', step: detail },
  };
  return { status, ...more[status] } as Outcome;
}

export function failure(kind: FailureKind, code = -1, message: string = kind): Failure {
  return { code, kind, message, retryable: kind === 'network', docUrl: `errors#${kind}` };
}
