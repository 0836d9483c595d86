// Fetches what the widget needs beside this file, once a page: glue, and the one WASM module that serves the face here and the
// vault in its worker.

import { given } from './given.ts';
import { failure } from './outcome.ts';

type Glue = typeof import('./repin_widget.js');

/** The files behind the shell, ready. */
export interface Engine {
  mount: Glue['mount'];
  startWorker(): Worker;
}

interface Address {
  createScriptURL(input: string): string;
}

let engine: Promise<Engine> | undefined;
/**
 * A browser remembers that an import failed, waits for one that hangs, and a module that broke stays broken: under another
 * name it is a new one. What is fetched knows the number too.
 */
export let attempts = 0;
/** The worker's address in this attempt, as the page wants it. */
let address: Address | undefined;
/** A worker that nobody has asked for yet. */
let spare: Worker | undefined;

/** Ends the present task: what follows does not delay a key press that came meanwhile. */
export const nextTask = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

/** What was fetched failed, hangs, or broke: the next who asks begins anew. */
export function forget(): void {
  spare?.terminate();
  engine = spare = undefined;
  attempts += 1;
}

/** Glue and module, from the first call on. */
export const loadEngine = (): Promise<Engine> => (engine ??= assemble());

async function assemble(): Promise<Engine> {
  address ??= findAddress();
  // In the same task as what it will wait for, as it takes a while to begin. A worker's script that was not to be had is
  // told of when it is needed, and tried again.
  const [glue, module] = await Promise.all([importGlue(), compile(), ((spare ??= hire()).onerror = () => (spare = undefined))]);
  spare?.postMessage(given(module));
  await glue.default({ module_or_path: module });
  const startWorker = () => {
    const worker = spare ?? hire(module);
    spare = undefined;
    return worker;
  };
  return { mount: glue.mount, startWorker };
}

function importGlue(): Promise<Glue> {
  if (!attempts) return import('./repin_widget.js');
  return import(/* @vite-ignore */ named(new URL('./repin_widget.js', import.meta.url)));
}

async function compile(): Promise<WebAssembly.Module> {
  const bytes = await (await fetched(new URL('./repin_widget_bg.wasm', import.meta.url))).arrayBuffer();
  // Not as a stream: Chromium checks what streams in on this thread, a long task on a phone, and a buffer on another.
  return WebAssembly.compile(bytes).catch(() => {
    // What is valid was forbidden; what begins otherwise is somebody's page, as in a hotel that asks for a room number.
    throw failure(WebAssembly.validate(bytes) ? 'blocked_by_csp' : new Uint8Array(bytes)[0] ? 'network' : 'unsupported_browser');
  });
}

function hire(module?: WebAssembly.Module): Worker {
  const worker = new Worker(address!.createScriptURL(''), { type: 'module' });
  module && worker.postMessage(given(module));
  return worker;
}

/** Another try asks under another name: Chromium's cache would wait 20 seconds for an answer that hangs. */
const named = (url: URL) => url + (attempts ? `?${attempts}` : '');

/** Under Trusted Types it comes from a policy that the page has to allow by name, and that lets no other address out. */
function findAddress(): Address {
  const plain = { createScriptURL: () => named(new URL('./repin-worker.js', import.meta.url)) };
  return (self as any).trustedTypes?.createPolicy('pin-recovery', plain) ?? plain;
}

async function fetched(url: URL): Promise<Response> {
  const response = await fetch(named(url));
  if (response.ok) return response;
  throw TypeError(url as unknown as string);
}
