// Circle's slots that stand nowhere here, and why. Not shipped: for the documentation and its test.

const TRANSACTIONS = 'a screen for transactions and signatures, which Repin does not have';
const LOGIN = 'a screen for social and e-mail login, which Repin does not have';

/** By slot, or by the screen that all its slots are on. */
export const UNUSED_TEXTS: Record<string, string> = {
  'common.sign': TRANSACTIONS,
  socialEmailConfirm: LOGIN,
  emailOtp: LOGIN,
  transactionRequest: TRANSACTIONS,
  contractInteraction: TRANSACTIONS,
  signatureRequest: TRANSACTIONS,
};

export const UNUSED_COLOURS: Record<string, string> = {
  textDetailToggle: TRANSACTIONS,
  textInteractive: TRANSACTIONS,
  interactiveBg: TRANSACTIONS,
  tooltipText: TRANSACTIONS,
  tooltipBg: TRANSACTIONS,
  inputBgDisabled: 'no field here is ever disabled',
  plainBtnTextDisabled: 'no link here is ever disabled',
};

export const UNUSED_RESOURCES: Record<string, string> = {
  selectCheckMark: 'the list of questions is the browser’s own',
  transactionTokenIcon: TRANSACTIONS,
  dAppIcon: TRANSACTIONS,
  tipIcon: TRANSACTIONS,
  emailIcon: LOGIN,
  'fontFamily.url': 'it is a style sheet, which could restyle everything and tell what is typed: never fetched',
};
