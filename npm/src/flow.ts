// Whether a challenge is what the host wants one for.
import type { Flow } from './types.ts';

/** Whether this challenge, once it is known what it is for, is for something else. */
export function isOther(wanted: Flow | 'auto' | undefined, opened: Flow | undefined): boolean {
  return !!wanted && wanted !== 'auto' && !!opened && wanted !== opened;
}
