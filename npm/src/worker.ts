// The vault's worker, with its glue in it. The page posts the compiled module first; from then on the messages are the vault's.
import { initSync, start_vault } from './repin_widget.js';
import { bringArgon2id, type Kernels } from './worker_argon2id.ts';
import { bringWallet } from './worker_wallet.ts';

// Chromium has it from 103 on, and all else that is needed before that.
AbortSignal.timeout ??= (ms) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
};

onmessage = ({ data }: MessageEvent<{ module: WebAssembly.Module; wallet?: string | Uint8Array<ArrayBuffer>; argon2id?: Kernels }>) => {
  initSync(data);
  bringWallet(data.wallet ?? new URL('./repin_wallet_bg.wasm', import.meta.url).href);
  // With what came with the script there are no addresses to be found beside it.
  bringArgon2id(data.argon2id ?? [new URL('./repin_kdf_simd.wasm', import.meta.url).href, new URL('./repin_kdf_scalar.wasm', import.meta.url).href], (share) => postMessage(share));
  start_vault();
  // The first formatter of a process loads the language data: a fifth of a second on a slow phone. Here it passes while
  // the gateway's first answer is on its way; in the page it would be a long task as soon as a date is asked for.
  setTimeout(() => new Intl.DateTimeFormat());
};
