// What Repin has not got, through the SDK that offers it: an answer with a number, and never a hang or a page of HTML.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

/** A call of each kind with arguments that the SDK accepts. @type {Record<string, object>} */
const CALLS = {
  refreshUserToken: { refreshToken: 'r', deviceId: 'd' },
  createDeviceTokenForSocialLogin: { deviceId: 'd' },
  createDeviceTokenForEmailLogin: { deviceId: 'd', email: 'person@wallet.example' },
  createWallet: { blockchains: ['ETH-SEPOLIA'] },
  listWallets: {},
  createTransaction: {
    ...{ amount: ['1'], destinationAddress: '0x1', tokenId: randomUUID(), walletId: randomUUID() },
    fee: { type: 'level', config: { feeLevel: 'HIGH' } },
  },
  listTransactions: {},
  signMessage: { walletId: randomUUID(), message: 'hello' },
};

/** @param {import('../harness/rows.mjs').AddRow} row @param {import('../harness/stage.mjs').Stage} stage */
export function absent(row, stage) {
  for (const [method, input] of Object.entries(CALLS)) {
    row(`${method}, which Repin has not got: 155199, at once`, async () => {
      const { userToken } = await stage.session(await stage.user());
      const error = await stage.client[method]({ userToken, ...input }).then(
        () => assert.fail('answered'),
        (/** @type {any} */ error) => error,
      );
      const [code, status] =
        stage.major === 9 ? [error.response?.data?.code, error.response?.status] : [error.code, error.status];
      assert.deepEqual([code, status], [155199, 501], `${error}`);
    });
  }
}
