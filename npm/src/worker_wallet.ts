// What the vault asks for when there is a wallet to make or to export: a module of its own, for the two curves in it are of no
// use to anybody else. Its memory is put back after each call as it was before it saw a seed; buffers are the caller's to erase.
import { compile } from './worker_module.ts';
import { walletGlue } from './worker_wallet_glue.ts';

interface Scope {
  /** Called by the vault; `crates/vault/src/worker/browser.rs`. */
  loadWallet(): Promise<void>;
  deriveWallet(entropy: Uint8Array): Uint8Array;
}

/** @param file the module's address, or the module itself where it came with the script. */
export function bringWallet(file: string | Uint8Array<ArrayBuffer>): void {
  let tries = 0;
  let glue: Awaited<ReturnType<typeof walletGlue>>;
  let memory: WebAssembly.Memory;
  let clean: Uint8Array | undefined;
  const scope = self as unknown as Scope;
  scope.loadWallet = async () => {
    if (clean) return;
    const [own, module] = await Promise.all([walletGlue(tries), compile(file, tries++)]);
    glue = own;
    ({ memory } = glue.initSync({ module }));
    clean = new Uint8Array(memory.buffer).slice();
  };
  scope.deriveWallet = (entropy) => {
    try {
      return glue.derive(entropy);
    } finally {
      const used = new Uint8Array(memory.buffer);
      used.fill(0);
      used.set(clean!);
    }
  };
}
