// `repin/inline`: as `repin`, with the WASM in the script. Texts other than English are fetched from `locales/` beside it.
export * from './index.ts';
