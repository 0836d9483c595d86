// Whether a challenge is what the host wants one for.
import { failure } from './outcome.ts';
import type { Failure, Flow } from './types.ts';

/** What a challenge for something else ends with, once it is known what it is for. */
export function refusal(wanted: Flow | 'auto' | undefined, opened: Flow | undefined): Failure | undefined {
  if (!wanted || wanted === 'auto' || !opened || wanted === opened) return undefined;
  return failure('challenge_invalid', -1, `the challenge is ${opened}, not ${wanted}`);
}
