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
/** A worker that nobody has asked for yet. */
let spare: Worker | undefined;
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
  return (engine ??= assemble());
}

async function assemble(): Promise<Engine> {
  // A worker takes a while to begin, so in a task of its own, and its script comes while the module does. What goes wrong
  // with it now is told when it is needed, and tried again.
  const early = nextTask().then(() => {
    spare ??= hire();
    spare.onerror = () => (spare = undefined);
  });
  const [glue, module] = await Promise.all([importGlue(), compile(), early.catch(() => {})]);
  spare?.postMessage({ module });
  await glue.default({ module_or_path: module });
  const startWorker = () => {
    const worker = spare ?? hire(module);
    spare = undefined;
    return worker;
  };
  return { mount: glue.mount, startWorker };
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

function hire(module?: WebAssembly.Module): Worker {
  const url = new URL('./repin-worker.js', import.meta.url).href;
  // Under Trusted Types a worker's address has to come from a policy, and the page has to allow ours by name.
  policy ??= ((self as any).trustedTypes?.createPolicy('pin-recovery', passing) ?? passing) as typeof passing;
  const worker = new Worker(policy.createScriptURL(url), { type: 'module', name: 'repin' });
  if (module) worker.postMessage({ module });
  return worker;
}

async function fetched(url: URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw TypeError(`${url}: ${response.status}`);
  return response;
}
