// The engine of `repin/inline`: what `engine.ts` fetches is in the script. For bundlers that follow no addresses, at the
// price of a third more bytes, and of `worker-src blob:` in the page's policy.
import type { Engine } from '../engine.ts';
// @ts-expect-error put in when it is built
import css from 'repin:styles';
// @ts-expect-error
import base64 from 'repin:wasm';
// @ts-expect-error
import workerSource from 'repin:worker';
import * as glue from '../repin_widget.js';

let engine: Promise<Engine> | undefined;
let policy: { createScriptURL(url: string): string } | undefined;

export const nextTask = () => new Promise((resolve) => setTimeout(resolve));

export const loadSheet = () => new CSSStyleSheet().replace(css);

export function loadEngine(again: boolean): Promise<Engine> {
  if (again) engine = undefined;
  return (engine ??= assemble());
}

async function assemble(): Promise<Engine> {
  const module = await WebAssembly.compile(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
  await glue.default({ module_or_path: module });
  return { mount: glue.mount, startWorker: () => startWorker(module) };
}

function startWorker(module: WebAssembly.Module): Worker {
  const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  policy ??= (self as any).trustedTypes?.createPolicy('pin-recovery', { createScriptURL: (url: string) => url });
  const worker = new Worker(policy?.createScriptURL(url) ?? url, { type: 'module', name: 'repin' });
  worker.postMessage({ module });
  return worker;
}
