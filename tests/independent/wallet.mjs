// Shares and seeds of wallets, written from docs/protocol.md, section 10, with libraries that wallets are made of. It shares no
// code with the product.

import { expand } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { entropyToMnemonic, mnemonicToSeedSync } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english';
import { getAddressFromPublicKey } from '@solana/addresses';
import { createKeyPairFromBytes, createKeyPairFromPrivateKeyBytes, signBytes, verifySignature } from '@solana/keys';
import { base58 } from '@scure/base';
import { HDKey as Slip10 } from 'micro-key-producer/slip10.js';
import { recoverMessageAddress } from 'viem';
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts';
import { join, lengthPrefixed, utf8 } from './bytes.mjs';

/** @param {string} app @param {string} user @param {Uint8Array} id */
export const walletIdentifier = (app, user, id) =>
  join(utf8('repin/1 wallet'), lengthPrefixed(utf8(app)), lengthPrefixed(utf8(user)), id);

/** What the person's share is sealed under. @param {Uint8Array} dataKey */
export const shareKey = (dataKey) => expand(sha256, dataKey, utf8('repin/1 wallet-share'), 32);

/** E from U and G. @param {Uint8Array} one @param {Uint8Array} other */
export const xor = (one, other) => one.map((byte, at) => byte ^ other[at]);

/** What wallets make of a seed. @param {Uint8Array} entropy @param {{ ethereum: string, solana: string }} paths */
export async function addresses(entropy, paths) {
  const mnemonic = entropyToMnemonic(entropy, wordlist);
  const path = /** @type {`m/44'/60'/${string}`} */ (paths.ethereum);
  const { privateKey } = Slip10.fromMasterSeed(mnemonicToSeedSync(mnemonic)).derive(paths.solana);
  const { publicKey } = await createKeyPairFromPrivateKeyBytes(privateKey);
  return { ethereum: mnemonicToAccount(mnemonic, { path }).address, solana: await getAddressFromPublicKey(publicKey) };
}

/** A message signed with an exported key of Ethereum: whose it is. @param {string} privateKey @param {string} message */
export async function signerOnEthereum(privateKey, message) {
  const account = privateKeyToAccount(/** @type {`0x${string}`} */ (privateKey));
  return recoverMessageAddress({ message, signature: await account.signMessage({ message }) });
}

/** The same of Solana, as Phantom imports it. @param {string} privateKey @param {string} message */
export async function signerOnSolana(privateKey, message) {
  const pair = await createKeyPairFromBytes(base58.decode(privateKey));
  const signed = await signBytes(pair.privateKey, utf8(message));
  const holds = await verifySignature(pair.publicKey, signed, utf8(message));
  return holds ? getAddressFromPublicKey(pair.publicKey) : undefined;
}
