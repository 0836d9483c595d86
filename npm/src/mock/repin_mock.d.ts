// What `crates/mock` exports, for the type check.
export function initSync(options: { module: WebAssembly.Module }): unknown;
export function start_mock(): void;
