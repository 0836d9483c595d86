// The part of the generated glue that we use.
export function initSync(options: { module: WebAssembly.Module }): { memory: WebAssembly.Memory };
export function derive(entropy: Uint8Array): Uint8Array;
