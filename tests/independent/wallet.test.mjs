// Replays tests/vectors/wallet.json: shares with an implementation of our own, seeds and exported keys with viem, @solana/keys,
// @scure/bip39 and micro-key-producer.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hex, unhex } from './bytes.mjs';
import * as channel from './channel.mjs';
import * as wallet from './wallet.mjs';

const vectors = JSON.parse(readFileSync(new URL('../vectors/wallet.json', import.meta.url), 'utf8'));

test('a share is sealed to the same bytes, and both shares make the seed', () => {
  for (const v of vectors.shares) {
    const identifier = wallet.walletIdentifier(v.app, v.user, unhex(v.wallet_id));
    assert.equal(hex(identifier), v.wallet_identifier);
    assert.equal(hex(wallet.xor(unhex(v.user_share), unhex(v.gateway_share))), v.entropy);
    const key = wallet.shareKey(unhex(v.data_key));
    assert.equal(hex(channel.sealWith(key, identifier, unhex(v.user_share), unhex(v.nonce))), v.sealed);
    assert.equal(hex(channel.openWith(key, identifier, unhex(v.sealed))), v.user_share);
    // The control: it opens for no other wallet.
    const other = wallet.walletIdentifier(v.app, `${v.user}!`, unhex(v.wallet_id));
    assert.throws(() => channel.openWith(key, other, unhex(v.sealed)));
  }
  assert.notEqual(vectors.shares[1].sealed, vectors.shares[2].sealed, '"ab", "c" is not "a", "bc"');
});

test('other wallets make the same addresses of a seed', async () => {
  for (const { entropy, keys } of vectors.seeds) {
    const [ethereum, solana] = keys;
    const made = await wallet.addresses(unhex(entropy), { ethereum: ethereum.path, solana: solana.path });
    assert.deepEqual(made, { ethereum: ethereum.address, solana: solana.address });
    // The control: another account of the same seed is another address.
    const other = await wallet.addresses(unhex(entropy), { ethereum: "m/44'/60'/0'/0/1", solana: "m/44'/501'/1'/0'" });
    assert.notEqual(other.ethereum, ethereum.address);
    assert.notEqual(other.solana, solana.address);
  }
});

test('an exported key is imported and signs for its address', async () => {
  for (const { csv } of vectors.seeds) {
    const [header, ...lines] = csv.split('\r\n');
    assert.equal(header, 'blockchain,address,private_key,path');
    assert.deepEqual(lines.pop(), '');
    const cells = lines.map((/** @type {string} */ line) => line.split(','));
    assert.deepEqual(cells.map((/** @type {string[]} */ [chain]) => chain), ['ethereum', 'solana']);
    const [[, ethereum, ethereumKey], [, solana, solanaKey]] = cells;
    assert.equal(await wallet.signerOnEthereum(ethereumKey, 'mine'), ethereum);
    assert.equal(await wallet.signerOnSolana(solanaKey, 'mine'), solana);
    // The control: a key that lost a digit is no key.
    await assert.rejects(wallet.signerOnSolana(solanaKey.slice(0, -1), 'mine'));
  }
});
