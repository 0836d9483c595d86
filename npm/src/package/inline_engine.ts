// The engine of `repin/inline`: what `engine.ts` fetches is in the script. For bundlers that follow no addresses, at the
// price of two thirds more bytes, and of `worker-src blob:` in the page's policy.
import type { Engine } from '../engine.ts';
import { failure } from '../outcome.ts';
// @ts-expect-error put in when it is built
import base64 from 'repin:wasm';
// @ts-expect-error
import walletBase64 from 'repin:wallet';
// @ts-expect-error
import vectorsBase64 from 'repin:repin_kdf_simd.wasm';
// @ts-expect-error
import wordsBase64 from 'repin:repin_kdf_scalar.wasm';
// @ts-expect-error
import workerSource from 'repin:worker';
// @ts-expect-error
import { begin } from 'repin:glue';

let engine: Promise<Engine> | undefined;
/** The worker's address, as the page wants it. */
let address: string | undefined;

/** It never has another name. */
export const attempts = 0;

export const nextTask = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

/** What broke stays broken: the next start has a glue and an instance of its own. */
export function forget(): void {
  engine = undefined;
}

export const loadEngine = (): Promise<Engine> => (engine ??= assemble());

async function assemble(): Promise<Engine> {
  // What is to be decoded takes a while, and the task that led here is a press.
  await nextTask();
  if (!self.WebAssembly) throw failure('unsupported_browser');
  address ??= findAddress();
  const module = await WebAssembly.compile(bytes(base64));
  const glue: typeof import('../repin_widget.js') = begin();
  await glue.default({ module_or_path: module });
  return { mount: glue.mount, startWorker: () => startWorker(module) };
}

function startWorker(module: WebAssembly.Module): Worker {
  const worker = new Worker(address!, { type: 'module', name: 'repin' });
  worker.postMessage({ module, wallet: bytes(walletBase64), argon2id: [bytes(vectorsBase64), bytes(wordsBase64)] });
  return worker;
}

const bytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** As in `engine.ts`. */
function findAddress(): string {
  const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  return (self as any).trustedTypes?.createPolicy('pin-recovery', { createScriptURL: () => url }).createScriptURL('') ?? url;
}
