/**
 * What a worker works with. Where the module is that only wallets need it knows by itself, beside its own script; the npm package
 * tells it, for bundlers move files.
 */
export const given = (module: WebAssembly.Module): { module: WebAssembly.Module; wallet?: string } => ({ module });
