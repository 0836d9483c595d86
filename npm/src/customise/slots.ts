// Which of Circle's texts stands where here. Data alone: `docs/customisation.md` is made from it, and a test holds both
// to the list of slots in Circle's web SDK. What is not used, and why, is in `unused.ts`, which is not shipped.

/** Circle's slot: our text. `custom.` texts have no words of ours to replace. */
export const TEXTS: Record<string, string> = {
  'common.continue': 'common.continue',
  'common.showPin': 'pin.show',
  'common.hidePin': 'pin.hide',
  'common.confirm': 'confirm.submit',
  'common.retry': 'common.retry',
  'initPincode.subhead': 'first.lead',
  'confirmInitPincode.subhead': 'confirm_first.lead',
  'newPincode.subhead': 'new.lead',
  'confirmNewPincode.subhead': 'confirm.lead',
  'enterPincode.subhead': 'current.lead',
  'enterPincode.forgotPin': 'current.forgot',
  'recoverPincode.subhead': 'questions.lead',
  'recoverPincode.answerInputHeader': 'custom.answer_header',
  'recoverPincode.answerInputPlaceholder': 'custom.placeholder.recover',
  'securityIntros.description': 'intro.lead',
  'securityIntros.link': 'intro.learn_more',
  'securityQuestions.title': 'choose.title',
  'securityQuestions.questionHeader': 'custom.ask',
  'securityQuestions.questionPlaceholder': 'choose.placeholder',
  'securityQuestions.requiredMark': 'custom.mark',
  'securityQuestions.answerHeader': 'choose.answer',
  'securityQuestions.answerPlaceholder': 'custom.placeholder.words',
  'securityQuestions.answerHintHeader': 'choose.hint',
  'securityQuestions.answerHintPlaceholder': 'custom.placeholder.hint',
  'securitySummary.title': 'summary.title',
  'securitySummary.question': 'custom.nth',
  'securityConfirm.title': 'agree.title',
  'securityConfirm.headline': 'agree.title',
  'securityConfirm.inputHeadline': 'agree.label',
  'securityConfirm.inputPlaceholder': 'custom.placeholder.phrase',
  'securityConfirm.inputMatch': 'agree.phrase',
};

/** Texts that a host may take away by an empty string. */
export const MAY_BE_EMPTY = /\.lead$/;

/** Circle's screens with `headline` and `headline2`: our title, and Circle's English for `headline2`. */
export const HEADLINES: Record<string, readonly [title: string, headline2: string]> = {
  initPincode: ['first.title', 'PIN'],
  confirmInitPincode: ['confirm_first.title', 'PIN'],
  newPincode: ['new.title', 'New PIN'],
  confirmNewPincode: ['confirm.title', 'New PIN'],
  enterPincode: ['current.title', 'PIN'],
  recoverPincode: ['questions.title', 'PIN'],
  securityIntros: ['intro.title', 'Recovery Method'],
};

/** Circle's colour: our token. `titleGradients`, `backdrop` and `backdropOpacity` are more than one colour each. */
export const COLOURS: Record<string, string> = {
  bg: '--pr-bg',
  divider: '--pr-border',
  success: '--pr-ok',
  error: '--pr-danger',
  textMain: '--pr-text',
  textMain2: '--pr-point',
  textAuxiliary: '--pr-muted',
  textAuxiliary2: '--pr-hint',
  textSummary: '--pr-summary',
  textSummaryHighlight: '--pr-summary-strong',
  textPlaceholder: '--pr-placeholder',
  pinDotBase: '--pr-slot-bg',
  pinDotBaseBorder: '--pr-slot-border',
  pinDotActivated: '--pr-slot-dot',
  enteredPinText: '--pr-slot-text',
  inputText: '--pr-field-text',
  inputBorderFocused: '--pr-field-focus',
  inputBorderFocusedError: '--pr-field-error',
  inputBg: '--pr-field-bg',
  dropdownBg: '--pr-list-bg',
  dropdownBorderIsOpen: '--pr-list-open',
  dropdownBorderError: '--pr-list-error',
  mainBtnText: '--pr-on-accent',
  mainBtnTextDisabled: '--pr-main-off-text',
  mainBtnTextOnHover: '--pr-main-hover-text',
  mainBtnBg: '--pr-accent',
  mainBtnBgOnHover: '--pr-accent-hover',
  mainBtnBgDisabled: '--pr-main-off',
  secondBtnText: '--pr-alt-text',
  secondBtnTextDisabled: '--pr-alt-off-text',
  secondBtnTextOnHover: '--pr-alt-hover-text',
  secondBtnBorder: '--pr-alt-border',
  secondBtnBorderOnHover: '--pr-alt-hover-border',
  secondBtnBgOnHover: '--pr-alt-hover',
  secondBtnBorderDisabled: '--pr-alt-off-border',
  plainBtnText: '--pr-link',
  plainBtnTextOnHover: '--pr-link-hover-text',
  plainBtnBg: '--pr-link-bg',
  plainBtnBgOnHover: '--pr-link-hover',
  recoverPinHintTitle: '--pr-hint-title',
  recoverPinHintTitleBg: '--pr-hint-title-bg',
  recoverPinHint: '--pr-hint-words',
};

/** Circle's picture: the part it replaces. */
export const PICTURES = {
  naviClose: 'close',
  naviBack: 'back',
  securityIntroMain: 'intro',
  securityConfirmMain: 'confirm',
  errorInfo: 'error',
  dropdownArrow: 'arrow',
} as const;
