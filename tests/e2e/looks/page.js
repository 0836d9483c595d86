// A page that embeds the widget with the mock in place of a gateway, and writes down what it hears.
const { mount } = await import(/** @type {any} */ ('./repin.js'));
const { mock, mockSession } = await import(/** @type {any} */ ('./repin-mock.js'));

/** @type {any[]} */
const steps = [];
const heard = { steps, errors: /** @type {any[]} */ ([]), outcome: /** @type {any} */ (undefined) };

/** @param {object} played what the mock plays @param {object} [options] */
function play(played, options = {}) {
  mount('#widget', {
    ...mock({ delayMs: 0, ...played }),
    onStep: (/** @type {any} */ { step }) => steps.push(step),
    onError: (/** @type {any} */ error) => heard.errors.push(error.kind),
    onOutcome: (/** @type {any} */ outcome) => (heard.outcome = outcome),
    ...options,
  });
}

/** A mock's session for the real vault. @param {object} [options] */
function playFalse(options = {}) {
  play({}, { vault: undefined, session: mockSession(), getSession: undefined, ...options });
}

Object.assign(window, { heard, play, playFalse });
document.documentElement.dataset.ready = '';
