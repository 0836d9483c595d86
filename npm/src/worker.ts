// The vault's worker, with its glue in it. The page posts the compiled module first; from then on the messages are the vault's.
import { initSync, start_vault } from './repin_widget.js';
import { bringArgon2id, type Kernels } from './worker_argon2id.ts';
import { bringWallet } from './worker_wallet.ts';

/** How long one request may take. Far beyond any honest network; without it a connection that hangs would hang the person. */
const TIMEOUT_MS = 30_000;

interface Scope {
  /** Called by the vault; `crates/vault/src/worker/browser.rs`. Here, for it takes fewer bytes than in WASM. */
  post(url: string, token: string, body: string): Promise<[status: number, code: unknown, sealed: unknown]>;
}

let formatter: Intl.DateTimeFormat | undefined;

(self as unknown as Scope).post = async (url, token, body) => {
  const over = new AbortController();
  setTimeout(() => over.abort(), TIMEOUT_MS);
  const answer = fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-User-Token': token },
    body,
    // The token is all the gateway needs; cookies and referrers would only tell on the person.
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    cache: 'no-store',
    signal: over.signal,
  });
  // The first formatter of a process loads the language data: a fifth of a second on a slow phone. Here it passes while
  // the gateway's first answer is on its way; in the page it would be a long task as soon as a date is asked for.
  setTimeout(() => (formatter ??= new Intl.DateTimeFormat()));
  const response = await answer;
  const { code, sealed } = Object(await response.json());
  return [response.status, code, sealed];
};

onmessage = ({ data }: MessageEvent<{ module: WebAssembly.Module; wallet?: string | Uint8Array<ArrayBuffer>; argon2id?: Kernels }>) => {
  initSync(data);
  bringWallet(data.wallet ?? new URL('./repin_wallet_bg.wasm', import.meta.url).href);
  // With what came with the script there are no addresses to be found beside it.
  bringArgon2id(data.argon2id ?? [new URL('./repin_kdf_simd.wasm', import.meta.url).href, new URL('./repin_kdf_scalar.wasm', import.meta.url).href], (share) => postMessage(share));
  start_vault();
};
