// From the face's few words to the outcome that hosts read.
import type { Failure, FailureKind, Flow, Outcome, Step } from './types.ts';

export function outcome(status: string, detail: string, number = 0, challengeId = ''): Outcome {
  const outcomes: Record<string, Outcome> = {
    completed: { status: 'completed', flow: detail as Flow, challengeId },
    locked: { status: 'locked', factor: detail as 'pin' | 'answers', retryAt: new Date(number).toISOString() },
    forgot: { status: 'forgot' },
    failed: { status: 'failed', error: failure(detail as FailureKind, number) },
    canceled: { status: 'canceled', reason: 'user', step: detail as Step },
  };
  return outcomes[status];
}

export function failure(kind: FailureKind, code = -1, message: string = kind): Failure {
  return { code, kind, message, retryable: kind === 'network', docUrl: `errors#${kind}` };
}
