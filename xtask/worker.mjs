// The vault's worker with its glue in it: one request in place of two, one after the other, before the vault can say a word to
// the gateway. It costs 3 KB, for the page needs the glue as well.
import { resolve } from 'node:path';

/**
 * For esbuild: the worker's `worker_glue.ts` is this file, there already, and no promise of a request.
 *
 * @param {string} glue path of wasm-bindgen's script
 * @returns {import('esbuild').Plugin}
 */
export function ownGlue(glue) {
  return {
    name: 'the worker brings its glue',
    setup(build) {
      build.onResolve({ filter: /^own:glue$/ }, () => ({ path: resolve(glue) }));
      const contents = "import * as own from 'own:glue';\nexport const glue = Promise.resolve(own);";
      build.onLoad({ filter: /\/worker_glue\.ts$/ }, () => ({ contents, loader: 'js' }));
    },
  };
}
