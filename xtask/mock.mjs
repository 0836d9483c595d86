// The scripts of `repin/mock`, beside its WASM and never in `dist/`. Called by `cargo xtask` as: node xtask/mock.mjs FOLDER
import { build } from 'esbuild';

const folder = process.argv[2];
if (!folder) throw new Error('usage: mock.mjs FOLDER');

for (const [source, served] of [['mock', 'repin-mock'], ['worker', 'repin-mock-worker']]) {
  await build({
    entryPoints: [`npm/src/mock/${source}.ts`],
    outfile: `${folder}/${served}.js`,
    external: ['./repin_mock.js'],
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
}
