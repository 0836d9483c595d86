// From the widget's outcome to Circle's number and message. The words are for logs and developers; what people read is
// in the widget. The codes are those of crates/core/src/error.rs that can end a run; a test compares them.
import type { Failure, Outcome } from '../types.ts';
import type { CircleError } from './voice.ts';

export const MESSAGES: Record<number, string> = {
  [-1]: 'Something went wrong',
  3: 'Forbidden',
  409: 'Conflict with another request',
  155103: 'Cannot find the user token in the system.',
  155104: 'The userToken had expired.',
  155105: 'The userToken is invalid.',
  155106: 'The user had already been initialized.',
  155107: 'User has previously set a PIN. Use PUT /user/pin to reset the PIN.',
  155108: "User has previously set up their security questions, and they can't be reset.",
  155109: 'The specified user has been disabled.',
  155110: 'User has not set up a PIN yet.',
  155111: "User hasn't set the security questions for PIN backup yet.",
  155114: 'Provided app ID is not recognized in the system.',
  155116: "The challenge ID doesn't exist in the system.",
  155117: 'The content provided for approval is not correct.',
  155118: "Encryption key does not match with the user's token. Call POST /users/token to get the correct token encryption key pair.",
  155119: "The user's PIN input is locked. It will be unlocked after the cooldown period.",
  155120: "The user's security questions input is locked. It will be unlocked after the cooldown period.",
  155121: 'The provided challengeId has expired.',
  155122: 'The provided challengeId is invalid',
  155138: 'The email could not be sent.',
  155141: 'The OTP is locked.',
  155142: 'Too many OTPs were sent.',
  155181: 'The user has a wallet.',
  155182: 'The user has no wallet.',
  155701: 'User canceled',
  155702: 'The user interface could not start',
  155706: 'Network error',
  155707: 'Failed to encrypt data',
};

/** The person closed the frame. */
export const CANCELED = 155701;
/** The gateway could not be reached. */
export const NETWORK = 155706;
const LAUNCH_FAILED = 155702;
/** All three tries used, at each. */
const LOCKED = { pin: 155119, answers: 155120, code: 155141 };

export function circleError(code: number): CircleError {
  const known = code in MESSAGES ? code : -1;
  return { code: known, message: MESSAGES[known] };
}

/** Circle's "device token not found": this gateway gives out none, and its message says why. */
export const NO_LOGIN: CircleError = { code: 155145, message: 'This gateway offers no social or e-mail login.' };

/** What an outcome without success is called. */
export function errorOf(outcome: Exclude<Outcome, { status: 'completed' }>): CircleError {
  switch (outcome.status) {
    case 'locked':
      return circleError(LOCKED[outcome.factor]);
    case 'failed':
      return circleError(codeOf(outcome.error));
    default:
      return circleError(CANCELED);
  }
}

/** The widget gives Circle's number where it has one; what keeps it from starting has none of its own. */
function codeOf({ code, kind }: Failure): number {
  if (code !== -1) return code;
  if (kind === 'network') return NETWORK;
  return kind === 'unsupported_browser' || kind === 'blocked_by_csp' ? LAUNCH_FAILED : -1;
}
