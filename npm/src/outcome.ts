// From the face's few words to the outcome that hosts read.
import type { Failure, FailureKind, Outcome } from './types.ts';

export function outcome(status: string, detail: string, number = 0, challengeId = ''): Outcome {
  const more: Record<string, object> = {
    completed: { flow: detail, challengeId },
    locked: { factor: detail, retryAt: new Date(number).toJSON() },
    failed: { error: failure(detail as FailureKind, number) },
    canceled: { reason: 'user', step: detail },
  };
  return { status, ...more[status] } as Outcome;
}

export function failure(kind: FailureKind, code = -1, message: string = kind): Failure {
  return { code, kind, message, retryable: kind === 'network', docUrl: `errors#${kind}` };
}
