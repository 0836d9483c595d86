// The customisation module as browsers get it: bundled, for Node 20 reads no TypeScript.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { defined, readAll } from '../../xtask/locales/texts.mjs';

const ROOT = new URL('../../', import.meta.url);

/** @param {string} source path from the root of the repository @returns {Promise<any>} */
export async function load(source) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(source, ROOT))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    define: defined(readAll()),
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
