// An app as Circle's documentation writes it. The tests hand it what its server would have fetched, press its button,
// and read what it was told.
import { W3SSdk } from '@circle-fin/w3s-pw-web-sdk';

/** Every message that reached the page, whoever sent it. */
/** @type {{ data: any, origin: string, fromFrame: boolean }[]} */
const received = [];
addEventListener('message', ({ data, origin, source }) => {
  const frame = /** @type {HTMLIFrameElement | null} */ (document.getElementById('sdkIframe'));
  received.push({ data, origin, fromFrame: source === frame?.contentWindow });
});

/** What the SDK called back with. */
/** @type {any[]} */
const calls = [];
/** @type {any} */
let sdk;

const app = {
  received,
  calls,
  challengeId: '',
  /** The documented start: settings, authentication. @param {Record<string, string>} session */
  start({ appId, userToken, encryptionKey, challengeId, serviceUrl }) {
    sdk = new W3SSdk({ appSettings: { appId } });
    if (serviceUrl) sdk.serviceUrl = serviceUrl;
    sdk.setAuthentication({ userToken, encryptionKey });
    app.challengeId = challengeId;
  },
  sdk: () => sdk,
  /** "Forgot PIN?" as documented: the app's server has created another challenge. @param {string} challengeId @param {boolean} closeFirst */
  recoverWith(challengeId, closeFirst) {
    sdk.setOnForgotPin(() => setTimeout(() => execute(challengeId), 50), closeFirst);
  },
};

Object.assign(window, { app });
document.getElementById('execute')?.addEventListener('click', () => execute(app.challengeId));

/** @param {string} challengeId */
function execute(challengeId) {
  sdk.execute(challengeId, (/** @type {any} */ error, /** @type {any} */ result) => calls.push({ challengeId, error, result }));
}
