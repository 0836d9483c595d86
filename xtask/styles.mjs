// The widget's sheet in the script that puts it on.
import { readFileSync } from 'node:fs';

/**
 * What `npm/src/styles.ts` imports by no path.
 *
 * @param {string} sheet its file, built
 * @returns {import('esbuild').Plugin}
 */
export function bringStyles(sheet) {
  return {
    name: 'the styles',
    setup(build) {
      build.onResolve({ filter: /^repin:styles$/ }, ({ path }) => ({ path, namespace: 'styles' }));
      build.onLoad({ filter: /./, namespace: 'styles' }, () => ({ contents: readFileSync(sheet, 'utf8').trim(), loader: 'text' }));
    },
  };
}
