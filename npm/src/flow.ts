// What a host's side decides by a challenge's kind, and by how far it is.
import { failure } from './outcome.ts';
import type { Failure, Flow, Step } from './types.ts';

/** Whether nobody leaves this step by a dialog that browsers close by themselves: something is being set, or keys are there to be read. */
export const staysOpen = (step: Step) => /^(working|keys)$/.test(step);

/** What a challenge for something else ends with, once it is known what it is for. */
export function refusal(wanted: Flow | 'auto' | undefined, opened: Flow | undefined): Failure | undefined {
  if (!wanted || wanted === 'auto' || !opened || wanted === opened) return undefined;
  return failure('challenge_invalid', -1, `the challenge is ${opened}, not ${wanted}`);
}
