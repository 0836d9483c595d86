// A module that the vault needs later or not always, beside its own.

/** Far beyond any honest network. */
const TIMEOUT_MS = 30_000;

/** @param file the module's address, or the module itself where it came with the script. */
export async function compile(file: string | Uint8Array<ArrayBuffer>, tries: number): Promise<WebAssembly.Module> {
  if (typeof file !== 'string') return WebAssembly.compile(file);
  // What hung or broke is not waited for again.
  const response = await fetch(file, { signal: AbortSignal.timeout(TIMEOUT_MS), ...(tries && { cache: 'reload' }) });
  if (!response.ok) throw TypeError(file);
  return WebAssembly.compile(await response.arrayBuffer());
}
