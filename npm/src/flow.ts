// What kind of challenge a first screen belongs to.
import type { Flow, Step } from './types.ts';

const BEGINNINGS: Record<string, Step> = {
  RESTORE_PIN: 'questions',
  CHANGE_PIN: 'current-pin',
  SET_PIN: 'new-pin',
  INITIALIZE: 'new-pin',
  SET_SECURITY_QUESTIONS: 'questions-intro',
  SET_RECOVERY: 'current-pin',
  RESTORE_PIN_BY_CODE: 'send-code',
  RESTORE_PIN_BY_CODE_AND_ANSWERS: 'send-code',
  CREATE_WALLET: 'current-pin',
  EXPORT_PRIVATE_KEYS: 'current-pin',
  RECOVER_WALLETS: 'questions',
};

/** Whether this first screen is that of another kind of challenge than the host wants. */
export function isOther(flow: Flow | 'auto' | undefined, first: Step): boolean {
  const beginning = flow && BEGINNINGS[flow];
  return !!beginning && beginning !== first && Object.values(BEGINNINGS).includes(first);
}
