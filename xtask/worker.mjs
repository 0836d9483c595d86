// The vault's worker with its glue in it: one request in place of two, one after the other, before the vault can say a word to
// the gateway. It costs 3 KB, for the page needs the glue as well.
import { resolve } from 'node:path';

/**
 * For esbuild: where the glue is that `worker.ts` imports.
 *
 * @param {string} glue path of wasm-bindgen's script
 * @returns {import('esbuild').Plugin}
 */
export function ownGlue(glue) {
  return {
    name: 'the worker brings its glue',
    setup(build) {
      build.onResolve({ filter: /\/repin_widget\.js$/ }, () => ({ path: resolve(glue) }));
    },
  };
}
