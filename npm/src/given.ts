/**
 * What a worker works with. Where the modules are that it needs later it knows by itself, beside its own script; the npm package
 * tells it, for bundlers move files.
 */
export const given = (module: WebAssembly.Module): { module: WebAssembly.Module; wallet?: string; argon2id?: [string, string] } => ({ module });
