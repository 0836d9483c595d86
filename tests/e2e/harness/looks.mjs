// Two hosts' looks, as their code would hand them to Circle's web SDK: every slot of the screens that have one.
const PIN = { headline: 'Enter your {{pin}}', headline2: 'spending PIN', subhead: 'Six digits that only you know.' };

const localizations = {
  common: { continue: 'Next', showPin: 'Reveal', hidePin: 'Conceal', confirm: 'Confirm', retry: 'Once more' },
  initPincode: PIN,
  confirmInitPincode: { ...PIN, headline: 'Repeat your {{pin}}' },
  newPincode: PIN,
  confirmNewPincode: PIN,
  enterPincode: { ...PIN, forgotPin: 'Lost it?' },
  recoverPincode: { headline: 'Recover your {{pin}}', headline2: 'PIN', subhead: 'Answer as you did then.', answerInputHeader: 'Your answer', answerInputPlaceholder: 'Type your answer here' },
  securityIntros: { headline: 'Set up your {{method}}', headline2: 'Recovery Method', description: 'This is the only way to recover wallet access if you forget your PIN.', link: 'Learn more' },
  securityQuestions: { title: 'Recovery Method', questionHeader: 'Choose your {{ordinal}} question', questionPlaceholder: 'Select one question', requiredMark: '*', answerHeader: 'Provide an answer', answerPlaceholder: 'Type your answer here', answerHintHeader: 'Provide an answer hint (optional)', answerHintPlaceholder: 'Type your hint here' },
  securitySummary: { title: 'Summary', question: '{{ordinal}} question' },
  securityConfirm: { headline: 'Keep your questions safe', inputHeadline: 'Type “I agree” to proceed:', inputPlaceholder: 'Type “I agree” here', inputMatch: 'I agree' },
};
const securityQuestions = {
  requiredCount: 2,
  securityConfirmItems: ['This is the only way to recover my account access.', 'I will lose access to my wallet and my digital assets if I forget my answers.'],
};
const customLinks = { learnMoreUrl: 'https://wallet.example/help' };

/** A light one. */
export const LIGHT = {
  localizations,
  securityQuestions,
  customLinks,
  themeColor: {
    bg: '#fffaf3', divider: '#e6d9c5', success: '#1b6e3c', error: '#a81d1d', textMain: '#2b1d0e', textMain2: '#4a3a28', textAuxiliary: '#5d4c38', textAuxiliary2: '#66543f',
    textSummary: '#5d4c38', textSummaryHighlight: '#7a2e00', textPlaceholder: '#6f5d48', pinDotBase: '#fff', pinDotBaseBorder: '#93795a', pinDotActivated: '#a24100', enteredPinText: '#7a2e00',
    inputText: '#2b1d0e', inputBorderFocused: '#a24100', inputBorderFocusedError: '#a81d1d', inputBg: '#ffffff', dropdownBg: '#fff3e0', dropdownBorderIsOpen: '#a24100', dropdownBorderError: '#a81d1d',
    mainBtnText: '#fff', mainBtnTextDisabled: '#6b5a45', mainBtnTextOnHover: '#fff', mainBtnBg: '#a24100', mainBtnBgOnHover: '#7a2e00', mainBtnBgDisabled: '#f0e4d2',
    secondBtnText: '#7a2e00', secondBtnBorder: '#a24100', secondBtnBgOnHover: '#fff0dc', secondBtnTextOnHover: '#7a2e00', plainBtnText: '#8a3600', plainBtnTextOnHover: '#5e2400', plainBtnBgOnHover: '#fff0dc',
    recoverPinHintTitle: '#4a3a28', recoverPinHintTitleBg: '#f4e6cf', recoverPinHint: '#7a2e00', titleGradients: ['#a24100', '#7a2e00'], backdrop: '#2b1d0e', backdropOpacity: 0.6,
  },
};

/** A dark one that leaves most to us: what follows from the ground has to fit it. */
export const DARK = {
  localizations,
  securityQuestions,
  customLinks,
  themeColor: { bg: 'rgb(13 17 28)', textMain: 'white', textAuxiliary: '#aab4cc', mainBtnBg: 'hsl(164 80% 45%)', mainBtnText: '#03130e', titleGradients: ['#B090F5', '#1AA3FF'], recoverPinHintTitleBg: '#1b2336' },
};
