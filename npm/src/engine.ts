// Fetches what the widget needs beside this file, once a page: styles, glue, and the one WASM module that serves the
// face here and the vault in its worker.

type Glue = typeof import('./repin_widget.js');

/** The files behind the shell, ready. */
export interface Engine {
  mount: Glue['mount'];
  startWorker(): Worker;
}

let sheet: Promise<CSSStyleSheet> | undefined;
let engine: Promise<Engine> | undefined;
let attempts = 0;
const passing = { createScriptURL: (url: string) => url };
let policy: typeof passing | undefined;

/** Ends the present task: what follows does not delay a key press that came meanwhile. */
export const nextTask = () => new Promise((resolve) => setTimeout(resolve));

/** The widget's styles. Constructable, for a strict CSP lets neither a style element nor an attribute through. */
export function loadSheet(): Promise<CSSStyleSheet> {
  return (sheet ??= fetched(new URL('./repin.css', import.meta.url))
    .then((response) => response.text())
    .then((css) => new CSSStyleSheet().replace(css))
    .catch((error) => {
      sheet = undefined;
      throw error;
    }));
}

/** Glue and module, from the first call on. `again` forgets an attempt that failed or hangs. */
export function loadEngine(again?: boolean): Promise<Engine> {
  if (again) {
    engine = undefined;
    attempts += 1;
  }
  // An attempt that failed, as of `preload`, is not the next start's.
  engine ??= assemble();
  engine.catch(() => (engine = undefined, attempts += 1));
  return engine;
}

async function assemble(): Promise<Engine> {
  const [glue, module] = await Promise.all([importGlue(), compile()]);
  await glue.default({ module_or_path: module });
  return { mount: glue.mount, startWorker: () => startWorker(module) };
}

/** A browser remembers that an import failed; under another name it is a new one. */
function importGlue(): Promise<Glue> {
  if (!attempts) return import('./repin_widget.js');
  return import(/* @vite-ignore */ `${new URL('./repin_widget.js', import.meta.url)}?${attempts}`);
}

async function compile(): Promise<WebAssembly.Module> {
  const url = new URL('./repin_widget_bg.wasm', import.meta.url);
  const response = await fetched(url);
  // Not as a stream: Chromium checks what streams in on this thread, a long task on a phone, and a buffer on another.
  return WebAssembly.compile(await response.arrayBuffer());
}

function startWorker(module: WebAssembly.Module): Worker {
  const url = new URL('./repin-worker.js', import.meta.url).href;
  // Under Trusted Types a worker's address has to come from a policy, and the page has to allow ours by name.
  policy ??= ((self as any).trustedTypes?.createPolicy('pin-recovery', passing) ?? passing) as typeof passing;
  const worker = new Worker(policy.createScriptURL(url), { type: 'module', name: 'repin' });
  worker.postMessage({ module });
  return worker;
}

async function fetched(url: URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new TypeError(`${url} answered ${response.status}`);
  return response;
}
