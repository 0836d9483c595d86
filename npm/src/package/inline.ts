// `repin/inline`: as `repin`, with the WASM in the script.
export * from './index.ts';
