// From the face's few words to the outcome that hosts read.
import type { Failure, FailureKind, Flow, Outcome, Step } from './types.ts';

export function outcome(status: string, detail: string, number: number, challengeId: string): Outcome {
  switch (status) {
    case 'completed':
      return { status, flow: detail as Flow, challengeId };
    case 'locked':
      return { status, factor: detail as 'pin' | 'answers', retryAt: new Date(number).toISOString() };
    case 'forgot':
      return { status };
    case 'failed':
      return { status, error: failure(detail as FailureKind, number) };
    default:
      return { status: 'canceled', reason: 'user', step: detail as Step };
  }
}

export function failure(kind: FailureKind, code = -1, message: string = kind): Failure {
  return { code, kind, message };
}
